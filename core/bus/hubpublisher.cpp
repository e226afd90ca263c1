// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/hubpublisher.h"

#include "base/clock.h"
#include "bus/hubclient.h"
#include "bus/hubframe.h"
#include "bus/hubsettings.h"
#include "bus/jsonsax.h"
#include "bus/queuedpublisher.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QPointer>
#include <QRandomGenerator>
#include <QUrlQuery>

#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qint64 kMaxInSocket = qint64(4) << 20;
constexpr std::size_t kMaxLanes = 16;

/// One socket of ours: for what names its topic, or for what has that of a path.
struct HubLane
{
    QByteArray path;
    std::unique_ptr<HubClient> client;
    std::uint64_t written = 0;   ///< place of the last message that it took
    std::uint64_t confirmed = 0; ///< the hub has all up to here
    bool isAsked = false;        ///< a ping is under way

    [[nodiscard]] bool isClear() const { return confirmed >= written; }
};

class HubPublisher final : public QueuedPublisher
{
public:
    HubPublisher(const QUrl& url, QByteArray token, qint64 mostBytes);

    [[nodiscard]] PublisherTraits traits() const override
    {
        PublisherTraits traits;
        traits.hasReplies = true;
        traits.confirms = true;
        traits.mostBytes = m_mostBytes;
        traits.hasCorrelation = true;
        return traits;
    }

protected:
    void attach() override;
    void send(std::uint64_t place, const OutgoingMessage& message) override;
    void leave() override;

private:
    struct Waiting
    {
        std::uint64_t place = 0;
        HubFrame frame;
        bool needsInbox = false;
    };

    HubLane& laneFor(const QByteArray& path);
    void dropIdleLane();
    void pump();
    void ask(HubLane& lane);
    void takePong(HubLane& lane, const QByteArray& mark);
    void take(const QByteArray& json);
    void takeAnswer(const QByteArray& json, std::string_view topic);
    [[nodiscard]] bool isListening();

    const QUrl m_url; // ws or wss
    const QByteArray m_token;
    const qint64 m_mostBytes;
    const QByteArray m_inbox;                      ///< begin of the topics to which answers go
    std::vector<std::unique_ptr<HubLane>> m_lanes; // the first is that of "/"
    std::deque<Waiting> m_waiting;
    HubLane* m_last = nullptr; ///< took the last message
    QString m_refusal;         ///< what the hub said since its last pong
    bool m_isSubscribing = false;
    bool m_isSubscribed = false;
};

HubPublisher::HubPublisher(const QUrl& url, QByteArray token, qint64 mostBytes)
    : QueuedPublisher(shownUrl(url), Bounds())
    , m_url(url)
    , m_token(std::move(token))
    , m_mostBytes(mostBytes)
    , m_inbox("murmurscope.inbox." +
              QByteArray::number(QRandomGenerator::global()->generate64(), 36))
{
}

void HubPublisher::attach()
{
    laneFor({});
}

HubLane& HubPublisher::laneFor(const QByteArray& path)
{
    const auto found =
        std::ranges::find_if(m_lanes, [&](const auto& lane) { return lane->path == path; });
    if (found != m_lanes.end())
        return **found;
    if (m_lanes.size() >= kMaxLanes)
        dropIdleLane();
    m_lanes.push_back(std::make_unique<HubLane>());
    HubLane& lane = *m_lanes.back();
    lane.path = path;
    QUrl url = m_url;
    if (!path.isEmpty())
        url.setPath(QString::fromUtf8(path), QUrl::DecodedMode);
    lane.client = std::make_unique<HubClient>(url, m_token);
    lane.client->setMaxPendingBytes(kMaxInSocket);
    HubClient* const client = lane.client.get();
    connect(client, &HubClient::opened, this, [this, &lane] {
        if (lane.path.isEmpty())
            setUp(u"Sending to the hub at %1."_s.arg(where()));
        pump();
    });
    connect(client, &HubClient::failed, this, [this](const QString& sentence) { lose(sentence); });
    connect(client, &HubClient::drained, this, &HubPublisher::pump);
    connect(client, &HubClient::ponged, this,
            [this, &lane](const QByteArray& mark) { takePong(lane, mark); });
    connect(client, &HubClient::heard, this, &HubPublisher::take);
    client->open();
    return lane;
}

// Only the last lane may have what is not confirmed.
void HubPublisher::dropIdleLane()
{
    const auto idle = std::find_if(m_lanes.begin() + 1, m_lanes.end(),
                                   [this](const auto& lane) { return lane.get() != m_last; });
    (*idle)->client->disconnect(this);
    (*idle)->client->close();
    (*idle)->client.release()->deleteLater();
    m_lanes.erase(idle);
}

void HubPublisher::send(std::uint64_t place, const OutgoingMessage& message)
{
    Result<HubFrame> frame = hubFrame(message);
    if (!frame) {
        doom(frame.error().message);
        return;
    }
    if (message.wantsReply) {
        const QByteArray number = QByteArray::number(qulonglong(message.number));
        const QByteArray correlation =
            message.correlation.isValidUtf8() ? message.correlation : message.correlation.toHex();
        frame->bytes = withInbox(frame->bytes, m_inbox + '.' + number, correlation,
                                 m_inbox.mid(18) + '-' + number);
    }
    if (frame->bytes.size() > m_mostBytes) {
        doom(u"%1 takes messages of at most %2; with its topic this one has %3."_s.arg(
            where(), bytesText(m_mostBytes), bytesText(frame->bytes.size())));
        return;
    }
    m_waiting.push_back({place, std::move(*frame), message.wantsReply});
    pump();
}

