// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/nats/natsintake.h"

#include "base/clock.h"
#include "base/transport.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kMaxSeen = 24;

struct Freed
{
    void operator()(const char** list) const { std::free(static_cast<void*>(list)); }
};
using TextList = std::unique_ptr<const char*, Freed>;

/// Event, unless the subject says more; a word for kKind.
std::string_view kindOf(std::string_view subject, std::string_view status)
{
    constexpr std::string_view kAdvisory = "$JS.EVENT.ADVISORY.";
    if (status == "503")
        return "error";
    if (subject.starts_with("$KV."))
        return "state";
    if (subject.starts_with(kAdvisory)) {
        for (const std::string_view bad : {"MAX_DELIVERIES", "MSG_TERMINATED", "QUORUM_LOST"}) {
            if (subject.find(bad) != std::string_view::npos)
                return "error";
        }
        return "control";
    }
    return subject.starts_with("$JS.FC.") ? "control" : "";
}

std::string_view keyOf(std::string_view subject)
{
    if (!subject.starts_with("$KV."))
        return {};
    const std::size_t bucketEnd = subject.find('.', 4);
    return bucketEnd == std::string_view::npos ? std::string_view() : subject.substr(bucketEnd + 1);
}

} // namespace

std::optional<HeaderList> natsHeaders(natsMsg* message)
{
    HeaderList headers;
    const char** rawKeys = nullptr;
    int keyCount = 0;
    const natsStatus status = natsMsgHeader_Keys(message, &rawKeys, &keyCount);
    if (status == NATS_NOT_FOUND)
        return headers;
    if (status != NATS_OK)
        return std::nullopt;
    const TextList keys(rawKeys);
    std::vector<std::string_view> names(rawKeys, rawKeys + keyCount);
    std::ranges::sort(names);
    for (const std::string_view name : names) {
        const char** rawValues = nullptr;
        int valueCount = 0;
        if (natsMsgHeader_Values(message, name.data(), &rawValues, &valueCount) != NATS_OK)
            continue;
        const TextList values(rawValues);
        for (int i = 0; i < valueCount; ++i)
            headers.emplace_back(name, rawValues[i] == nullptr ? "" : rawValues[i]);
    }
    return headers;
}

HeardMessage heardFromNats(ConnectionId id, natsMsg* message, HeaderList ours)
{
    HeardMessage heard;
    heard.connection = id;
    heard.received = processClock().nowNs();
    heard.topic = natsMsg_GetSubject(message);
    heard.raw = QByteArray(natsMsg_GetData(message), natsMsg_GetDataLength(message));
    HeaderList headers;
    if (auto read = natsHeaders(message))
        headers = std::move(*read);
    else
        heard.undecodable = "the NATS headers cannot be read";
    const std::string_view subject(heard.topic.constData(),
                                   static_cast<std::size_t>(heard.topic.size()));
    std::string_view statusText;
    for (const auto& [name, value] : headers) {
        if (name == "Status" && heard.raw.isEmpty())
            statusText = value;
    }
    const std::string_view kind = kindOf(subject, statusText);
    for (auto& header : ours)
        headers.push_back(std::move(header));
    if (!kind.empty())
        headers.emplace_back(transport::kKind, kind);
    if (const std::string_view key = keyOf(subject); !key.empty())
        headers.emplace_back(transport::kKey, key);
    if (!headers.empty())
        heard.headers = QByteArray::fromStdString(headersToBytes(headers));
    return heard;
}

void NatsIntake::add(HeardMessage message)
{
    const std::lock_guard lock(m_mutex);
    if (m_batcher != nullptr)
        m_batcher->add(std::move(message));
}

void NatsIntake::note(Gap gap)
{
    const std::lock_guard lock(m_mutex);
    if (m_batcher == nullptr)
        return;
    gap.connection = m_context.id;
    m_context.sink->note(std::move(gap));
}

void NatsIntake::close()
{
    const std::lock_guard lock(m_mutex);
    m_batcher = nullptr;
}

