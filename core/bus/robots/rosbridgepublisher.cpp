// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/robots/rosbridgepublisher.h"

#include "base/clock.h"
#include "base/transport.h"
#include "bus/hubframe.h"
#include "bus/jsonsax.h"
#include "bus/robots/robotsettings.h"
#include "bus/robots/rosbridgeframes.h"
#include "bus/robots/rosgraph.h"
#include "bus/websocket/feedpublisher.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <map>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr std::uint16_t kUsualPort = 9090;
// Subscribers of ROS find a new publisher after a moment; what was said before is lost to them.
constexpr std::chrono::milliseconds kDiscovery = 200ms;
constexpr std::chrono::seconds kTypePatience = 5s;
// A topic that nobody knows now may be there later.
constexpr std::chrono::seconds kAskAgain = 2s;
constexpr std::string_view kPublishId = "murmur-publish-";
constexpr std::string_view kAdvertiseId = "murmur-advertise-";
constexpr std::string_view kTypeId = "murmur-type-";

std::string_view textView(const QByteArray& bytes)
{
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

// A message of ROS has the fields of its type and no other: a mark of ours would be refused.
std::string withoutMarks(std::string_view msg)
{
    const std::vector<JsonMember> members = membersOf(msg);
    const auto isMark = [](const JsonMember& member) {
        return member.key.starts_with("x-murmurscope-");
    };
    if (std::ranges::none_of(members, isMark))
        return std::string(msg);
    std::string kept;
    for (const JsonMember& member : members) {
        if (isMark(member))
            continue;
        kept += kept.empty() ? "\"" : ",\"";
        kept.append(member.key).append("\":").append(member.value);
    }
    return '{' + kept + '}';
}

class RosbridgePublisher final : public FeedPublisher
{
public:
    explicit RosbridgePublisher(const FeedOptions& feed);

    [[nodiscard]] PublisherTraits traits() const override
    {
        PublisherTraits traits;
        traits.confirms = true;
        traits.takesMembers = false;
        return traits;
    }

protected:
    void opened() override { setUp(u"Sending to %1."_s.arg(where())); }
    void heard(const FeedMessage& message) override;
    void leaving() override;
    void send(std::uint64_t place, const OutgoingMessage& message) override;
    QString refusalOf(std::uint64_t place) override;

private:
    struct Topic
    {
        enum class State : std::uint8_t { New, Asked, Advertised, Refused };
        State state = State::New;
        std::string call; ///< the id of the last frame about it
        QString refusal;
        std::int64_t refused = 0; ///< ns
    };
    struct Waiting
    {
        std::uint64_t place = 0;
        std::string topic;
        std::string type;
        std::string msg;
    };

    void pump();
    void advertise(const std::string& name, Topic& topic, std::string_view type);
    void ask(const std::string& name, Topic& topic);
    void refuseTopic(Topic& topic, const QString& sentence);
    void takeType(std::string_view id, std::string_view type);
    void takeComplaint(const RosbridgeStatus& status);
    Topic* topicOf(std::string_view id);

    RosbridgeFrames m_frames;
    std::map<std::string, Topic, std::less<>> m_topics;
    std::deque<Waiting> m_waiting; ///< in order: for the type or the discovery of the first's topic
    std::map<std::uint64_t, QString> m_refusals; ///< by place
    QTimer m_discovery;
    QTimer m_patience; ///< for the type that was asked for
    std::uint64_t m_nextId = 1;
};

RosbridgePublisher::RosbridgePublisher(const FeedOptions& feed)
    : FeedPublisher(feed)
{
    m_discovery.setSingleShot(true);
    m_discovery.setInterval(kDiscovery);
    connect(&m_discovery, &QTimer::timeout, this, &RosbridgePublisher::pump);
    m_patience.setSingleShot(true);
    m_patience.setInterval(kTypePatience);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        if (!m_waiting.empty())
            takeType(m_topics[m_waiting.front().topic].call, {});
    });
}

void RosbridgePublisher::send(std::uint64_t place, const OutgoingMessage& message)
{
    const std::string_view raw = textView(message.raw);
    const JsonSummary summary = summarizeJson(raw);
    if (summary.shape != JsonSummary::Shape::Object || message.topic.isEmpty()) {
        doom(u"A message of ROS is a JSON object on a topic; this is not."_s);
        return;
    }
    std::string_view msg = raw;
    if (summary.op == "publish") {
        const std::vector<JsonMember> members = membersOf(raw);
        const auto found = std::ranges::find(members, "msg", &JsonMember::key);
        if (found == members.end()) {
            doom(u"This frame of rosbridge holds no message (msg)."_s);
            return;
        }
        msg = found->value;
    }
    std::string type;
    for (const auto& [name, value] : message.headers) {
        if (name == transport::kType)
            type = value;
    }
    m_waiting.push_back({place, message.topic.toStdString(), std::move(type), withoutMarks(msg)});
    pump();
}

