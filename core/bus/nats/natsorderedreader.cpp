// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/nats/natsorderedreader.h"

#include "base/clock.h"

#include <QRandomGenerator>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr std::chrono::nanoseconds kHeartbeat = 2s;
constexpr std::chrono::nanoseconds kPatience = 3 * kHeartbeat;
// How long the server keeps the consumer of somebody who vanished.
constexpr std::chrono::nanoseconds kLeftAlone = 30s;
constexpr std::size_t kMaxHoles = 1 << 20;

std::string randomName()
{
    return QByteArray::number(QRandomGenerator::system()->generate64(), 36).toStdString();
}

} // namespace

std::optional<NatsFailure> NatsOrderedReader::attach(natsConnection* link, jsCtx* js,
                                                     std::int64_t since)
{
    m_link = link;
    dropConsumer(js);
    NatsStreamState state;
    if (auto failure = readStreamState(js, m_settings, m_stream, state)) {
        // Once it was there; perhaps it comes back.
        failure->isFinal = failure->isFinal && !m_isPlaced;
        return failure;
    }
    const std::int64_t now = processClock().nowNs();
    std::vector<Hole> holes;
    {
        const std::lock_guard lock(m_mutex);
        holes.swap(m_holes);
        if (m_isPlaced)
            placeAgain(state, since, now);
        else
            placeFirst(state, now);
        if (m_isEnded) {
            m_expected = std::max<std::int64_t>(m_expected, 0);
            return std::nullopt;
        }
    }
    judge(state, holes, now);
    if (state.messages > 0)
        m_meanBytes = static_cast<std::int64_t>(state.bytes / state.messages);
    m_created = state.created;
    m_isPlaced = true;
    return createConsumer(js);
}

void NatsOrderedReader::placeFirst(const NatsStreamState& state, std::int64_t now)
{
    m_isFiltered = !m_settings.subjects.empty();
    m_lastAtFirst = state.last;
    switch (m_settings.from.what) {
    case Position::What::Now:
    case Position::What::Never:
        m_next = state.last + 1;
        break;
    case Position::What::Beginning:
        m_next = state.first;
        break;
    case Position::What::Place:
        m_next = m_settings.from.place.toULongLong();
        if (state.first > m_next) {
            tellLost("trimmed", state.first - m_next, now, now);
            m_next = state.first;
        }
        break;
    case Position::What::Time:
        m_next = 0;
        break;
    }
    switch (m_settings.to.what) {
    case Position::What::Now:
        m_endSequence = state.last;
        m_isEnded = state.last == 0 || m_next > m_endSequence;
        break;
    case Position::What::Place:
        m_endSequence = m_settings.to.place.toULongLong();
        m_isEnded = m_next > m_endSequence;
        break;
    case Position::What::Time:
        m_endTime = m_settings.to.time;
        break;
    case Position::What::Never:
    case Position::What::Beginning:
        break;
    }
}

void NatsOrderedReader::placeAgain(const NatsStreamState& state, std::int64_t since,
                                   std::int64_t now)
{
    if (m_next == 0)
        return;
    if (state.created != m_created) {
        // Somebody deleted the stream and made it anew; what the old one got last nobody knows.
        m_intake->note(Gap{{}, {}, "reconnect", since == 0 ? now : since, now, 0, LostIs::Unknown});
        m_next = state.first;
    } else if (state.first > m_next) {
        if (!m_isFiltered)
            tellLost("trimmed", state.first - m_next, since == 0 ? now : since, now);
        m_next = state.first;
    } else if (m_next > state.last + 1 && m_next > m_lastAtFirst + 1) {
        // The server lost what it had not yet written, and gives the numbers again.
        m_next = state.last + 1;
    }
}

void NatsOrderedReader::judge(const NatsStreamState& state, const std::vector<Hole>& holes,
                              std::int64_t now) const
{
    std::uint64_t trimmed = 0;
    std::uint64_t deleted = 0;
    for (const Hole& hole : holes) {
        const std::uint64_t kept = std::clamp(state.first, hole.begin, hole.end);
        trimmed += kept - hole.begin;
        // What was deleted before we came was never ours to hear.
        const std::uint64_t live = std::clamp(m_lastAtFirst + 1, kept, hole.end);
        deleted += hole.end - live;
    }
    const std::int64_t from = holes.empty() ? now : holes.front().time;
    tellLost("trimmed", trimmed, from, now);
    tellLost("sequence-hole", deleted, from, now);
}