bool NatsIntake::isOurs(std::string_view subject, std::string_view reply) const
{
    if (subject.starts_with(m_inboxPrefix))
        return true;
    if (!reply.starts_with("$JS."))
        return false;
    const auto delivery = natsDeliveryFrom(reply);
    const std::lock_guard lock(m_mutex);
    const auto names = [&](const std::string& consumer) {
        return delivery ? delivery->consumer == consumer
                        : reply.find(consumer) != std::string_view::npos;
    };
    return std::ranges::any_of(m_consumers, names);
}

void NatsIntake::addConsumer(const std::string& name)
{
    const std::lock_guard lock(m_mutex);
    m_consumers.push_back(name);
    if (m_consumers.size() > 256)
        m_consumers.erase(m_consumers.begin());
}

void NatsIntake::see(std::string_view subject)
{
    const std::string_view first = subject.substr(0, subject.find('.'));
    if (first.starts_with('$') || first.starts_with('_'))
        return;
    const std::lock_guard lock(m_mutex);
    if (first == m_lastSeen || m_seen.size() > kMaxSeen)
        return;
    m_lastSeen = first;
    if (m_seen.find(first) == m_seen.end())
        m_seen.emplace(first);
}

std::vector<std::string> NatsIntake::seen() const
{
    const std::lock_guard lock(m_mutex);
    if (m_seen.size() > kMaxSeen)
        return {};
    return {m_seen.begin(), m_seen.end()};
}

Result<std::unique_ptr<NatsListener>>
NatsListener::listen(natsConnection* link, const std::string& subject, Handler handler)
{
    std::unique_ptr<NatsListener> listener(new NatsListener);
    auto* const closure = new Closure{std::move(handler), listener->m_completion};
    natsSubscription* made = nullptr;
    if (natsConnection_Subscribe(&made, link, subject.c_str(), &onMessage, closure) != NATS_OK) {
        delete closure;
        return Error{ErrorCode::Unreachable,
                     u"NATS does not take the subscription to %1: %2."_s.arg(
                         QString::fromStdString(subject), natsReason())};
    }
    listener->m_subscription.reset(made);
    natsSubscription_SetOnCompleteCB(made, &onComplete, closure);
    return listener;
}

NatsListener::~NatsListener()
{
    cancel();
}

void NatsListener::onMessage(natsConnection*, natsSubscription*, natsMsg* message, void* closure)
{
    const NatsMessage owned(message);
    static_cast<Closure*>(closure)->handler(message);
}

void NatsListener::onComplete(void* closure)
{
    const std::unique_ptr<Closure> owned(static_cast<Closure*>(closure));
    const std::shared_ptr<Completion> completion = owned->completion;
    owned->handler = nullptr;
    const std::lock_guard lock(completion->mutex);
    completion->isDone = true;
    completion->changed.notify_all();
}

void NatsListener::setLimits(int messages, int bytes)
{
    natsSubscription_SetPendingLimits(m_subscription.get(), messages, bytes);
}

std::int64_t NatsListener::newlyDropped()
{
    std::int64_t dropped = 0;
    if (natsSubscription_GetDropped(m_subscription.get(), &dropped) != NATS_OK)
        return 0;
    const std::int64_t since = dropped - m_dropped;
    m_dropped = dropped;
    return since;
}

bool NatsListener::waitDone(std::chrono::milliseconds patience)
{
    std::unique_lock lock(m_completion->mutex);
    return m_completion->changed.wait_for(lock, patience, [this] { return m_completion->isDone; });
}

void NatsListener::drain(std::chrono::milliseconds patience)
{
    if (m_isEnding)
        return;
    m_isEnding = true;
    if (natsSubscription_DrainTimeout(m_subscription.get(), patience.count()) != NATS_OK) {
        // Without a connection there is nothing to say good-bye to, but still what has arrived.
        const auto deadline = std::chrono::steady_clock::now() + patience;
        int messages = 0;
        int bytes = 0;
        while (natsSubscription_GetPending(m_subscription.get(), &messages, &bytes) == NATS_OK &&
               messages > 0 && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        natsSubscription_Unsubscribe(m_subscription.get());
    }
    waitDone(patience);
}

void NatsListener::cancel()
{
    if (m_isEnding)
        return;
    m_isEnding = true;
    natsSubscription_Unsubscribe(m_subscription.get());
    waitDone(std::chrono::seconds(2));
}

} // namespace murmur
