// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/tap/tappair.h"

#include "base/clock.h"
#include "base/message.h"
#include "base/transport.h"
#include "bus/sharedpeer.h"
#include "bus/tap/taphead.h"

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr std::size_t kMostEarly = std::size_t(1) << 20;
constexpr std::size_t kMostBefore = std::size_t(64) * 1024;
constexpr auto kOpening = 30s;
constexpr auto kRefusing = 5s;

TapVoice voiceOf(const QByteArray& peer, const QByteArray& receiver, const char* direction)
{
    const std::string headers =
        headersToBytes({{"murmur-direction", direction},
                        {std::string(kPeerHeader), peer.toStdString()},
                        {std::string(transport::kReceiver), receiver.toStdString()}});
    return {{}, QByteArray::fromStdString(headers), peer};
}

} // namespace

TapPair::TapPair(std::unique_ptr<TapEnd> client, const QByteArray& name, TapCommons& commons,
                 bool isSurplus)
    : m_commons(commons)
    , m_client(std::move(client))
    , m_up{voiceOf(name, commons.settings.peer, "to-server"), nullptr}
    , m_down{voiceOf(commons.settings.peer, name, "to-client"), nullptr}
    , m_until(Clock::now() + kOpening)
{
    connect(m_client.get(), &TapEnd::readable, this, &TapPair::fromClient);
    connect(m_client.get(), &TapEnd::drained, this, &TapPair::settle);
    if (isSurplus) {
        refuse(503, "Service Unavailable",
               u"There are already %1 clients; max-clients allows for more."_s.arg(
                   commons.settings.maxClients));
        return;
    }
    connectUpstream();
}

TapPair::~TapPair() = default;

void TapPair::connectUpstream()
{
    const TapSettings& settings = m_commons.settings;
    m_server = settings.tls.isOn
                   ? tlsEnd(settings.upstreamHost, settings.upstreamPort, settings.where,
                            settings.tls, m_commons.ssl)
                   : plainEnd(settings.upstreamHost, settings.upstreamPort, settings.where);
    connect(m_server.get(), &TapEnd::opened, this, &TapPair::upstreamOpened);
    connect(m_server.get(), &TapEnd::failed, this, &TapPair::upstreamFailed);
    connect(m_server.get(), &TapEnd::readable, this, &TapPair::fromServer);
    connect(m_server.get(), &TapEnd::drained, this, &TapPair::settle);
    m_server->open();
}

void TapPair::upstreamOpened()
{
    m_isOpened = true;
    m_commons.trouble.clear();
    const std::string waiting = std::exchange(m_head, {});
    toServer(waiting);
    settle();
}

void TapPair::upstreamFailed(const QString& sentence)
{
    if (m_isLeft || m_phase == Phase::Refused)
        return;
    m_commons.trouble = sentence;
    ++m_commons.refused;
    m_server->reset();
    refuse(502, "Bad Gateway", sentence);
}

bool TapPair::fromClient()
{
    if (m_isLeft)
        return false;
    std::vector<char>& scratch = m_commons.scratch;
    if (m_phase != Phase::Refused && m_isOpened && m_server->isFull()) {
        m_client->setReading(false);
        return false;
    }
    const std::size_t size = m_client->read(scratch);
    const std::string_view bytes(scratch.data(), size);
    m_now = processClock().nowNs();
    if (m_phase == Phase::Refused) {
        if (!m_refusal.empty() && m_head.size() < kMaxTapHead)
            m_head.append(bytes);
        if (!answerRefusal() || m_client->state() != TapEnd::State::Open)
            leave();
        return size > 0;
    }
    if (!m_isOpened)
        m_head.append(bytes);
    else
        toServer(bytes);
    settle();
    return size > 0;
}

bool TapPair::fromServer()
{
    if (m_isLeft || m_phase == Phase::Refused)
        return false;
    if (m_client->isFull()) {
        m_server->setReading(false);
        return false;
    }
    const std::size_t size = m_server->read(m_commons.scratch);
    m_now = processClock().nowNs();
    toClient({m_commons.scratch.data(), size});
    settle();
    return size > 0;
}