std::optional<NatsFailure> NatsOrderedReader::createConsumer(jsCtx* js)
{
    const std::string name = "murmurscope-" + randomName();
    const std::string inbox = m_intake->inboxPrefix() + ".stream." + randomName();
    m_intake->addConsumer(name);
    jsConsumerConfig config;
    jsConsumerConfig_Init(&config);
    config.Name = name.c_str();
    config.Description = "Murmurscope listens; it does not acknowledge";
    config.DeliverSubject = inbox.c_str();
    config.AckPolicy = js_AckNone;
    config.MaxDeliver = 1;
    config.ReplayPolicy = js_ReplayInstant;
    config.FlowControl = true;
    config.Heartbeat = kHeartbeat.count();
    config.InactiveThreshold = std::chrono::nanoseconds(kLeftAlone).count();
    config.MemoryStorage = true;
    config.Replicas = 1;
    if (m_settings.subjects.size() == 1)
        config.FilterSubject = m_settings.subjects.front().c_str();
    int generation = 0;
    std::uint64_t first = 0;
    {
        const std::lock_guard lock(m_mutex);
        first = m_next;
        if (m_next == 0) {
            config.DeliverPolicy = js_DeliverByStartTime;
            config.OptStartTime = m_settings.from.time;
        } else {
            config.DeliverPolicy = js_DeliverByStartSequence;
            config.OptStartSeq = m_next;
        }
        generation = ++m_generation;
        m_delivery = 1;
        m_isBroken = false;
        m_isAtEnd = false;
        m_lastSign = Steady::now();
    }
    auto listener = NatsListener::listen(m_link, inbox,
                                         [self = shared_from_this(), generation](natsMsg* message) {
                                             self->take(generation, message);
                                         });
    if (!listener) {
        const std::lock_guard lock(m_mutex);
        m_isBroken = true;
        return NatsFailure{listener.error().message, false};
    }
    // The server's flow control bounds what is under way; a limit here would break the order.
    (*listener)->setLimits(-1, -1);
    jsConsumerInfo* raw = nullptr;
    jsErrCode code{};
    const natsStatus status = js_AddConsumer(&raw, js, m_stream.c_str(), &config, nullptr, &code);
    const NatsConsumerInfo info(raw);
    if (status != NATS_OK) {
        const QString reason = natsReason();
        (*listener)->cancel();
        const std::lock_guard lock(m_mutex);
        m_isBroken = true;
        return NatsFailure{
            u"The stream “%1” at %2 takes no consumer of ours: %3. Trying again."_s.arg(
                QString::fromStdString(m_stream), m_settings.where(), reason),
            false};
    }
    m_consumer = raw->Name;
    m_listener = std::move(*listener);
    const std::lock_guard lock(m_mutex);
    // Some may have come already: the server counts them or not.
    if (m_expected < 0) {
        const std::uint64_t pending = std::max<std::uint64_t>(raw->NumPending, m_delivery - 1);
        const std::uint64_t most =
            m_endSequence != 0 && first != 0 ? m_endSequence - first + 1 : pending;
        m_expected = static_cast<std::int64_t>(std::min(pending, most));
    }
    if (raw->NumPending == 0 && m_delivery == 1)
        m_isAtEnd = true;
    return std::nullopt;
}

void NatsOrderedReader::dropConsumer(jsCtx* js)
{
    {
        // What still comes from the old one is asked for again.
        const std::lock_guard lock(m_mutex);
        ++m_generation;
    }
    m_listener.reset();
    if (m_consumer.empty())
        return;
    jsOptions options;
    jsOptions_Init(&options);
    options.Wait = 2000;
    js_DeleteConsumer(js, m_stream.c_str(), m_consumer.c_str(), &options, nullptr);
    m_consumer.clear();
}

void NatsOrderedReader::take(int generation, natsMsg* message)
{
    const std::lock_guard lock(m_mutex);
    if (generation != m_generation || m_isBroken || m_isEnded)
        return;
    m_lastSign = Steady::now();
    const char* const reply = natsMsg_GetReply(message);
    if (const auto delivery = natsDeliveryFrom(reply == nullptr ? "" : reply))
        takeDelivery(*delivery, message);
    else
        takeControl(message, reply);
}

