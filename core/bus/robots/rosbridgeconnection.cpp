// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/robots/rosbridgeconnection.h"

#include "base/clock.h"
#include "bus/robots/robotsettings.h"
#include "bus/robots/rosbridgeframes.h"
#include "bus/robots/rosgraph.h"
#include "bus/websocket/feedconnection.h"

#include <algorithm>
#include <map>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr std::uint16_t kRosbridgePort = 9090;
constexpr auto kTopicsService = "/rosapi/topics";
constexpr auto kPublishersService = "/rosapi/publishers";
// rosapi answers from one Python thread that the robot shares.
constexpr std::size_t kCallsAtOnce = 4;
constexpr std::chrono::seconds kPublishersEvery = 60s;
constexpr std::chrono::seconds kRosapiPatience = 5s;
constexpr std::chrono::seconds kAnswerPatience = 30s;
constexpr std::size_t kMaxTopics = 100'000;

struct RosbridgeSettings
{
    RobotSettings robot;
    std::chrono::milliseconds throttle{0};
    std::int64_t queueLength = 0;
    std::chrono::milliseconds refresh{5000};
    bool asksPublishers = true;
};

struct Call
{
    std::string topic; ///< whose publishers are asked for; empty: the topics themselves
    std::int64_t asked = 0;
};

class RosbridgeConnection final : public FeedConnection
{
public:
    RosbridgeConnection(QUrl url, RosbridgeSettings settings, const ConnectionContext& context);
    ~RosbridgeConnection() override { stop(); }

protected:
    void opened(const QByteArray& protocol) override;
    void take(const FeedMessage& message) override;
    void closed() override;
    void describe(ConnectionStatus& status) const override;

private:
    void refresh();
    void rosapiIsMissing();
    void takeFrame(const FeedMessage& message, bool isJoined);
    void takeFragment(const FeedMessage& message);
    void takeStatus(const FeedMessage& message, const RosbridgeFrame& frame);
    bool takeAnswer(const FeedMessage& message, const RosbridgeFrame& frame);
    void takeTopics(const std::vector<std::pair<std::string, std::string>>& topics);
    void subscribe(const std::string& topic, const std::string& type);
    void askPublishers();
    void keepUnreadable(const FeedMessage& message, std::string_view reason);
    void tellUp();

    const RosbridgeSettings m_settings;
    RosbridgeFrames m_frames;
    RosbridgeFragments m_fragments;
    std::map<std::string, RosTopic, std::less<>> m_topics;
    std::map<std::string, Call, std::less<>> m_calls; ///< by id; not answered yet
    QTimer m_refresh;
    QTimer m_patience; ///< for the first answer of rosapi
    QStringList m_unmatched;
    QString m_refusal;       ///< rosbridge's words for the last topic that it did not subscribe to
    std::size_t m_known = 0; ///< topics that there are, as rosapi says
    std::uint64_t m_nextId = 1;
    bool m_hasRosapi = false;
};

RosbridgeConnection::RosbridgeConnection(QUrl url, RosbridgeSettings settings,
                                         const ConnectionContext& context)
    : FeedConnection(std::move(url), settings.robot.feed, context)
    , m_settings(std::move(settings))
    , m_fragments(m_settings.robot.feed.maxMessage)
{
    m_refresh.setInterval(m_settings.refresh);
    connect(&m_refresh, &QTimer::timeout, this, &RosbridgeConnection::refresh);
    m_patience.setSingleShot(true);
    m_patience.setInterval(kRosapiPatience);
    connect(&m_patience, &QTimer::timeout, this, &RosbridgeConnection::rosapiIsMissing);
}

void RosbridgeConnection::opened(const QByteArray&)
{
    m_patience.start();
    m_refresh.start();
    refresh();
}

void RosbridgeConnection::closed()
{
    m_patience.stop();
    m_refresh.stop();
    for (const std::string& left : m_fragments.abandon()) {
        FeedMessage message;
        message.payload = left;
        message.received = processClock().nowNs();
        message.isTruncated = true;
        keepUnreadable(message, "the connection ended before all fragments were there");
    }
    m_topics.clear();
    m_calls.clear();
    m_unmatched.clear();
    m_known = 0;
    m_hasRosapi = false;
}

void RosbridgeConnection::refresh()
{
    const std::int64_t now = processClock().nowNs();
    std::erase_if(m_calls, [&](const auto& call) {
        return nanoseconds(now - call.second.asked) > kAnswerPatience;
    });
    // A list that is still on its way is not asked for again.
    const bool isAsking =
        std::ranges::any_of(m_calls, [](const auto& call) { return call.second.topic.empty(); });
    if (!isAsking) {
        const std::string id = "murmur-topics-" + std::to_string(m_nextId++);
        m_calls.emplace(id, Call{{}, now});
        sendText(rosCall(id, kTopicsService));
    }
    if (!m_hasRosapi && !m_patience.isActive())
        rosapiIsMissing();
    askPublishers();
}