void TapPair::toServer(std::string_view bytes)
{
    std::string held;
    while (!bytes.empty()) {
        switch (m_phase) {
        case Phase::Head:
            takeHead(bytes, held);
            continue;
        case Phase::Body: {
            const auto size =
                static_cast<std::size_t>(std::min<std::uint64_t>(m_bodyLeft, bytes.size()));
            m_server->write(bytes.substr(0, size));
            copy(m_up, bytes.substr(0, size));
            bytes.remove_prefix(size);
            m_bodyLeft -= size;
            if (m_bodyLeft == 0)
                m_phase = Phase::Head;
            continue;
        }
        case Phase::Asked:
            m_server->write(bytes);
            m_isEarlyLost = m_isEarlyLost || m_early.size() + bytes.size() > kMostEarly;
            if (!m_isEarlyLost)
                m_early.append(bytes);
            return;
        case Phase::Upgraded:
            m_server->write(bytes);
            copy(m_up, bytes);
            return;
        case Phase::Blind:
            m_server->write(bytes);
            copy(m_up, bytes); // HTTP whose body says by itself where it ends
            return;
        case Phase::Refused:
            return;
        }
    }
}

// One head, or all of `bytes` when it is none or not complete. `held` keeps what `bytes` then
// views.
void TapPair::takeHead(std::string_view& bytes, std::string& held)
{
    const std::size_t searched = m_head.size();
    if (searched > 0) {
        m_head.append(bytes);
        held = std::exchange(m_head, {});
        bytes = held;
    }
    const std::size_t size = mayBeRequest(bytes) ? tapHeadSize(bytes, searched) : 0;
    if (size == 0 && mayBeRequest(bytes) && bytes.size() <= kMaxTapHead) {
        m_head = bytes;
        bytes = {};
        return;
    }
    const auto request =
        size == 0 ? std::nullopt : readTapRequest(bytes.substr(0, size), m_commons.settings.target);
    if (!request) {
        if (bytes.starts_with(TapGrpc::kPreface.substr(0, size)) && size > 0)
            listenToGrpc();
        m_phase = Phase::Blind;
        return;
    }
    m_server->write(request->head);
    bytes.remove_prefix(size);
    if (request->asksUpgrade) {
        const QByteArray path = QByteArray::fromStdString(request->path);
        m_up.voice.topic = m_commons.settings.topic.value_or(path == "/" ? QByteArray() : path);
        m_down.voice.topic = m_up.voice.topic;
        abandonCopies("the connection becomes a WebSocket");
        m_hasAskedUpgrade = true;
        m_phase = Phase::Asked;
        m_answer.clear();
        return;
    }
    ++m_commons.plainRequests;
    listenToHttp();
    copy(m_up, request->head);
    m_bodyLeft = request->bodySize;
    m_phase = request->body == TapRequest::Body::None    ? Phase::Head
              : request->body == TapRequest::Body::Sized ? Phase::Body
                                                         : Phase::Blind;
}

void TapPair::toClient(std::string_view bytes)
{
    if (bytes.empty())
        return;
    m_hasAnswered = true;
    m_client->write(bytes);
    if (m_phase == Phase::Asked) {
        m_answer.append(bytes);
        readAnswer();
    } else if (!m_down.stream && m_phase == Phase::Head && !m_hasAskedUpgrade) {
        m_before.append(bytes.substr(0, kMostBefore - std::min(kMostBefore, m_before.size())));
    } else {
        copy(m_down, bytes);
    }
}

void TapPair::listenToHttp()
{
    if (m_up.stream || m_hasAskedUpgrade || !m_commons.settings.isRecording)
        return;
    const TapHttp::Ends ends{m_up.voice.peer, m_down.voice.peer, m_commons.settings.topic};
    const auto exchange = std::make_shared<TapExchange>();
    m_before.clear();
    m_up.stream = m_commons.copy->beginHttp(true, ends, exchange);
    m_down.stream = m_commons.copy->beginHttp(false, ends, exchange);
}

/// HTTP/2, whose server may have spoken first.
void TapPair::listenToGrpc()
{
    const std::string before = std::exchange(m_before, {});
    if (m_up.stream || m_hasAskedUpgrade || !m_commons.settings.isRecording)
        return;
    ++m_commons.plainRequests;
    const TapHttp::Ends ends{m_up.voice.peer, m_down.voice.peer, m_commons.settings.topic};
    const auto calls = std::make_shared<TapCalls>();
    m_up.stream = m_commons.copy->beginGrpc(true, ends, calls);
    m_down.stream = m_commons.copy->beginGrpc(false, ends, calls);
    copy(m_down, before);
}

void TapPair::readAnswer()
{
    for (;;) {
        const std::size_t size = tapHeadSize(m_answer);
        if (size == 0 && m_answer.size() <= kMaxTapHead)
            return;
        const auto answer =
            size == 0 ? std::nullopt : readTapAnswer(std::string_view(m_answer).substr(0, size));
        if (!answer) {
            m_phase = Phase::Blind;
            break;
        }
        if (answer->status == 101) {
            upgrade(answer->extensions, m_answer.substr(size));
            break;
        }
        if (answer->status >= 200) {
            // Refused; the client may ask again, unless it went on as if it had been let in.
            ++m_commons.plainRequests;
            m_phase = m_early.empty() && !m_isEarlyLost ? Phase::Head : Phase::Blind;
            break;
        }
        m_answer.erase(0, size);
    }
    m_answer = {};
    m_early = {};
}

