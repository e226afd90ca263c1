// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/nats/natssequencereader.h"

#include "base/clock.h"
#include "base/transport.h"

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

NatsSequenceReader::~NatsSequenceReader()
{
    m_isStopping = true;
    if (m_thread.joinable())
        m_thread.join();
}

std::optional<NatsFailure> NatsSequenceReader::attach(natsConnection* link, jsCtx* js, std::int64_t)
{
    NatsStreamState before;
    if (auto failure = readStreamState(js, m_settings, m_stream, before))
        return failure;
    const bool isFirst = m_next == 0;
    NatsStreamState state = before;
    if (m_settings.to.what == Position::What::Never) {
        if (auto failure = listen(link, before))
            return failure;
        if (isFirst) {
            if (auto failure = readStreamState(js, m_settings, m_stream, state))
                return failure;
        }
    }
    if (isFirst) {
        m_doubtful = before.last + 1;
        m_last = state.last;
        m_next = state.first;
        if (m_settings.from.what == Position::What::Place)
            m_next = std::max(m_next, std::uint64_t{m_settings.from.place.toULongLong()});
        else if (!m_settings.isHistory())
            m_next = state.last + 1;
        if (m_settings.to.what == Position::What::Place)
            m_last = std::min(m_last, std::uint64_t{m_settings.to.place.toULongLong()});
        m_expected = static_cast<std::int64_t>(
            m_next > m_last ? 0 : std::min(m_last - m_next + 1, state.messages));
        if (state.messages > 0)
            m_meanBytes = static_cast<std::int64_t>(state.bytes / state.messages);
    }
    if (m_isPastRead)
        return std::nullopt;
    m_js = js;
    m_isStopping = false;
    m_thread = std::thread([this] {
        readPast();
        nats_ReleaseThreadMemory();
    });
    return std::nullopt;
}

std::optional<NatsFailure> NatsSequenceReader::listen(natsConnection* link,
                                                      const NatsStreamState& state)
{
    m_waiting->since = processClock().nowNs();
    for (const std::string& subject : state.subjects) {
        for (const std::string& pattern : natsNarrowed(subject, m_settings.subjects)) {
            auto listener = NatsListener::listen(
                link, pattern, [intake = m_intake, waiting = m_waiting](natsMsg* message) {
                    take(*intake, *waiting, message);
                });
            if (!listener)
                return NatsFailure{listener.error().message, false};
            (*listener)->setLimits(kNatsPendingMessages, static_cast<int>(kNatsPendingBytes));
            m_listeners.push_back(std::move(*listener));
        }
    }
    if (natsConnection_FlushTimeout(link, 5000) != NATS_OK) {
        m_listeners.clear();
        return natsFailure(m_settings, NATS_CONNECTION_DISCONNECTED, natsReason());
    }
    return std::nullopt;
}

void NatsSequenceReader::take(NatsIntake& intake, Waiting& waiting, natsMsg* message)
{
    const char* const replyText = natsMsg_GetReply(message);
    const std::string_view reply = replyText == nullptr ? "" : replyText;
    HeaderList ours;
    if (!reply.empty())
        ours.emplace_back(transport::kReplyTo, reply);
    HeardMessage heard = heardFromNats(intake.context().id, message, std::move(ours));
    const std::lock_guard lock(waiting.mutex);
    if (waiting.isLive) {
        intake.add(std::move(heard));
        return;
    }
    const std::int64_t size = heard.raw.size() + heard.headers.size() + 256;
    if (waiting.bytes + size > kNatsPendingBytes) {
        ++waiting.dropped;
        return;
    }
    waiting.bytes += size;
    waiting.messages.push_back(std::move(heard));
}

void NatsSequenceReader::readPast()
{
    while (m_next <= m_last && !m_isStopping) {
        natsMsg* raw = nullptr;
        jsErrCode code{};
        const natsStatus status = js_GetMsg(&raw, m_js, m_stream.c_str(), m_next, nullptr, &code);
        const NatsMessage message(raw);
        if (status != NATS_OK && code != JSNoMessageFoundErr) {
            for (int i = 0; i < 25 && !m_isStopping; ++i)
                std::this_thread::sleep_for(10ms); // there is no connection just now
            continue;
        }
        const std::uint64_t sequence = m_next++;
        if (status == NATS_OK && !hear(raw, sequence))
            break;
    }
    if (m_isStopping)
        return;
    m_isPastRead = true;
    if (m_settings.to.what == Position::What::Never)
        goLive();
    else
        m_isEnded = true;
}

bool NatsSequenceReader::hear(natsMsg* message, std::uint64_t sequence)
{
    const std::int64_t stored = natsMsg_GetTime(message);
    if (m_settings.to.what == Position::What::Time && stored > m_settings.to.time)
        return false;
    if (m_settings.from.what == Position::What::Time && stored < m_settings.from.time)
        return true;
    const std::string_view subject = natsMsg_GetSubject(message);
    const auto takes = [&](const std::string& pattern) { return natsCovers(pattern, subject); };
    if (!m_settings.subjects.empty() && std::ranges::none_of(m_settings.subjects, takes))
        return true;
    HeardMessage heard = heardFromStream(message, sequence, stored, 0);
    if (sequence >= m_doubtful) {
        // Stored while we began to listen: perhaps it was heard as well.
        const std::lock_guard lock(m_waiting->mutex);
        const auto twin = std::ranges::find_if(m_waiting->messages, [&](const HeardMessage& other) {
            return other.topic == heard.topic && other.raw == heard.raw;
        });
        if (twin != m_waiting->messages.end())
            m_waiting->messages.erase(twin);
    }
    m_intake->add(std::move(heard));
    return true;
}

void NatsSequenceReader::goLive()
{
    const std::lock_guard lock(m_waiting->mutex);
    for (HeardMessage& message : m_waiting->messages) {
        // On a connection whose clock is the stream's, live messages have the time they came.
        message.stated = message.received;
        m_intake->add(std::move(message));
    }
    m_waiting->messages.clear();
    if (m_waiting->dropped > 0)
        m_intake->note(Gap{{},
                           {},
                           "client-drop",
                           m_waiting->since,
                           processClock().nowNs(),
                           m_waiting->dropped,
                           LostIs::Exact});
    m_waiting->isLive = true;
}

bool NatsSequenceReader::tick(jsCtx*, std::int64_t now)
{
    std::int64_t dropped = 0;
    for (const auto& listener : m_listeners)
        dropped += listener->newlyDropped();
    if (dropped > 0)
        m_intake->note(Gap{{}, {}, "client-drop", m_waiting->since, now, dropped, LostIs::Exact});
    return true;
}

void NatsSequenceReader::detach(jsCtx*)
{
    m_isStopping = true;
    if (m_thread.joinable())
        m_thread.join();
    for (const auto& listener : m_listeners)
        listener->drain(2s);
    m_listeners.clear();
}

void NatsSequenceReader::finish()
{
    goLive(); // what was heard meanwhile
}

std::int64_t NatsSequenceReader::expected() const
{
    return m_expected;
}

QString NatsSequenceReader::presence() const
{
    return u"The stream “%1” is worked off, so it gets no consumer of ours: what it holds is asked "
           "for message by message, which costs the server one request each; what comes later is "
           "heard on its subjects."_s.arg(QString::fromStdString(m_stream));
}

} // namespace murmur
