// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/findings/findingtext.h"

#include "views/base/numbers.h"
#include "views/base/theme.h"
#include "views/findings/findingmodel.h"

#include "findings/detector.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <cmath>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(Findings)
};

constexpr std::size_t kMessagesNamed = 12;
constexpr double kNoticed = 1.5; // times as much

QString escaped(const std::string& text)
{
    return QString::fromStdString(text).toHtmlEscaped();
}

QString heading(const QString& text)
{
    return u"<p style='color:%1;margin-top:8px;margin-bottom:2px'>%2</p>"_s.arg(
        Theme::current().secondary.name(), text);
}

QString row(const QString& name, const QString& value)
{
    return u"<tr><td style='color:%1'>%2&nbsp;&nbsp;</td><td>%3</td></tr>"_s.arg(
        Theme::current().secondary.name(), name, value);
}

/// "median_ms" of 524.697877 is "median" of "525 ms".
std::pair<QString, QString> factText(const std::string& key, const std::string& json)
{
    QString name = QString::fromStdString(key);
    const QJsonValue value =
        QJsonDocument::fromJson('[' + QByteArray::fromStdString(json) + ']').array().at(0);
    QString text = QString::fromStdString(json);
    if (value.isString()) {
        text = value.toString();
    } else if (value.isDouble() && name.endsWith(u"_ms"_s)) {
        name.chop(3);
        text = durationText(nanoseconds(std::llround(value.toDouble() * 1e6)));
    } else if (value.isDouble()) {
        const double number = value.toDouble();
        text = number == std::floor(number) && std::abs(number) < 1e15
                   ? numberText(static_cast<std::int64_t>(number))
                   : QString::number(number, 'g', 3);
    }
    return {name.replace(u'_', u' '), text};
}

QString messagesText(const Finding& finding, const FindingsReport& report)
{
    QStringList links;
    const auto gone = static_cast<std::size_t>(goneOf(finding, report));
    for (std::size_t i = gone; i < finding.messages.size() && i < gone + kMessagesNamed; ++i)
        links << u"<a href='message:%1'>%2</a>"_s.arg(QString::number(finding.messages[i]),
                                                      numberText(finding.messages[i]));
    QString text = links.join(u", ");
    if (finding.messages.size() > gone + kMessagesNamed)
        text += u" …"_s;
    if (gone > 0)
        text +=
            u" "_s +
            countText(static_cast<std::int64_t>(gone),
                      Tr::tr("One of its messages is gone: the recording keeps its last part."),
                      Tr::tr("%1 of its messages are gone: the recording keeps its last part."));
    return text;
}

QString changeText(double before, double now, const QString& from, const QString& to)
{
    const bool isMore = now > before * kNoticed && now > 0;
    const bool isLess = now * kNoticed < before;
    const QString text = from + u" → "_s + to;
    return isMore || isLess ? u"<b>%1 %2</b>"_s.arg(text, isMore ? u"▲"_s : u"▼"_s) : text;
}

QString timeText(std::int64_t ns)
{
    return ns < 0 ? Tr::tr("none") : durationText(nanoseconds(ns));
}

} // namespace

QString whyText(const Finding& finding, const FindingsReport& report, const Judgement& judgement,
                const Dictionaries& names)
{
    QString text = u"<p><b>%1</b></p><p>%2</p><p style='color:%3'>%4</p>"_s.arg(
        detectorTitle(finding.detector), escaped(finding.summary),
        Theme::current().secondary.name(), findingFacts(finding));
    if (finding.hasGap)
        text += u"<p>%1</p>"_s.arg(
            Tr::tr("We lost messages in between, so it is less sure than it would be."));
    for (const QString& said : {judgement.reason, judgement.comment}) {
        if (!said.isEmpty())
            text += u"<p>“%1”</p>"_s.arg(said.toHtmlEscaped());
    }
    QStringList agents;
    for (const AgentId agent : finding.agents)
        agents << escaped(names.agentName(agent));
    text += heading(Tr::tr("Evidence")) + u"<table>"_s;
    if (!agents.isEmpty())
        text += row(Tr::tr("agents"), agents.join(u", "));
    for (const auto& [key, value] : finding.evidence) {
        const auto [name, shown] = factText(key, value);
        text += row(name.toHtmlEscaped(), shown.toHtmlEscaped());
    }
    if (!finding.messages.empty())
        text += row(Tr::tr("messages"), messagesText(finding, report));
    text += u"</table>"_s;
    if (const DetectorEntry* entry = findDetector(finding.detector)) {
        text += heading(Tr::tr("Judged by")) + u"<table>"_s;
        for (const Parameter& parameter : entry->parameters)
            text += row(parameterText(parameter, parameter.usual),
                        QString::fromUtf8(parameter.meaning).toHtmlEscaped());
        text += u"</table>"_s;
    }
    return text;
}

std::vector<BeforeAndNow> beforeAndNow(const std::vector<AgentId>& agents, const TileSlice& before,
                                       const TileSlice& now, const nanoseconds (&recorded)[2])
{
    std::vector<BeforeAndNow> lines;
    for (const AgentId agent : agents) {
        BeforeAndNow& line = lines.emplace_back();
        line.agent = agent;
        for (int i = 0; i < 2; ++i) {
            const TileSlice& slice = i == 0 ? before : now;
            const auto lane = std::ranges::find(slice.lanes, agent, &TileLane::agent);
            if (lane == slice.lanes.end())
                continue;
            const double seconds = static_cast<double>(recorded[i].count()) / 1e9;
            line.rate[i] = seconds > 0 ? static_cast<double>(lane->total) / seconds : 0;
            line.errors[i] = seconds > 0 ? static_cast<double>(lane->errors) / seconds : 0;
            if (lane->latency.count() > 0) {
                line.median[i] = static_cast<std::int64_t>(lane->latency.quantile(0.5));
                line.p99[i] = static_cast<std::int64_t>(lane->latency.quantile(0.99));
            }
        }
    }
    return lines;
}

QString compareText(const std::vector<BeforeAndNow>& lines, nanoseconds before,
                    const Dictionaries& names)
{
    if (before.count() <= 0)
        return u"<p>%1</p>"_s.arg(
            Tr::tr("There is nothing to compare with: the recording begins with this."));
    QString text =
        u"<p><b>%1</b></p>"_s.arg(Tr::tr("Compared with the %1 before").arg(durationText(before)));
    const auto times = [](const std::int64_t(&of)[2]) {
        return of[0] < 0 || of[1] < 0
                   ? timeText(of[0]) + u" → "_s + timeText(of[1])
                   : changeText(static_cast<double>(of[0]), static_cast<double>(of[1]),
                                timeText(of[0]), timeText(of[1]));
    };
    const auto rate = [](double value) { return QString::number(value, 'f', 1); };
    for (const BeforeAndNow& line : lines) {
        text += heading(escaped(names.agentName(line.agent))) + u"<table>"_s;
        text += row(Tr::tr("median"), times(line.median));
        text += row(Tr::tr("p99"), times(line.p99));
        text +=
            row(Tr::tr("errors"), changeText(line.errors[0], line.errors[1], rate(line.errors[0]),
                                             Tr::tr("%1 a second").arg(rate(line.errors[1]))));
        text += row(Tr::tr("says"), changeText(line.rate[0], line.rate[1], rate(line.rate[0]),
                                               Tr::tr("%1 a second").arg(rate(line.rate[1]))));
        text += u"</table>"_s;
    }
    return text;
}

} // namespace murmur