void TapPair::upgrade(const std::string& extensions, const std::string& rest)
{
    m_phase = m_commons.settings.isRecording ? Phase::Upgraded : Phase::Blind;
    if (m_phase == Phase::Blind)
        return;
    TapCopy& copies = *m_commons.copy;
    m_down.stream = copies.begin(m_down.voice, tapAgreement(extensions, false));
    if (m_isEarlyLost) {
        copies.noteUnreadable(m_up.voice, m_now);
    } else {
        m_up.stream = copies.begin(m_up.voice, tapAgreement(extensions, true));
        copy(m_up, m_early);
    }
    copy(m_down, rest);
}

void TapPair::copy(const Way& way, std::string_view bytes)
{
    if (way.stream)
        m_commons.copy->add(way.stream, bytes, m_now);
}

// Ends and resets pass on, after the bytes before them; who is full holds up who sends.
void TapPair::settle()
{
    if (m_isLeft || m_phase == Phase::Refused)
        return;
    using State = TapEnd::State;
    if (m_client->state() == State::Gone) {
        m_server->reset();
        leave();
        return;
    }
    if (!m_isOpened) {
        m_client->setReading(m_head.size() < kMaxTapHead);
        return;
    }
    if (m_server->state() == State::Gone) {
        if (m_client->isFull())
            return;
        m_client->reset();
        leave();
        return;
    }
    if (m_client->state() == State::Ended) {
        m_server->write(std::exchange(m_head, {}));
        m_server->finish();
    }
    if (m_server->state() == State::Ended)
        m_client->finish();
    const bool isServerOver = m_server->state() == State::Ended && m_server->isFinished();
    if (isServerOver && m_client->isFinished()) {
        if (m_client->state() == State::Ended) {
            leave();
            return;
        }
        // Ended both ways at once, as TLS does. The client gets time to see it.
        abandonCopies("the connection ended inside this message");
        m_phase = Phase::Refused;
        m_until = Clock::now() + kRefusing;
        m_client->setReading(true);
        return;
    }
    m_client->setReading(!m_server->isFull());
    m_server->setReading(!m_client->isFull());
}

void TapPair::refuse(int status, const char* words, const QString& sentence)
{
    const QByteArray body = sentence.toUtf8() + '\n';
    m_refusal = ("HTTP/1.1 " + QByteArray::number(status) + ' ' + words +
                 "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " +
                 QByteArray::number(body.size()) + "\r\nConnection: close\r\n\r\n" + body)
                    .toStdString();
    m_phase = Phase::Refused;
    m_until = Clock::now() + kRefusing;
    m_client->setReading(true);
    if (!answerRefusal())
        leave();
}

// An answer that comes before its question is lost on some clients. False: this is no client of
// HTTP, who would take it for something else.
bool TapPair::answerRefusal()
{
    if (m_refusal.empty())
        return true;
    if (!mayBeRequest(m_head)) {
        m_client->reset();
        return false;
    }
    if (tapHeadSize(m_head) == 0)
        return true;
    m_client->write(std::exchange(m_refusal, {}));
    m_client->finish();
    return true;
}

void TapPair::checkPatience(Clock::time_point now)
{
    if (m_isLeft || now < m_until)
        return;
    if (m_phase == Phase::Refused) {
        leave();
    } else if (!m_isOpened) {
        upstreamFailed(u"%1 does not answer: is its host up, and does a firewall let us "
                       "through?"_s.arg(m_commons.settings.where));
    }
}

void TapPair::tellLost()
{
    for (const Way* way : {&m_up, &m_down}) {
        if (way->stream)
            m_commons.copy->tellLost(way->stream, processClock().nowNs());
    }
}

bool TapPair::drain()
{
    const bool fromOne = fromClient();
    return fromServer() || fromOne;
}

void TapPair::dismiss(const char* why)
{
    m_isLeft = true;
    abandonCopies(why);
    m_client.reset();
    m_server.reset();
}

void TapPair::abandonCopies(const char* why)
{
    for (Way* way : {&m_up, &m_down}) {
        if (way->stream)
            m_commons.copy->end(way->stream, why, processClock().nowNs());
        way->stream.reset();
    }
}

void TapPair::leave()
{
    if (m_isLeft)
        return;
    m_isLeft = true;
    abandonCopies("the connection ended inside this message");
    Q_EMIT left();
}

} // namespace murmur