void RosbridgePublisher::pump()
{
    while (!isOver() && !m_waiting.empty() && !m_discovery.isActive()) {
        const Waiting& next = m_waiting.front();
        Topic& topic = m_topics[next.topic];
        const nanoseconds age(processClock().nowNs() - topic.refused);
        if (topic.state == Topic::State::Refused && age > kAskAgain)
            topic.state = Topic::State::New;
        switch (topic.state) {
        case Topic::State::New:
            if (next.type.empty())
                ask(next.topic, topic);
            else
                advertise(next.topic, topic, next.type);
            return;
        case Topic::State::Asked:
            return;
        case Topic::State::Advertised:
            write(next.place, WebSocketOp::Text,
                  rosPublish(std::string(kPublishId) + std::to_string(next.place), next.topic,
                             next.msg));
            break;
        case Topic::State::Refused:
            m_refusals[next.place] = topic.refusal;
            skip(next.place);
            break;
        }
        m_waiting.pop_front();
    }
}

void RosbridgePublisher::advertise(const std::string& name, Topic& topic, std::string_view type)
{
    topic.state = Topic::State::Advertised;
    topic.call = std::string(kAdvertiseId) + std::to_string(m_nextId++);
    say(rosAdvertise(topic.call, name, type));
    m_discovery.start();
}

void RosbridgePublisher::ask(const std::string& name, Topic& topic)
{
    topic.state = Topic::State::Asked;
    topic.call = std::string(kTypeId) + std::to_string(m_nextId++);
    say(rosCall(topic.call, "/rosapi/topic_type", name));
    m_patience.start();
}

void RosbridgePublisher::refuseTopic(Topic& topic, const QString& sentence)
{
    topic.state = Topic::State::Refused;
    topic.refusal = sentence;
    topic.refused = processClock().nowNs();
}

RosbridgePublisher::Topic* RosbridgePublisher::topicOf(std::string_view id)
{
    const auto found =
        std::ranges::find_if(m_topics, [&](const auto& topic) { return topic.second.call == id; });
    return found == m_topics.end() ? nullptr : &found->second;
}

void RosbridgePublisher::takeType(std::string_view id, std::string_view type)
{
    Topic* const topic = topicOf(id);
    if (topic == nullptr || topic->state != Topic::State::Asked || m_waiting.empty())
        return;
    m_patience.stop();
    const std::string& name = m_waiting.front().topic;
    if (type.empty()) {
        refuseTopic(*topic,
                    u"Nobody on %1 knows the type of the topic %2, so it cannot be advertised: "
                    "start a node that has it, or send what was recorded with its type."_s.arg(
                        where(), robotText(name)));
    } else {
        advertise(name, *topic, type);
    }
    pump();
}

void RosbridgePublisher::heard(const FeedMessage& message)
{
    if (message.isBinary || !message.undecodable.empty())
        return;
    const RosbridgeFrame& frame = m_frames.read(message.payload);
    if (frame.what == RosbridgeFrame::What::Complaint)
        takeComplaint(rosbridgeStatus(message.payload));
    else if (frame.what == RosbridgeFrame::What::Answer)
        takeType(std::string(frame.id), rosbridgeTopicType(message.payload));
}

void RosbridgePublisher::takeComplaint(const RosbridgeStatus& status)
{
    if (status.level != "error")
        return;
    const QString sentence =
        u"%1 says: %2"_s.arg(where(), robotText(status.text).simplified().left(300));
    const std::string_view id = status.id;
    if (id.starts_with(kPublishId)) {
        std::uint64_t place = 0;
        std::from_chars(id.data() + kPublishId.size(), id.data() + id.size(), place);
        if (unsettled(place) > 0 && unsettled(place) <= pending())
            m_refusals[place] = sentence;
    } else if (id.starts_with(kTypeId)) {
        takeType(id, {});
    } else if (Topic* const topic = topicOf(id); topic != nullptr) {
        refuseTopic(*topic, sentence);
    }
}

QString RosbridgePublisher::refusalOf(std::uint64_t place)
{
    const auto found = m_refusals.find(place);
    if (found == m_refusals.end())
        return {};
    const QString sentence = found->second;
    m_refusals.erase(found);
    return sentence;
}

void RosbridgePublisher::leaving()
{
    for (const auto& [name, topic] : m_topics) {
        if (topic.state == Topic::State::Advertised)
            say(rosUnadvertise(topic.call, name));
    }
    m_waiting.clear();
}

} // namespace

Result<std::unique_ptr<Publisher>> createRosbridgePublisher(const QUrl& url,
                                                            const ConnectionOptions& options)
{
    UrlReader reader(url, u"rosbridge"_s, processClock().nowNs());
    const RobotSettings settings = robotSettings(reader, kUsualPort, options);
    // What is for listening.
    for (const QString& item : {u"throttle"_s, u"queue-length"_s, u"refresh"_s, u"publishers"_s})
        reader.leave(item);
    if (const Status good = reader.finish(); !good)
        return good.error();
    return std::unique_ptr<Publisher>(std::make_unique<RosbridgePublisher>(settings.feed));
}

} // namespace murmur
