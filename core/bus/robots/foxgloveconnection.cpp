// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/robots/foxgloveconnection.h"

#include "base/clock.h"
#include "base/message.h"
#include "base/transport.h"
#include "bus/robots/foxgloveframes.h"
#include "bus/robots/robotsettings.h"
#include "bus/websocket/feedconnection.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::uint16_t kFoxglovePort = 8765;
constexpr std::size_t kMaxChannels = 100'000;
constexpr std::string_view kEncoding = "murmur-encoding";
constexpr std::string_view kLogTime = "murmur-log-time";
// A simulation's clock begins at nothing: what lies before 1973 is no wall time.
constexpr std::uint64_t kFirstWallTime = 100'000'000'000'000'000;
constexpr std::uint64_t kLastWallTime = std::numeric_limits<std::int64_t>::max();

struct Channel
{
    std::string topic;
    std::string encoding;
    std::string schemaName;
    std::uint32_t subscription = 0; ///< 0: not subscribed to
    QByteArray topicBytes;
    QByteArray headers; ///< of each of its messages

    [[nodiscard]] bool isText() const { return encoding == "json"; }
};

QByteArray headerBytes(const HeaderList& list)
{
    return QByteArray::fromStdString(headersToBytes(list));
}

class FoxgloveConnection final : public FeedConnection
{
public:
    FoxgloveConnection(QUrl url, RobotSettings settings, const ConnectionContext& context)
        : FeedConnection(std::move(url), settings.feed, context)
        , m_settings(std::move(settings))
    {
    }
    ~FoxgloveConnection() override { stop(); }

protected:
    void opened(const QByteArray&) override {}
    void take(const FeedMessage& message) override;
    void closed() override;
    void describe(ConnectionStatus& status) const override;
    FeedEnd tooLate() const override
    {
        return {u"%1 does not say serverInfo: it is no Foxglove server."_s.arg(options().where()),
                Again::IfItWasRight};
    }

private:
    void takeBinary(const FeedMessage& message);
    void takeData(const FeedMessage& message, const FoxgloveBinary& data);
    void takeControl(const FeedMessage& message);
    void takeServerInfo(const FoxgloveControl& control);
    void takeChannels(const FoxgloveControl& control, const FeedMessage& message);
    void forget(std::uint32_t channel);
    void takeGraph(const FoxgloveControl& control);
    void makeHeaders(Channel& channel) const;
    void keepChannel(const FoxgloveChannel& channel, const FeedMessage& message);
    void describeChannel(const FoxgloveChannel& channel);
    void keepUnreadable(const FeedMessage& message, const char* reason);
    void tellUp();

    const RobotSettings m_settings;
    std::unordered_map<std::uint32_t, Channel> m_channels;         ///< by the server's id
    std::unordered_map<std::uint32_t, std::uint32_t> m_subscribed; ///< ours to the server's id
    std::map<std::string, std::vector<std::string>, std::less<>> m_publishers; ///< by topic
    std::set<std::uint64_t> m_kept; ///< hashes of channels that were recorded
    std::uint32_t m_nextSubscription = 1;
    bool m_hasGraph = false;
    bool m_isGreeted = false;
};

void FoxgloveConnection::closed()
{
    m_channels.clear();
    m_subscribed.clear();
    m_publishers.clear();
    m_nextSubscription = 1;
    m_hasGraph = false;
    m_isGreeted = false;
}

void FoxgloveConnection::take(const FeedMessage& message)
{
    if (!message.undecodable.empty())
        hear(heardFrom(message));
    else if (message.isBinary)
        takeBinary(message);
    else
        takeControl(message);
}

void FoxgloveConnection::keepUnreadable(const FeedMessage& message, const char* reason)
{
    HeardMessage heard = heardFrom(message);
    heard.undecodable = reason;
    hear(std::move(heard));
}

void FoxgloveConnection::takeBinary(const FeedMessage& message)
{
    const FoxgloveBinary data = readFoxgloveBinary(message.payload);
    switch (data.what) {
    case FoxgloveBinary::What::Message:
        takeData(message, data);
        return;
    case FoxgloveBinary::What::Time:
        return;
    case FoxgloveBinary::What::Other:
        hear(heardFrom(message));
        return;
    case FoxgloveBinary::What::Unreadable:
        keepUnreadable(message, data.reason);
        return;
    }
}

