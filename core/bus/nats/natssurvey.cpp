// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/nats/natssurvey.h"

#include "base/clock.h"
#include "bus/nats/natslink.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QTcpSocket>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kGreetingPatience = 2000; // ms
constexpr std::int64_t kJetStreamPatience = 1500;
constexpr int kMostStreams = 200;
constexpr int kMostSamples = 30; // each is a question of its own

using NatsStreamList = std::unique_ptr<jsStreamInfoList, NatsDestroyer<&jsStreamInfoList_Destroy>>;

class NatsAsker final : public BusAsker
{
public:
    NatsAsker(const QUrl& url, const ConnectionOptions& options)
        : m_settings(natsSettingsFromUrl(url, options, processClock().nowNs()))
    {
    }

    Result<BusFacts> look(const std::stop_token& stop) override
    {
        if (!m_settings)
            return m_settings.error();
        if (!m_hasLooked) {
            m_hasLooked = true;
            const Result<bool> keepsStreams = greet();
            if (!keepsStreams)
                return keepsStreams.error();
            if (*keepsStreams)
                connectToStreams();
        }
        if (m_js && !stop.stop_requested())
            askStreams(stop);
        return m_facts;
    }

private:
    Result<bool> greet();
    void connectToStreams();
    void askStreams(const std::stop_token& stop);
    void sampleOf(const char* stream, std::uint64_t sequence, SurveyedTopic& topic);

    Result<NatsSettings> m_settings;
    BusFacts m_facts;
    NatsLink m_link;
    NatsJetStream m_js;
    bool m_hasLooked = false;
    bool m_hasSamples = false;
};

/// Before the library connects, whose call does not end when nobody speaks. Whether it has streams.
Result<bool> NatsAsker::greet()
{
    QTcpSocket socket;
    socket.connectToHost(m_settings->host, m_settings->port);
    QByteArray line;
    if (socket.waitForConnected(kGreetingPatience)) {
        while (!line.contains('\n') && line.size() < (64 << 10) &&
               socket.waitForReadyRead(kGreetingPatience)) {
            line += socket.readAll();
        }
    }
    if (!line.startsWith("INFO {")) {
        return Error{ErrorCode::Unreachable,
                     u"NATS at %1 does not say what it is."_s.arg(m_settings->where())};
    }
    const QJsonObject info =
        QJsonDocument::fromJson(line.mid(5, line.indexOf('\n') - 5).trimmed()).object();
    m_facts.version = u"NATS "_s + info["version"_L1].toString();
    return info["jetstream"_L1].toBool();
}

void NatsAsker::connectToStreams()
{
    const std::string prefix =
        "_INBOX." + QByteArray::number(QRandomGenerator::system()->generate64(), 36).toStdString();
    const auto options = natsOptionsFor(*m_settings, prefix);
    natsConnection* link = nullptr;
    if (!options || natsConnection_Connect(&link, options->get()) != NATS_OK)
        return; // the listening says why
    m_link.reset(link);
    jsOptions jetStream;
    jsOptions_Init(&jetStream);
    jetStream.Wait = kJetStreamPatience;
    if (!m_settings->domain.empty())
        jetStream.Domain = m_settings->domain.c_str();
    jsCtx* js = nullptr;
    if (natsConnection_JetStream(&js, link, &jetStream) == NATS_OK)
        m_js.reset(js);
}

void NatsAsker::askStreams(const std::stop_token& stop)
{
    jsStreamInfoList* raw = nullptr;
    jsErrCode code{};
    const natsStatus status = js_Streams(&raw, m_js.get(), nullptr, &code);
    const NatsStreamList list(raw);
    if (status != NATS_OK || raw == nullptr) {
        if (status != NATS_NO_RESPONDERS && status != NATS_NOT_FOUND)
            m_facts.notes = {
                u"NATS does not tell which streams there are (%1)."_s.arg(natsReason())};
        return;
    }
    std::vector<SurveyedTopic> before = std::move(m_facts.topics);
    m_facts.topics.clear();
    for (int i = 0; i < std::min(raw->Count, kMostStreams); ++i) {
        const jsStreamInfo& info = *raw->List[i];
        SurveyedTopic topic;
        topic.topic = QString::fromUtf8(info.Config->Name);
        const auto known = std::ranges::find(before, topic.topic, &SurveyedTopic::topic);
        if (known != before.end())
            topic = *known;
        QStringList subjects;
        for (int s = 0; s < info.Config->SubjectsLen; ++s)
            subjects << QString::fromUtf8(info.Config->Subjects[s]);
        topic.item = u"stream"_s;
        topic.detail = u"stream of "_s + subjects.join(u", "_s);
        topic.stored = static_cast<std::int64_t>(info.State.Msgs);
        topic.total = static_cast<std::int64_t>(info.State.LastSeq);
        topic.isExact = true;
        if (info.State.Msgs > 0)
            topic.size = static_cast<std::int64_t>(info.State.Bytes / info.State.Msgs);
        if (!m_hasSamples && i < kMostSamples && info.State.Msgs > 0 && !stop.stop_requested())
            sampleOf(info.Config->Name, info.State.LastSeq, topic);
        m_facts.topics.push_back(std::move(topic));
    }
    m_hasSamples = true;
}

void NatsAsker::sampleOf(const char* stream, std::uint64_t sequence, SurveyedTopic& topic)
{
    natsMsg* raw = nullptr;
    if (js_GetMsg(&raw, m_js.get(), stream, sequence, nullptr, nullptr) != NATS_OK)
        return;
    const NatsMessage message(raw);
    const QByteArrayView payload(natsMsg_GetData(raw), natsMsg_GetDataLength(raw));
    topic.isBinary = looksBinary(payload);
    topic.sample = payload.first(std::min(payload.size(), kSampleBytes)).toByteArray();
}

} // namespace

std::unique_ptr<BusAsker> askNats(const QUrl& url, const ConnectionOptions& options)
{
    return std::make_unique<NatsAsker>(url, options);
}

} // namespace murmur
