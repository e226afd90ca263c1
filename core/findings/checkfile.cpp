// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/checkfile.h"

#include "findings/detector.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

#include <algorithm>
#include <string_view>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// As `murmur findings --set` reads it.
QString settingText(std::string_view detector, const Parameter& parameter, const Settings& settings)
{
    const double set = settings.of(detector, parameter);
    const QString value = QString::number(parameter.unit == Unit::Share ? set * 100 : set, 'g', 12);
    return QString::fromUtf8(detector.data(), static_cast<qsizetype>(detector.size())) + u'.' +
           QString::fromUtf8(parameter.name) + u'=' + value +
           (parameter.unit == Unit::Seconds ? u"s"_s
            : parameter.unit == Unit::Share ? u"%"_s
                                            : QString());
}

/// All of the detector that are not set yet.
void addThresholds(std::string_view detector, const Settings& of, QJsonArray& settings)
{
    const DetectorEntry* entry = findDetector(detector);
    if (entry == nullptr)
        return;
    for (const Parameter& parameter : entry->parameters) {
        // A promise that is set is asked of all topics; none is made up here.
        if (parameter.isPerTopic)
            continue;
        const QString text = settingText(detector, parameter, of);
        const QString name = text.section(u'=', 0, 0);
        const bool isSet = std::ranges::any_of(settings, [&](const QJsonValue& one) {
            return one.toString().section(u'=', 0, 0).trimmed() == name;
        });
        if (!isSet)
            settings.append(text);
    }
}

} // namespace

Status addToCheck(const QString& path, const std::vector<std::string>& detectors,
                  const Settings& thresholds)
{
    QJsonObject rules;
    bool isNew = true;
    if (QFile file(path); file.exists()) {
        QJsonParseError wrong;
        if (!file.open(QIODevice::ReadOnly))
            return Error{ErrorCode::Unreadable,
                         u"Cannot read the rules in %1: %2."_s.arg(path, file.errorString())};
        const QJsonDocument document = QJsonDocument::fromJson(file.readAll(), &wrong);
        if (!document.isObject())
            return Error{ErrorCode::Unreadable,
                         u"%1 is no file of rules: %2."_s.arg(path, wrong.errorString())};
        rules = document.object();
        isNew = false;
    }
    QJsonObject chosen = rules[u"detectors"].toObject();
    // Rules that name no detectors go by all of them already.
    if (isNew || chosen.contains(u"only")) {
        QJsonArray only = chosen[u"only"].toArray();
        for (const std::string& detector : detectors) {
            const QString id = QString::fromStdString(detector);
            if (!only.contains(id))
                only.append(id);
        }
        chosen.insert(u"only"_s, only);
    }
    QJsonArray ignored;
    for (const QJsonValue& id : chosen[u"ignore"].toArray()) {
        if (std::ranges::find(detectors, id.toString().toStdString()) == detectors.end())
            ignored.append(id);
    }
    if (chosen.contains(u"ignore"))
        chosen.insert(u"ignore"_s, ignored);
    // What is usual may change with the program; the check goes on as it was made.
    QJsonArray settings = chosen[u"set"].toArray();
    for (const std::string& detector : detectors)
        addThresholds(detector, thresholds, settings);
    chosen.insert(u"set"_s, settings);
    rules.insert(u"detectors"_s, chosen);
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(QJsonDocument(rules).toJson()) < 0 ||
        !file.commit())
        return Error{ErrorCode::Unwritable,
                     u"Cannot write the rules into %1: %2."_s.arg(path, file.errorString())};
    return Done{};
}

} // namespace murmur
