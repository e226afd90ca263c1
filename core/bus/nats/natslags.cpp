// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/nats/natslags.h"

#include <algorithm>
#include <memory>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::int64_t kLagPatience = 1000; // ms
/// A server that does not permit a question does not answer it; nor does one that is busy.
constexpr int kMaxFailures = 2;

using ConsumerList =
    std::unique_ptr<jsConsumerInfoList, NatsDestroyer<&jsConsumerInfoList_Destroy>>;

} // namespace

NatsLags::NatsLags(const NatsSettings& settings, const ConnectionContext& context)
    : m_isOn(settings.watchesLag && settings.to.what == Position::What::Never)
    , m_watch(context)
{
    for (const std::string& name : settings.streams)
        m_streams.push_back({name});
}

void NatsLags::attach()
{
    for (Stream& stream : m_streams)
        stream.failures = 0;
}

bool NatsLags::tick(jsCtx* js, std::int64_t now)
{
    if (!m_isOn || js == nullptr)
        return false;
    const auto longest = std::ranges::min_element(m_streams, {}, [](const Stream& stream) {
        return stream.failures < kMaxFailures ? stream.asked
                                              : std::numeric_limits<std::int64_t>::max();
    });
    if (longest == m_streams.end() || longest->failures >= kMaxFailures ||
        now - longest->asked < nanoseconds(kLagEvery).count())
        return false;
    return ask(*longest, js, now);
}

bool NatsLags::ask(Stream& stream, jsCtx* js, std::int64_t now)
{
    stream.asked = now;
    jsOptions options;
    jsOptions_Init(&options);
    options.Wait = kLagPatience;
    jsConsumerInfoList* raw = nullptr;
    jsErrCode code{};
    const natsStatus status = js_Consumers(&raw, js, stream.name.c_str(), &options, &code);
    const ConsumerList list(raw);
    if (status == NATS_NOT_FOUND) {
        // A stream that has no consumers, or is not there.
        stream.failures = 0;
        m_watch.tell(stream.name, {}, now);
        return false;
    }
    if (status != NATS_OK)
        return ++stream.failures == kMaxFailures;
    stream.failures = 0;
    std::vector<Lag> lags;
    for (int i = 0; list && i < list->Count; ++i) {
        const jsConsumerInfo& consumer = *list->List[i];
        // Others, such as our own, are gone when their reader is.
        if (consumer.Config == nullptr || consumer.Config->Durable == nullptr ||
            *consumer.Config->Durable == '\0')
            continue;
        Lag& lag = lags.emplace_back();
        lag.consumer = consumer.Config->Durable;
        lag.pending = static_cast<std::int64_t>(consumer.NumPending);
        if (consumer.Config->AckPolicy != js_AckNone)
            lag.unacknowledged = consumer.NumAckPending;
    }
    m_watch.tell(stream.name, std::move(lags), now);
    return false;
}

QString NatsLags::trouble() const
{
    QStringList names;
    for (const Stream& stream : m_streams) {
        if (stream.failures >= kMaxFailures)
            names << QString::fromStdString(stream.name);
    }
    return names.isEmpty()
               ? QString()
               : u"How far the consumers of %1 are behind cannot be told: the server does not answer that question. The login may not be permitted to ask it ($JS.API.CONSUMER.LIST)."_s
                     .arg(names.join(u", "_s));
}

} // namespace murmur