void FoxgloveConnection::takeData(const FeedMessage& message, const FoxgloveBinary& data)
{
    const auto subscription = m_subscribed.find(data.subscription);
    if (subscription == m_subscribed.end()) {
        keepUnreadable(message, "a message of a subscription that is none of ours");
        return;
    }
    const Channel& channel = m_channels.at(subscription->second);
    FeedMessage payload = message;
    payload.payload = data.payload;
    payload.isBinary = !channel.isText();
    HeardMessage heard = heardFrom(payload);
    heard.topic = channel.topicBytes;
    heard.headers = channel.headers;
    if (data.time > 0) {
        const bool isWallTime = data.time >= kFirstWallTime && data.time <= kLastWallTime;
        heard.headers += headerBytes(
            {{std::string(isWallTime ? transport::kSent : kLogTime), std::to_string(data.time)}});
    }
    hear(std::move(heard));
}

void FoxgloveConnection::takeControl(const FeedMessage& message)
{
    const FoxgloveControl control = readFoxgloveControl(message.payload);
    switch (control.what) {
    case FoxgloveControl::What::ServerInfo:
        takeServerInfo(control);
        return;
    case FoxgloveControl::What::Advertise:
        takeChannels(control, message);
        return;
    case FoxgloveControl::What::Unadvertise:
        for (const std::uint32_t id : control.ids)
            forget(id);
        tellUp();
        return;
    case FoxgloveControl::What::Graph:
        takeGraph(control);
        return;
    case FoxgloveControl::What::Complaint:
        if (control.level == 2)
            setDetail(u"%1 says: %2"_s.arg(options().where(),
                                           robotText(control.message).simplified().left(300)));
        hear(heardFrom(message));
        return;
    case FoxgloveControl::What::Other:
        hear(heardFrom(message));
        return;
    case FoxgloveControl::What::Unreadable:
        keepUnreadable(message, "no JSON object");
        return;
    }
}

void FoxgloveConnection::takeServerInfo(const FoxgloveControl& control)
{
    m_isGreeted = true;
    m_hasGraph =
        std::ranges::find(control.capabilities, "connectionGraph") != control.capabilities.end();
    if (m_hasGraph)
        sendText(R"({"op":"subscribeConnectionGraph"})");
    tellUp();
}

void FoxgloveConnection::tellUp()
{
    if (!m_isGreeted)
        return;
    isUp(
        m_subscribed.empty()
            ? u"Attached to %1; no channel is there yet that is asked for."_s.arg(options().where())
            : u"Listening to %1 of the %2 channels of %3."_s.arg(m_subscribed.size())
                  .arg(m_channels.size())
                  .arg(options().where()));
    statusMayHaveChanged();
}

void FoxgloveConnection::makeHeaders(Channel& channel) const
{
    HeaderList list;
    if (!channel.schemaName.empty())
        list.emplace_back(transport::kType, channel.schemaName);
    if (!channel.encoding.empty())
        list.emplace_back(kEncoding, channel.encoding);
    // Several publishers: nobody says which one it was.
    const auto publishers = m_publishers.find(channel.topic);
    if (publishers != m_publishers.end() && publishers->second.size() == 1 &&
        !publishers->second.front().empty())
        list.emplace_back(transport::kSender, publishers->second.front());
    channel.headers = headerBytes(list);
}

void FoxgloveConnection::describeChannel(const FoxgloveChannel& channel)
{
    Schema schema;
    schema.topic = channel.topic;
    schema.codec = channel.encoding;
    schema.name = channel.schemaName;
    schema.key = channel.schemaName;
    const auto json = nlohmann::json::parse(channel.json, nullptr, false);
    const auto textOf = [&json](const char* name) {
        const auto member = json.find(name);
        return member != json.end() && member->is_string() ? member->get<std::string>()
                                                           : std::string();
    };
    schema.data = textOf("schema");
    if (schema.data.empty())
        return;
    // Of binary schemas the text is base64.
    if (channel.encoding == "protobuf" || textOf("schemaEncoding") == "protobuf")
        schema.data = QByteArray::fromBase64(QByteArray::fromStdString(schema.data)).toStdString();
    context().sink->describe(std::move(schema));
}

