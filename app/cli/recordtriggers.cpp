// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recordtriggers.h"

#include "output.h"
#include "stopsignals.h"

#include <QEventLoop>

#include <algorithm>

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

/// How long actions may take once the recording has ended.
constexpr auto kFinishPatience = 10s;

bool sends(const Trigger& trigger)
{
    return std::ranges::any_of(trigger.actions, [](const QString& action) {
        const TriggerActionEntry* entry = triggerActionOf(action);
        return entry != nullptr && std::string_view(entry->id) == "inject";
    });
}

} // namespace

RecordTriggers::RecordTriggers(std::vector<Trigger> triggers, TriggerRules rules, ArmOption arm)
    : m_triggers(std::move(triggers))
    , m_rules(std::move(rules))
    , m_arm(std::move(arm))
    , m_arming(std::make_shared<Arming>())
{
}

RecordTriggers::~RecordTriggers() = default;

Status RecordTriggers::start(Session& session, const std::vector<ConnectionInfo>& connections)
{
    if (std::ranges::any_of(m_triggers, sends)) {
        if (m_rules.injectTo.isEmpty() && connections.size() == 1)
            m_rules.injectTo = QUrl(connections.front().url);
        if (m_rules.injectTo.isEmpty())
            return Error{ErrorCode::WrongUse,
                         u"inject needs one bus to send to; name it with --inject-to URL."_s};
        m_rules.sources.clear();
        for (const ConnectionInfo& connection : connections)
            m_rules.sources.emplace_back(connection.url);
        if (m_arm.isGiven()) {
            if (auto armed = m_arm.arm(*m_arming, m_rules.injectTo); !armed)
                return armed;
        }
        m_rules.arming = [arming = m_arming] { return *arming; };
        connect(&session, &Session::connectionsChanged, this, &RecordTriggers::noteLost);
    }
    m_watch = std::make_unique<TriggerWatch>();
    connect(m_watch.get(), &TriggerWatch::told, this,
            [this](const QString& trigger, const QString& sentence, bool /*isFailure*/) {
                Q_EMIT said(trigger.isEmpty() ? sentence
                                              : u"trigger “%1”: %2"_s.arg(trigger, sentence));
            });
    connect(m_watch.get(), &TriggerWatch::fired, this, [this](const TriggerFiring& firing) {
        QString line = u"trigger “%1” fired at %2: %3"_s.arg(
            firing.trigger, clockTime(fromNs(firing.time)), firing.sentence);
        if (firing.seq != 0)
            line += u" (message %1)"_s.arg(firing.seq);
        if (firing.late > 0ns)
            line += u", %1 late"_s.arg(durationText(firing.late));
        Q_EMIT said(line);
        Q_EMIT fired(firing);
    });
    m_watch->setRules(m_rules);
    m_watch->setTriggers(m_triggers);
    m_watch->follow(&session);
    return Done{};
}

/// Who comes back after an outage is not who was armed.
void RecordTriggers::noteLost(const std::vector<ConnectionInfo>& connections)
{
    m_wasUp.resize(std::max(m_wasUp.size(), connections.size()));
    for (std::size_t i = 0; i < connections.size(); ++i) {
        const bool isUp = connections[i].state == ConnectionStatus::State::Up;
        if (m_wasUp[i] && !isUp)
            m_arming->lost(QUrl(connections[i].url));
        m_wasUp[i] = isUp;
    }
}

void RecordTriggers::finish(StopSignals& signals)
{
    if (!m_watch)
        return;
    QEventLoop loop;
    connect(m_watch.get(), &TriggerWatch::finished, &loop, &QEventLoop::quit);
    connect(&signals, &StopSignals::requested, m_watch.get(), [this] { m_watch->finish(0ms); });
    m_watch->finish(kFinishPatience);
    loop.exec();
    sayHowItWent();
}

void RecordTriggers::sayHowItWent()
{
    for (const TriggerStatus& status : m_watch->status()) {
        QString line = u"trigger “%1” fired %2"_s.arg(
            status.trigger.name,
            status.fired == 1 ? u"once"_s : u"%1 times"_s.arg(grouped(status.fired)));
        if (status.fired == 0)
            line = u"trigger “%1” never fired"_s.arg(status.trigger.name);
        if (status.held > 0)
            line += u", %1 more matched and were held back"_s.arg(grouped(status.held));
        if (status.late > 0)
            line +=
                u", %1 late by up to %2"_s.arg(grouped(status.late), durationText(status.latest));
        Q_EMIT said(line);
    }
    const TriggerBacklog& backlog = m_watch->backlog();
    if (backlog.gone > 0)
        Q_EMIT said(u"Triggers did not see %1 messages: the ring had let them go before."_s.arg(
            grouped(backlog.gone)));
    if (backlog.unreadable > 0)
        Q_EMIT said(u"Triggers did not see %1 messages: they could not be read."_s.arg(
            grouped(backlog.unreadable)));
}

std::string RecordTriggers::json() const
{
    std::string out;
    JsonWriter json(out);
    json.beginArray();
    for (const TriggerStatus& status : m_watch ? m_watch->status() : std::vector<TriggerStatus>()) {
        json.beginObject();
        json.key("name");
        json.text(status.trigger.name);
        json.key("when");
        json.text(status.trigger.when);
        json.key("fired");
        json.number(status.fired);
        json.key("held");
        json.number(status.held);
        json.key("late");
        json.number(status.late);
        json.key("last");
        if (status.lastTime == kNoTime)
            json.null();
        else
            json.text(isoTimeUtf8(status.lastTime));
        json.endObject();
    }
    json.endArray();
    return out;
}

} // namespace murmur::cli
