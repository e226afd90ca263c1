// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/guards.h"

#include "base/sentmark.h"
#include "bus/connection.h"
#include "bus/endpoint.h"
#include "bus/writepermission.h"

#include <algorithm>
#include <array>
#include <cmath>

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace murmur {

namespace {

struct SystemTopics
{
    QLatin1StringView scheme;
    QLatin1StringView start;
};
// What begins so belongs to the bus itself. NATS and MQTT keep all of `$` for themselves: $SYS,
// $JS.API, $KV, $O, $SRV, $share.
constexpr std::array kSystemTopics{
    SystemTopics{"nats"_L1, "$"_L1},           SystemTopics{"nats"_L1, "_INBOX."_L1},
    SystemTopics{"nats"_L1, "_R_."_L1},        SystemTopics{"nats"_L1, "_GR_."_L1},
    SystemTopics{"mqtt"_L1, "$"_L1},           SystemTopics{"kafka"_L1, "__"_L1},
    SystemTopics{"kafka"_L1, "_schemas"_L1},   SystemTopics{"kafka"_L1, "_confluent"_L1},
    SystemTopics{"redis"_L1, "__"_L1},         SystemTopics{"rosbridge"_L1, "/rosout"_L1},
    SystemTopics{"rosbridge"_L1, "/clock"_L1}, SystemTopics{"rosbridge"_L1, "/parameter_events"_L1},
};

/// One name for the encrypted and the open form.
QString plainScheme(const QUrl& url)
{
    const QString scheme = url.scheme().toLower();
    if (scheme == "tls"_L1)
        return u"nats"_s;
    if (scheme == "rediss"_L1 || scheme == "mqtts"_L1 || scheme == "wss"_L1)
        return scheme.chopped(1);
    return scheme;
}

/// Topics that a subscriber of the bus cannot tell apart are one.
QByteArray comparableTopic(QByteArray topic, const QString& scheme)
{
    const bool isHub = scheme == "listen"_L1 || scheme == "ws"_L1;
    if ((isHub || scheme == "rosbridge"_L1) && topic.startsWith('/'))
        topic.remove(0, 1);
    if (isHub)
        topic.replace('/', '.');
    return topic;
}

bool hasWildcardToken(QByteArrayView topic, const QString& scheme)
{
    if (scheme == "mqtt"_L1)
        return topic.contains('+') || topic.contains('#');
    if (scheme != "nats"_L1)
        return false;
    for (const QByteArray& token : topic.toByteArray().split('.')) {
        if (token.isEmpty() || token == "*" || token == ">")
            return true;
    }
    return std::ranges::any_of(topic, [](char c) { return c == ' ' || (c >= 0 && c < ' '); });
}

QString hostToType(const QUrl& target)
{
    return target.host().isEmpty() ? u"localhost"_s : target.host();
}

/// A person typed the name of the host, as it stands in the URL.
bool namesHostOf(const QUrl& target, const QString& text)
{
    const QString typed = text.trimmed().toLower();
    if (typed.isEmpty())
        return false;
    return typed == hostToType(target).toLower() || endpointsOf(target).contains(typed) ||
           typed == u"%1:%2"_s.arg(target.host().toLower()).arg(target.port());
}

Refusal refusalOf(Guard guard, const QString& sentence)
{
    return {guard, sentence};
}

} // namespace

QString guardName(Guard guard)
{
    switch (guard) {
    case Guard::NeverWrite:
        return u"never-write"_s;
    case Guard::NotArmed:
        return u"not-armed"_s;
    case Guard::System:
        return u"system-topic"_s;
    case Guard::Marked:
        return u"marked"_s;
    case Guard::Incomplete:
        return u"incomplete"_s;
    case Guard::Toxic:
        return u"toxic"_s;
    case Guard::SameTarget:
        return u"same-target"_s;
    case Guard::RateCap:
        return u"rate-cap"_s;
    case Guard::TotalCap:
        return u"total-cap"_s;
    }
    return {};
}

QStringList usualToxicTypes()
{
    return {u"*payment*"_s, u"*purchase*"_s, u"*email*"_s, u"*send_mail*"_s, u"*sms*"_s};
}

Guards::Guards(GuardWish wish)
    : m_wish(std::move(wish))
    , m_scheme(plainScheme(m_wish.target))
    , m_isSource(std::ranges::any_of(
          m_wish.sources, [this](const QUrl& url) { return mayBeSameBus(url, m_wish.target); }))
{
    for (const QByteArray& topic : m_wish.heardTopics)
        m_heard.insert(comparableTopic(topic, m_scheme));
    for (const QString& glob : m_wish.toxic)
        m_toxic.push_back(TextPattern::equals(glob.toLower()));
}

std::optional<Refusal> Guards::mayStart(const Arming& arming, nanoseconds now) const
{
    if (const auto allowed = mayWrite(m_wish.target); !allowed)
        return refusalOf(Guard::NeverWrite, allowed.error().message);
    if (const auto armed = arming.mayPublish(m_wish.target, now); !armed)
        return refusalOf(Guard::NotArmed, armed.error().message);
    if (arming.environment() < m_wish.environment) {
        return refusalOf(
            Guard::NotArmed,
            u"Nothing is sent to %1: it was armed as %2, and is %3 now. Arm it again."_s.arg(
                shownUrl(m_wish.target), environmentName(arming.environment()),
                environmentName(m_wish.environment)));
    }
    return std::nullopt;
}

bool Guards::isSystemTopic(QByteArrayView topic) const
{
    if (m_wish.hasTopics && topic.isEmpty())
        return true;
    if (hasWildcardToken(topic, m_scheme))
        return true;
    // A relative name is resolved from the root.
    QByteArray resolved;
    if (m_scheme == "rosbridge"_L1 && !topic.startsWith('/')) {
        resolved = '/' + topic.toByteArray();
        topic = resolved;
    }
    return std::ranges::any_of(kSystemTopics, [&](const SystemTopics& row) {
        return row.scheme == m_scheme &&
               topic.startsWith(QByteArrayView(row.start.data(), row.start.size()));
    });
}

bool Guards::isConfirmed() const
{
    return namesHostOf(m_wish.target, m_wish.typedHost);
}

Status mayBeArmed(const QUrl& target, Environment environment, const QString& typedHost)
{
    const bool isTyped = !typedHost.trimmed().isEmpty();
    if (namesHostOf(target, typedHost) || (environment != Environment::Production && !isTyped))
        return Done{};
    const QString host = hostToType(target);
    if (isTyped)
        return Error{ErrorCode::WrongUse,
                     u"\"%1\" is not the host of %2. Type its name, %3, to arm it."_s.arg(
                         typedHost.trimmed(), shownUrl(target), host)};
    return Error{ErrorCode::WrongUse,
                 u"%1 counts as production. Type its host name, %2, to arm it."_s.arg(
                     shownUrl(target), host)};
}

bool Guards::isToxic(QByteArrayView text) const
{
    const QByteArray lower = text.toByteArray().toLower();
    return std::ranges::any_of(m_toxic, [&lower](const TextPattern& pattern) {
        return pattern.matches({lower.constData(), static_cast<std::size_t>(lower.size())});
    });
}

bool Guards::isHeard(const Outgoing& candidate) const
{
    if (!m_wish.hasTopics)
        return true; // one stream of frames: whoever was heard there hears it
    const QByteArray topic = comparableTopic(candidate.topic, m_scheme);
    return m_heard.contains(topic) || (!candidate.recordedTopic.isEmpty() &&
                                       topic == comparableTopic(candidate.recordedTopic, m_scheme));
}

std::optional<Refusal> Guards::judge(const Outgoing& candidate) const
{
    const QString topic = QString::fromUtf8(candidate.topic);
    const QString type = QString::fromUtf8(candidate.type);
    const bool isInbox = m_scheme == "nats"_L1 && candidate.topic.startsWith("_INBOX.") &&
                         !hasWildcardToken(candidate.topic, m_scheme);
    if (isSystemTopic(candidate.topic) && !(isInbox && candidate.answersRequest)) {
        return refusalOf(
            Guard::System,
            topic.isEmpty()
                ? u"A message without a topic is not sent to %1: nobody would know where it "
                  "belongs. Name a topic."_s.arg(shownUrl(m_wish.target))
                : u"Nothing is sent to “%1”: it is a topic of the bus itself, or not one topic. "
                  "Map it to another."_s.arg(topic));
    }
    const std::string_view raw{candidate.raw.data(),
                               static_cast<std::size_t>(candidate.raw.size())};
    const std::string_view headers{candidate.headers.data(),
                                   static_cast<std::size_t>(candidate.headers.size())};
    if (candidate.isOwn && sentmark::flagsOf(raw, headers) != 0) {
        return refusalOf(
            Guard::Marked,
            u"The message to “%1” carries “x-murmurscope-…” already. That is the mark, "
            "which is written when it is sent: leave it out."_s.arg(topic));
    }
    if (((candidate.flags & (Injected | Replayed)) != 0 && !candidate.isEdited) ||
        sentmark::flagsOf(raw, headers) != 0) {
        return refusalOf(Guard::Marked,
                         u"A message on “%1” is not sent again: we sent it before, and what is "
                         "replayed from a replay doubles each time. Leave such messages out, or "
                         "edit and send it."_s.arg(topic));
    }
    if ((candidate.flags & (Redacted | Withheld | Truncated)) != 0 && !candidate.isEdited) {
        return refusalOf(
            Guard::Incomplete,
            u"A message on “%1” is not sent: its secrets were overwritten or its "
            "content was left out, so it is not what was said. Edit and send it."_s.arg(topic));
    }
    if (!candidate.isPicked &&
        (isToxic(candidate.type) || isToxic(candidate.recordedTopic) || isToxic(candidate.topic))) {
        if (candidate.isOwn)
            return refusalOf(Guard::Toxic,
                             u"“%1” has effects that cannot be taken back, so one message goes "
                             "there at a time. Send it alone and once."_s.arg(topic));
        return refusalOf(
            Guard::Toxic,
            u"“%1” is not sent again: its effects would happen a second time. Pick it "
            "by itself, by its number, to send it."_s.arg(type.isEmpty() ? topic : type));
    }
    // On a machine of one's own, one message to where it was: that is what editing is for.
    const bool isOwn = m_wish.environment == Environment::Dev && candidate.isAlone;
    if (m_isSource && !isOwn && !isConfirmed() && isHeard(candidate)) {
        return refusalOf(Guard::SameTarget,
                         u"Nothing is sent to “%1”: %2 is where it was recorded, and the agents "
                         "there would take it for new. Map the topic to another (replay.…), or "
                         "confirm by typing the host name %3."_s.arg(topic, shownUrl(m_wish.target),
                                                                     hostToType(m_wish.target)));
    }
    return std::nullopt;
}

Caps Caps::of(Environment environment)
{
    switch (environment) {
    case Environment::Dev:
        return {100'000, std::int64_t(1) << 62};
    case Environment::Staging:
        return {1'000, 100'000};
    case Environment::None:
    case Environment::Production:
        break;
    }
    return {};
}

Caps Caps::of(Environment environment, double perSecond, std::int64_t total)
{
    Caps caps = of(environment);
    const bool mayRaise = environment == Environment::Dev || environment == Environment::Staging;
    if (perSecond > 0)
        caps.perSecond = mayRaise ? perSecond : std::min(perSecond, caps.perSecond);
    if (total > 0)
        caps.total = mayRaise ? total : std::min(total, caps.total);
    return caps;
}

// At most N in any stretch of the window: the message N before the next one must be older than it.
// A rate below one a second is one in a longer window.
SendCaps::SendCaps(Caps caps)
    : m_caps(caps)
{
    const double perSecond = std::clamp(caps.perSecond, 1e-6, 1e6);
    m_times.resize(std::max<std::size_t>(1, static_cast<std::size_t>(perSecond)),
                   nanoseconds::min());
    m_window = nanoseconds(std::llround(1e9 * static_cast<double>(m_times.size()) / perSecond));
}

nanoseconds SendCaps::wait(nanoseconds now) const
{
    const nanoseconds oldest = m_times[m_next];
    if (oldest == nanoseconds::min())
        return 0ns;
    return std::max(0ns, oldest + m_window - now);
}

std::optional<Refusal> SendCaps::refusal() const
{
    if (m_sent < m_caps.total)
        return std::nullopt;
    return refusalOf(Guard::TotalCap,
                     u"No more is sent: %1 messages went out, which is the limit. Send fewer, or "
                     "where the bus is not production, allow more."_s.arg(m_sent));
}

void SendCaps::count(nanoseconds now)
{
    m_times[m_next] = now;
    m_next = (m_next + 1) % m_times.size();
    ++m_sent;
}

} // namespace murmur