// Without it nobody says what topics there are, nor their types; those with a name can be
// subscribed to all the same, once they are there.
void RosbridgeConnection::rosapiIsMissing()
{
    m_patience.stop();
    if (m_hasRosapi)
        return;
    const std::vector<std::string> names = m_settings.robot.topics.names();
    if (names.empty()) {
        fail({u"%1 has no rosapi that lists the topics: start rosapi_node beside rosbridge, or "
              "name them with topic=/a,/b."_s.arg(options().where()),
              Again::Yes});
        return;
    }
    for (const std::string& name : names) {
        const auto known = m_topics.find(name);
        if (known == m_topics.end() || known->second.isRefused)
            subscribe(name, {});
    }
    tellUp();
}

void RosbridgeConnection::subscribe(const std::string& topic, const std::string& type)
{
    RosTopic& entry = m_topics[topic];
    entry.type = type;
    entry.isRefused = false;
    entry.subscription = "murmur-subscribe-" + std::to_string(m_nextId++);
    entry.makeHeaders();
    sendText(rosSubscribe(entry.subscription, topic, type, m_settings.throttle.count(),
                          m_settings.queueLength));
}

void RosbridgeConnection::tellUp()
{
    const auto refused =
        std::ranges::count_if(m_topics, [](const auto& topic) { return topic.second.isRefused; });
    const std::size_t count = m_topics.size() - static_cast<std::size_t>(refused);
    QString detail = m_known > 0
                         ? u"Listening to %1 of the %2 topics of %3."_s.arg(count).arg(m_known).arg(
                               options().where())
                         : u"Listening to %1 topics of %2."_s.arg(count).arg(options().where());
    if (count == 0)
        detail =
            u"Attached to %1; no topic is there yet that is asked for."_s.arg(options().where());
    if (refused > 0)
        detail += u" Not to %1: %2"_s.arg(refused).arg(m_refusal);
    isUp(detail);
    statusMayHaveChanged();
}

void RosbridgeConnection::take(const FeedMessage& message)
{
    if (!message.undecodable.empty()) {
        hear(heardFrom(message));
        return;
    }
    if (message.isBinary) {
        keepUnreadable(message, "a binary frame: this server speaks BSON or CBOR, and only JSON "
                                "was asked for");
        return;
    }
    takeFrame(message, false);
}

void RosbridgeConnection::takeFrame(const FeedMessage& message, bool isJoined)
{
    const RosbridgeFrame& frame = m_frames.read(message.payload);
    switch (frame.what) {
    case RosbridgeFrame::What::Publish: {
        HeardMessage heard = heardFrom(message);
        heard.topic = QByteArray::fromStdString(frame.topic);
        if (const auto topic = m_topics.find(frame.topic); topic != m_topics.end())
            heard.headers = topic->second.headers;
        hear(std::move(heard));
        return;
    }
    case RosbridgeFrame::What::Fragment:
        if (isJoined)
            keepUnreadable(message, "a fragment made of fragments");
        else
            takeFragment(message);
        return;
    case RosbridgeFrame::What::Png:
        keepUnreadable(message, "a frame inside a PNG picture, which was not asked for");
        return;
    case RosbridgeFrame::What::Complaint:
        takeStatus(message, frame);
        return;
    case RosbridgeFrame::What::Answer:
        if (takeAnswer(message, frame))
            return;
        break;
    case RosbridgeFrame::What::Unreadable:
        keepUnreadable(message, "no JSON object");
        return;
    case RosbridgeFrame::What::Other:
        break;
    }
    HeardMessage heard = heardFrom(message);
    heard.topic = QByteArray::fromStdString(frame.topic);
    hear(std::move(heard));
}

void RosbridgeConnection::keepUnreadable(const FeedMessage& message, std::string_view reason)
{
    HeardMessage heard = heardFrom(message);
    heard.undecodable = QByteArray(reason.data(), static_cast<qsizetype>(reason.size()));
    hear(std::move(heard));
}

void RosbridgeConnection::takeFragment(const FeedMessage& message)
{
    const RosbridgeFragments::Taken taken = m_fragments.take(message.payload);
    FeedMessage part = message;
    if (!taken.reason.empty()) {
        part.payload = taken.givenUp;
        keepUnreadable(part, taken.reason);
    }
    if (taken.size > 0) {
        part.payload = std::string_view(taken.whole).substr(0, taken.size);
        takeFrame(part, true);
    }
}

void RosbridgeConnection::takeStatus(const FeedMessage& message, const RosbridgeFrame& frame)
{
    const RosbridgeStatus status = rosbridgeStatus(message.payload);
    if (status.level == "error" || status.level == "warning") {
        if (m_calls.erase(frame.id) > 0 && !m_hasRosapi)
            rosapiIsMissing();
        const QString words = robotText(status.text).simplified().left(300);
        const auto ours = std::ranges::find_if(
            m_topics, [&](const auto& topic) { return topic.second.subscription == frame.id; });
        // An answer to us, and no traffic of the robot's.
        if (status.level == "error" && ours != m_topics.end()) {
            ours->second.isRefused = true;
            m_refusal = words;
            tellUp();
            return;
        }
        if (status.level == "error")
            setDetail(u"%1 says: %2"_s.arg(options().where(), words));
    }
    hear(heardFrom(message));
}