void NatsOrderedReader::takeControl(natsMsg* message, const char* reply)
{
    const char* value = nullptr;
    if (natsMsgHeader_Get(message, "Status", &value) != NATS_OK || value == nullptr)
        return;
    if (std::string_view(value) != "100") {
        m_isBroken = true; // the consumer is gone
        return;
    }
    if (reply != nullptr && *reply != 0) {
        natsConnection_Publish(m_link, reply, nullptr, 0); // flow control: all before was taken
        return;
    }
    if (natsMsgHeader_Get(message, "Nats-Consumer-Stalled", &value) == NATS_OK &&
        value != nullptr && *value != 0)
        natsConnection_Publish(m_link, value, nullptr, 0);
    if (natsMsgHeader_Get(message, "Nats-Last-Consumer", &value) == NATS_OK && value != nullptr) {
        bool ok = false;
        const std::uint64_t last = QByteArrayView(value).toULongLong(&ok);
        m_isBroken = ok && last + 1 != m_delivery;
        m_isAtEnd = m_isAtEnd || !m_isBroken;
    }
}

void NatsOrderedReader::takeDelivery(const NatsDelivery& delivery, natsMsg* message)
{
    if (delivery.consumerSequence != m_delivery) {
        m_isBroken = true;
        return;
    }
    ++m_delivery;
    const std::uint64_t sequence = delivery.streamSequence;
    m_isAtEnd = delivery.pending == 0;
    if (m_next != 0 && sequence < m_next)
        return;
    if (m_next != 0 && sequence > m_next && !m_isFiltered) {
        if (m_holes.size() == kMaxHoles) {
            m_isBroken = true; // they are judged, and we go on from here
            return;
        }
        m_holes.push_back({m_next, sequence, processClock().nowNs()});
    }
    m_next = sequence + 1;
    const bool isBehind = (m_endSequence != 0 && sequence > m_endSequence) ||
                          (m_endTime != 0 && delivery.stored > m_endTime);
    m_isEnded = isBehind || (m_endSequence != 0 && sequence == m_endSequence);
    if (isBehind)
        return;
    const std::string_view subject = natsMsg_GetSubject(message);
    const auto takes = [&](const std::string& pattern) { return natsCovers(pattern, subject); };
    if (m_settings.subjects.size() > 1 && std::ranges::none_of(m_settings.subjects, takes))
        return;
    m_intake->add(heardFromStream(message, sequence, delivery.stored, delivery.attempt));
}

bool NatsOrderedReader::tick(jsCtx* js, std::int64_t now)
{
    std::vector<Hole> holes;
    {
        const std::lock_guard lock(m_mutex);
        if (m_isEnded)
            return true;
        if (m_isAtEnd && m_endSequence != 0 && m_endSequence <= m_lastAtFirst)
            m_isEnded = true; // the last ones are deleted, or another subject's
        // A little later, for clocks that differ.
        if (m_isAtEnd && m_endTime != 0 && now > m_endTime + 1'000'000'000)
            m_isEnded = true;
        if (m_isEnded)
            return true;
        if (m_isBroken || Steady::now() - m_lastSign > kPatience)
            return false;
        if (m_holes.empty())
            return true;
        holes.swap(m_holes);
    }
    NatsStreamState state;
    if (readStreamState(js, m_settings, m_stream, state)) {
        const std::lock_guard lock(m_mutex);
        m_holes.insert(m_holes.begin(), holes.begin(), holes.end());
        return true;
    }
    judge(state, holes, now);
    return true;
}

void NatsOrderedReader::detach(jsCtx* js)
{
    if (m_listener)
        m_listener->drain(2s);
    std::vector<Hole> holes;
    {
        const std::lock_guard lock(m_mutex);
        holes.swap(m_holes);
    }
    if (!holes.empty() && js != nullptr) {
        NatsStreamState state;
        if (!readStreamState(js, m_settings, m_stream, state))
            judge(state, holes, processClock().nowNs());
    }
    if (js != nullptr)
        dropConsumer(js);
    m_consumer.clear(); // that of a lost connection the server forgets by itself
    m_listener.reset();
}

bool NatsOrderedReader::isEnded() const
{
    const std::lock_guard lock(m_mutex);
    return m_isEnded;
}

std::int64_t NatsOrderedReader::expected() const
{
    const std::lock_guard lock(m_mutex);
    return m_expected;
}

QString NatsOrderedReader::presence() const
{
    if (m_consumer.empty())
        return {}; // there was nothing to read
    return u"While we listen, the stream “%1” has a consumer of ours (%2): it acknowledges nothing "
           "and is held in memory, but shows in the stream's list of consumers. It is deleted at "
           "the end."_s.arg(QString::fromStdString(m_stream), QString::fromStdString(m_consumer));
}

} // namespace murmur
