// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/truth.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QJsonArray toJson(const std::vector<std::string>& texts)
{
    QJsonArray array;
    for (const std::string& text : texts)
        array.append(QString::fromStdString(text));
    return array;
}

void appendLine(std::string& out, const QJsonObject& object)
{
    out += QJsonDocument(object).toJson(QJsonDocument::Compact).toStdString();
    out += '\n';
}

} // namespace

std::string truthLines(const SwarmOptions& options, const std::vector<TruthEntry>& truth,
                       const std::vector<ClockTruth>& clocks)
{
    std::string out;
    QJsonArray faults;
    for (const TruthEntry& entry : truth)
        faults.append(QString::fromStdString(entry.id));
    // A seed may need 64 bits; a JSON number of that size is read as a double by many.
    const bool fits = options.seed <= (1ull << 53);
    appendLine(out, {{u"scenario"_s, QString::fromStdString(options.scenario)},
                     {u"seed"_s, fits ? QJsonValue(static_cast<qint64>(options.seed))
                                      : QJsonValue(QString::number(options.seed))},
                     {u"agents"_s, options.agents},
                     {u"rate"_s, options.rate},
                     {u"faults"_s, faults}});
    for (const TruthEntry& entry : truth)
        appendLine(out, {{u"id"_s, QString::fromStdString(entry.id)},
                         {u"agents"_s, toJson(entry.agents)},
                         {u"start"_s, static_cast<qint64>(entry.start)},
                         {u"end"_s, static_cast<qint64>(entry.end)},
                         {u"members"_s, toJson(entry.members)}});
    for (const ClockTruth& clock : clocks)
        appendLine(out, {{u"clock"_s, QString::fromStdString(clock.agent)},
                         {u"offset"_s, static_cast<qint64>(clock.offset)},
                         {u"drift_ppm"_s, static_cast<double>(clock.drift) / 1000},
                         {u"step_at"_s, static_cast<qint64>(clock.stepAt)},
                         {u"step"_s, static_cast<qint64>(clock.step)}});
    return out;
}

Status writeTruth(const QString& file, const SwarmOptions& options,
                  const std::vector<TruthEntry>& truth, const std::vector<ClockTruth>& clocks)
{
    QSaveFile out(file);
    const std::string lines = truthLines(options, truth, clocks);
    if (!out.open(QIODevice::WriteOnly) ||
        out.write(lines.data(), static_cast<qint64>(lines.size())) < 0 || !out.commit())
        return Error{ErrorCode::Unwritable,
                     u"The truth file %1 cannot be written: %2."_s.arg(file, out.errorString())};
    return Done();
}

} // namespace murmur