// Whether it was an answer to us, which is no traffic of the robot's.
bool RosbridgeConnection::takeAnswer(const FeedMessage& message, const RosbridgeFrame& frame)
{
    const auto call = m_calls.find(frame.id);
    if (call == m_calls.end())
        return false;
    const std::string topic = call->second.topic;
    m_calls.erase(call);
    if (topic.empty()) {
        if (const auto topics = rosbridgeTopics(message.payload))
            takeTopics(*topics);
        else
            rosapiIsMissing();
    } else if (const auto publishers = rosbridgePublishers(message.payload)) {
        const auto known = m_topics.find(topic);
        if (known != m_topics.end() && known->second.publishers != *publishers) {
            known->second.publishers = *publishers;
            known->second.makeHeaders();
        }
    }
    askPublishers();
    return true;
}

void RosbridgeConnection::takeTopics(const std::vector<std::pair<std::string, std::string>>& topics)
{
    m_patience.stop();
    m_hasRosapi = true;
    m_known = topics.size();
    m_unmatched.clear();
    for (const auto& [topic, type] : topics) {
        const bool isWanted = m_settings.robot.topics.takes(topic) &&
                              !(m_settings.robot.topics.isAll() && isLargeRosType(type));
        if (!isWanted || m_topics.size() >= kMaxTopics) {
            if (m_unmatched.size() < kMaxUnmatched)
                m_unmatched << robotText(topic);
            continue;
        }
        const auto known = m_topics.find(topic);
        if (known == m_topics.end() || (known->second.isRefused && known->second.type != type)) {
            subscribe(topic, type);
        } else if (known->second.type != type) {
            known->second.type = type;
            known->second.makeHeaders();
        }
    }
    tellUp();
    askPublishers();
}

void RosbridgeConnection::askPublishers()
{
    if (!m_settings.asksPublishers || !m_hasRosapi)
        return;
    const std::int64_t now = processClock().nowNs();
    for (auto& [name, topic] : m_topics) {
        if (m_calls.size() >= kCallsAtOnce)
            return;
        if (topic.asked != 0 && nanoseconds(now - topic.asked) < kPublishersEvery)
            continue;
        topic.asked = now;
        const std::string id = "murmur-publishers-" + std::to_string(m_nextId++);
        m_calls.emplace(id, Call{name, now});
        sendText(rosCall(id, kPublishersService, name));
    }
}

void RosbridgeConnection::describe(ConnectionStatus& status) const
{
    for (const auto& [name, topic] : m_topics) {
        if (!topic.isRefused)
            status.subscribed << robotText(name);
    }
    if (status.subscribed.isEmpty())
        status.subscribed = m_settings.robot.topics.texts();
    status.unmatched = m_unmatched;
    status.presence
        << u"rosbridge subscribes for us: each topic has one more subscriber, and nodes that "
           "publish only while somebody listens begin to."_s
        << u"%1%2 is called every %3 (op call_service)."_s.arg(
               QString::fromLatin1(kTopicsService),
               m_settings.asksPublishers ? u" and, for each topic once a minute, "_s +
                                               QString::fromLatin1(kPublishersService)
                                         : QString(),
               durationText(m_settings.refresh))
        << u"Calls of services and actions by others do not come through rosbridge and are not "
           "seen."_s;
    if (m_settings.robot.topics.isAll()) {
        status.presence << u"No topic= was given: all topics are subscribed to, except pictures, "
                           "point clouds and maps."_s;
    }
}

} // namespace

Result<std::unique_ptr<Connection>> createRosbridgeConnection(const QUrl& url,
                                                              const ConnectionContext& context)
{
    UrlReader reader(url, u"rosbridge"_s, processClock().nowNs());
    RosbridgeSettings settings;
    settings.robot = robotSettings(reader, kRosbridgePort, context.options);
    settings.throttle = std::chrono::duration_cast<std::chrono::milliseconds>(
        reader.duration(u"throttle"_s, 0ns, 1h, 0ns));
    settings.queueLength = reader.number(u"queue-length"_s, 0, 1'000'000, 0);
    settings.refresh = std::chrono::duration_cast<std::chrono::milliseconds>(
        reader.duration(u"refresh"_s, 200ms, 1h, 5s));
    settings.asksPublishers = reader.flag(u"publishers"_s, true);
    if (const Status good = reader.finish(); !good)
        return good.error();
    return std::unique_ptr<Connection>(
        std::make_unique<RosbridgeConnection>(url, std::move(settings), context));
}

} // namespace murmur