// Nobody may answer before the hub knows who listens.
bool HubPublisher::isListening()
{
    if (!m_isSubscribing && !m_isSubscribed) {
        m_isSubscribing = m_lanes.front()->client->publish(R"({"op":"subscribe","topics":[")" +
                                                           m_inbox + R"(.*"]})");
    }
    return m_isSubscribed;
}

// The hub reads its sockets in any order: before the lane changes, it must have all of the last.
void HubPublisher::pump()
{
    while (!isOver() && !m_waiting.empty()) {
        const Waiting& next = m_waiting.front();
        if (next.needsInbox && !isListening())
            return;
        HubLane* lane = m_last;
        if (lane == nullptr || lane->path != next.frame.path) {
            if (lane != nullptr && !lane->isClear())
                return;
            lane = &laneFor(next.frame.path);
        }
        if (!lane->client->isOpen())
            return;
        const bool isTaken = next.frame.isBinary ? lane->client->publishBinary(next.frame.bytes)
                                                 : lane->client->publish(next.frame.bytes);
        if (!isTaken)
            return;
        m_last = lane;
        lane->written = next.place;
        m_waiting.pop_front();
        ask(*lane);
    }
}

void HubPublisher::ask(HubLane& lane)
{
    if (lane.isAsked || lane.isClear())
        return;
    lane.isAsked = true;
    lane.client->ping(QByteArray::number(qulonglong(lane.written)));
}

void HubPublisher::takePong(HubLane& lane, const QByteArray& mark)
{
    const std::uint64_t place = mark.toULongLong();
    if (!lane.isAsked || place <= lane.confirmed || place > lane.written)
        return; // not ours
    lane.isAsked = false;
    lane.confirmed = place;
    ask(lane);
    pump();
    const QString refusal = std::exchange(m_refusal, {});
    if (refusal.isEmpty()) {
        settle(place);
        return;
    }
    const std::int64_t count = unsettled(place);
    const QString sentence =
        count == 1 ? u"The hub at %1 refused this: %2."_s.arg(where(), refusal)
                   : u"The hub at %1 refused one of %2 messages that came together: %3."_s.arg(
                         where(), QString::number(count), refusal);
    const QPointer<HubPublisher> self(this); // whoever is told may delete us
    for (std::uint64_t one = place - std::uint64_t(count) + 1; self && one <= place; ++one)
        refuse(one, sentence);
}

void HubPublisher::take(const QByteArray& json)
{
    const JsonSummary summary =
        summarizeJson({json.constData(), static_cast<std::size_t>(json.size())});
    if (summary.op == "error") {
        m_refusal = QJsonDocument::fromJson(json).object().value("reason"_L1).toString(u"?"_s);
    } else if (summary.op == "subscribed" && m_isSubscribing) {
        m_isSubscribed = true;
        pump();
    } else if (summary.hasTopic) {
        takeAnswer(json, summary.topic);
    }
}

void HubPublisher::takeAnswer(const QByteArray& json, std::string_view topic)
{
    Answer answer;
    answer.topic = QByteArray(topic.data(), static_cast<qsizetype>(topic.size()));
    if (!answer.topic.startsWith(m_inbox + '.'))
        return;
    bool ok = false;
    answer.number = answer.topic.mid(m_inbox.size() + 1).toULongLong(&ok);
    if (!ok)
        return;
    answer.received = processClock().nowNs();
    answer.raw = json;
    Q_EMIT answered(answer);
}

void HubPublisher::leave()
{
    m_waiting.clear();
    for (const auto& lane : m_lanes) {
        lane->client->disconnect(this);
        lane->client->close();
    }
}

Error badHub(const QUrl& url, const QString& what)
{
    return Error{ErrorCode::WrongUse, shownUrl(url) + ": "_L1 + what};
}

} // namespace

Result<std::unique_ptr<Publisher>> createHubPublisher(const QUrl& url,
                                                      const ConnectionOptions& options)
{
    if (!url.userInfo().isEmpty())
        return badHub(url, u"a hub has no users; give it a token instead."_s);
    if (!url.path().isEmpty() && url.path() != "/"_L1)
        return badHub(url, u"the URL of a hub has no path."_s);
    if (url.port() == 0) {
        return badHub(url, u"port 0 is for who opens a hub; name the port that it took, like "
                           "listen://127.0.0.1:7777."_s);
    }
    const QUrlQuery query(url);
    if (query.hasQueryItem(u"token"_s)) {
        return badHub(url, u"a token does not belong into a URL, which is shown and stored; give "
                           "it as an option, from a file or the environment."_s);
    }
    auto most = static_cast<qint64>(HubSettings().maxFrame);
    if (const QString asked = query.queryItemValue(u"max-frame"_s); !asked.isEmpty()) {
        const Result<std::int64_t> bytes = bytesFromText(asked);
        if (!bytes || *bytes <= 0)
            return badHub(url, u"max-frame must be a size, not “%1”."_s.arg(asked));
        most = *bytes;
    }
    QUrl hub = HubClient(url).url();
    hub.setQuery(QString());
    return std::unique_ptr<Publisher>(
        std::make_unique<HubPublisher>(hub, secretOr(options.token, "MURMURSCOPE_TOKEN"), most));
}

} // namespace murmur