// Who reads the recording later needs the schema; once is enough, also after a reconnect.
void FoxgloveConnection::keepChannel(const FoxgloveChannel& channel, const FeedMessage& message)
{
    if (m_kept.size() >= kMaxChannels || !m_kept.insert(idHash(channel.json)).second)
        return;
    describeChannel(channel);
    FeedMessage one = message;
    one.payload = channel.json;
    HeardMessage heard = heardFrom(one);
    heard.topic = QByteArray::fromStdString(channel.topic);
    heard.headers = headerBytes({{std::string(transport::kKind), "control"},
                                 {std::string(transport::kType), "foxglove.channel"},
                                 {std::string(kEncoding), channel.encoding}});
    hear(std::move(heard));
}

void FoxgloveConnection::takeChannels(const FoxgloveControl& control, const FeedMessage& message)
{
    nlohmann::json wanted = nlohmann::json::array();
    for (const FoxgloveChannel& given : control.channels) {
        if (m_channels.size() >= kMaxChannels && !m_channels.contains(given.id))
            break;
        Channel& channel = m_channels[given.id];
        // Another topic under an id that was not taken back: the subscription is the old one's.
        if (channel.subscription != 0 && channel.topic != given.topic) {
            m_subscribed.erase(channel.subscription);
            channel.subscription = 0;
        }
        channel.topic = given.topic;
        channel.encoding = given.encoding;
        channel.schemaName = given.schemaName;
        channel.topicBytes = QByteArray::fromStdString(given.topic);
        if (!m_settings.topics.takes(given.topic))
            continue;
        makeHeaders(channel);
        keepChannel(given, message);
        if (channel.subscription != 0)
            continue;
        channel.subscription = m_nextSubscription++;
        m_subscribed.emplace(channel.subscription, given.id);
        wanted.push_back({{"id", channel.subscription}, {"channelId", given.id}});
    }
    if (!wanted.empty())
        sendText(nlohmann::json{{"op", "subscribe"}, {"subscriptions", wanted}}.dump());
    tellUp();
}

void FoxgloveConnection::forget(std::uint32_t channel)
{
    const auto known = m_channels.find(channel);
    if (known == m_channels.end())
        return;
    m_subscribed.erase(known->second.subscription);
    m_channels.erase(known);
}

void FoxgloveConnection::takeGraph(const FoxgloveControl& control)
{
    for (const auto& [topic, publishers] : control.published) {
        if (m_publishers.size() < kMaxChannels || m_publishers.contains(topic))
            m_publishers[topic] = publishers;
    }
    for (const std::string& topic : control.removed)
        m_publishers.erase(topic);
    for (auto& [id, channel] : m_channels)
        makeHeaders(channel);
}

void FoxgloveConnection::describe(ConnectionStatus& status) const
{
    for (const auto& [id, channel] : m_channels) {
        if (channel.subscription != 0)
            status.subscribed << robotText(channel.topic);
        else if (status.unmatched.size() < kMaxUnmatched)
            status.unmatched << robotText(channel.topic);
    }
    status.subscribed.sort();
    status.unmatched.sort();
    if (status.subscribed.isEmpty())
        status.subscribed = m_settings.topics.texts();
    status.presence << u"The server has one more client, and reads from the robot what it would "
                       "not read if nobody asked: each channel counts one more subscriber."_s;
    if (m_hasGraph)
        status.presence << u"The graph of connections is asked for, to know who publishes."_s;
    if (m_settings.topics.isAll())
        status.presence << u"No topic= was given: all channels are subscribed to."_s;
}

} // namespace

Result<std::unique_ptr<Connection>> createFoxgloveConnection(const QUrl& url,
                                                             const ConnectionContext& context)
{
    UrlReader reader(url, u"Foxglove"_s, processClock().nowNs());
    RobotSettings settings = robotSettings(reader, kFoxglovePort, context.options);
    if (const Status good = reader.finish(); !good)
        return good.error();
    // The newer server refuses who does not offer its name; the older one takes the other.
    settings.feed.protocols = {"foxglove.sdk.v1", "foxglove.websocket.v1"};
    settings.feed.needsProtocol = true;
    return std::unique_ptr<Connection>(
        std::make_unique<FoxgloveConnection>(url, std::move(settings), context));
}

} // namespace murmur
