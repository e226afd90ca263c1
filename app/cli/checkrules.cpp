// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkrules.h"

#include "findings/detector.h"
#include "query/filter.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStringList>

#include <algorithm>
#include <array>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

constexpr qint64 kLargestFile = 4 << 20;

class Reader
{
public:
    explicit Reader(QString path)
        : m_path(std::move(path))
    {
    }

    Result<CheckRules> read()
    {
        QFile file(m_path);
        if (!file.open(QIODevice::ReadOnly))
            return Error{ErrorCode::Unreadable,
                         u"The rules %1 cannot be read: %2."_s.arg(m_path, file.errorString())};
        if (file.size() > kLargestFile)
            return wrong(u"it is larger than 4 MiB"_s);
        QJsonParseError error;
        const auto document = QJsonDocument::fromJson(file.readAll(), &error);
        if (document.isNull())
            return wrong(u"at byte %1: %2"_s.arg(error.offset).arg(error.errorString()));
        if (!document.isObject())
            return wrong(u"it must be an object with \"detectors\" and \"rules\""_s);
        const QJsonObject object = document.object();
        if (auto known = onlyKeys(object, u"the file"_s, {u"detectors"_s, u"rules"_s}); !known)
            return known.error();
        if (auto detectors = readDetectors(object.value(u"detectors"_s).toObject()); !detectors)
            return detectors.error();
        const QJsonValue rules = object.value(u"rules"_s);
        if (!rules.isUndefined() && !rules.isArray())
            return wrong(u"\"rules\" must be a list"_s);
        const QJsonArray list = rules.toArray();
        for (qsizetype i = 0; i < list.size(); ++i) {
            if (auto rule = readRule(list[i], i + 1); !rule)
                return rule.error();
        }
        return std::move(m_rules);
    }

private:
    [[nodiscard]] Error wrong(const QString& why) const
    {
        return {ErrorCode::WrongUse, u"The rules %1 cannot be used: %2."_s.arg(m_path, why)};
    }

    Status onlyKeys(const QJsonObject& object, const QString& where, const QStringList& known) const
    {
        for (const QString& key : object.keys()) {
            if (!known.contains(key))
                return wrong(u"%1 has \"%2\"; it may have %3"_s.arg(where, key, known.join(u", ")));
        }
        return Done();
    }

    Status readDetectors(const QJsonObject& object)
    {
        if (auto known = onlyKeys(object, u"\"detectors\""_s,
                                  {u"only"_s, u"ignore"_s, u"set"_s, u"fail_on"_s});
            !known)
            return known;
        for (const auto& [key, list] :
             {std::pair{u"only"_s, &m_rules.only}, std::pair{u"ignore"_s, &m_rules.ignore}}) {
            const QJsonArray ids = object.value(key).toArray();
            for (const QJsonValue& id : ids) {
                if (findDetector(id.toString().toStdString()) == nullptr)
                    return wrong(
                        u"there is no detector \"%1\"; \"murmur findings --list\" names them"_s.arg(
                            id.toString()));
                list->push_back(id.toString().toStdString());
            }
        }
        const QJsonArray settings = object.value(u"set"_s).toArray();
        for (const QJsonValue& text : settings) {
            if (auto set = m_rules.settings.set(text.toString()); !set)
                return wrong(set.error().message.chopped(1));
        }
        const QString failOn = object.value(u"fail_on"_s).toString(u"warning"_s);
        constexpr std::array kSeverities{Severity::Info, Severity::Warning, Severity::Critical};
        const auto at = std::ranges::find(kSeverities, failOn.toStdString(), [](Severity severity) {
            return std::string(severityName(severity));
        });
        if (at == kSeverities.end())
            return wrong(
                u"\"fail_on\" is \"%1\"; it may be info, warning or critical"_s.arg(failOn));
        m_rules.failOn = *at;
        return Done();
    }

    Status readRule(const QJsonValue& value, qsizetype number)
    {
        const QJsonObject object = value.toObject();
        const QString where = u"rule %1"_s.arg(number);
        if (auto known = onlyKeys(object, where,
                                  {u"name"_s, u"forbid"_s, u"require"_s, u"answer"_s, u"at_most"_s,
                                   u"at_least"_s, u"within"_s, u"share"_s});
            !known)
            return known;
        CheckRule rule;
        int kinds = 0;
        for (const auto& [key, what] : {std::pair{u"forbid"_s, CheckRule::What::Forbid},
                                        std::pair{u"require"_s, CheckRule::What::Require},
                                        std::pair{u"answer"_s, CheckRule::What::Answer}}) {
            if (!object.contains(key))
                continue;
            ++kinds;
            rule.what = what;
            rule.filter = object.value(key).toString();
        }
        if (kinds != 1)
            return wrong(
                u"%1 must have one of \"forbid\", \"require\" and \"answer\", each a filter"_s.arg(
                    where));
        if (const auto filter = parseFilter(rule.filter, {TimePoint(), TimePoint()}); !filter)
            return wrong(u"%1: %2"_s.arg(where, filter.error().message));
        rule.name = object.value(u"name"_s).toString(rule.filter);
        rule.most = static_cast<std::int64_t>(object.value(u"at_most"_s).toDouble(0));
        rule.least = static_cast<std::int64_t>(object.value(u"at_least"_s).toDouble(1));
        if (rule.what == CheckRule::What::Answer) {
            const auto within = durationFromText(object.value(u"within"_s).toString());
            if (!within)
                return wrong(u"%1 needs \"within\", a time such as \"2s\""_s.arg(where));
            rule.within = *within;
            QString share = object.value(u"share"_s).toString(u"100%"_s);
            const bool isPercent = share.endsWith(u'%');
            if (isPercent)
                share.chop(1);
            bool isNumber = false;
            rule.share = share.toDouble(&isNumber) / (isPercent ? 100 : 1);
            if (!isNumber || rule.share < 0 || rule.share > 1)
                return wrong(u"\"share\" of %1 must be a share such as \"99%\""_s.arg(where));
        }
        m_rules.rules.push_back(std::move(rule));
        return Done();
    }

    QString m_path;
    CheckRules m_rules;
};

} // namespace

Result<CheckRules> readCheckRules(const QString& path)
{
    return Reader(path).read();
}

} // namespace murmur::cli
