// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/nats/natscore.h"

#include "base/clock.h"
#include "base/transport.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::int64_t kFlushPatience = 5000; // ms

} // namespace

std::optional<NatsFailure> NatsCore::attach(natsConnection* link, const NatsSettings& settings,
                                            std::vector<std::string> patterns)
{
    m_taking = std::make_shared<Taking>();
    m_taking->intake = m_intake;
    if (patterns.size() > m_taking->isActive.size())
        patterns.resize(m_taking->isActive.size());
    m_taking->patterns = std::move(patterns);
    m_lastLook = processClock().nowNs();
    const auto& all = m_taking->patterns;
    const auto isCovered = [&](std::size_t i, bool onlyByActive) {
        for (std::size_t j = 0; j < all.size(); ++j) {
            const bool counts =
                onlyByActive ? m_taking->isActive[j].load() : j < i || !natsCovers(all[i], all[j]);
            if (j != i && counts && natsCovers(all[j], all[i]))
                return true;
        }
        return false;
    };
    // The widest first; what they cover only where they are not permitted.
    for (const bool isSecond : {false, true}) {
        for (std::size_t i = 0; i < all.size(); ++i) {
            const bool isNarrow = isCovered(i, false);
            if (isNarrow != isSecond || (isSecond && isCovered(i, true)))
                continue;
            const auto permitted = subscribe(link, i);
            if (!permitted)
                return natsFailure(settings, NATS_CONNECTION_DISCONNECTED, natsReason());
            if (!*permitted)
                m_denied << QString::fromStdString(all[i]);
        }
    }
    if (m_listeners.empty() && !all.empty()) {
        return NatsFailure{
            u"NATS at %1 does not permit this login to listen to “%2”. Ask for the permission to "
            "subscribe there, or name what is permitted with subject=…"_s.arg(
                settings.where(), m_denied.join(u"”, “"_s)),
            true};
    }
    const auto share =
        kNatsPendingBytes / static_cast<std::int64_t>(std::max<std::size_t>(1, m_listeners.size()));
    const std::int64_t largest = 2 * natsConnection_GetMaxPayload(link);
    const auto bytes = static_cast<int>(std::clamp(largest, share, kNatsPendingBytes));
    for (const auto& listener : m_listeners)
        listener->setLimits(kNatsPendingMessages, bytes);
    return std::nullopt;
}

std::optional<bool> NatsCore::subscribe(natsConnection* link, std::size_t index)
{
    const std::string& pattern = m_taking->patterns[index];
    // Before the first message can come.
    m_taking->isActive[index] = true;
    auto listener =
        NatsListener::listen(link, pattern, [taking = m_taking, index](natsMsg* message) {
            take(*taking, index, message);
        });
    if (!listener || natsConnection_FlushTimeout(link, kFlushPatience) != NATS_OK) {
        m_taking->isActive[index] = false;
        return std::nullopt;
    }
    // A refusal comes before the answer to the flush.
    const char* text = nullptr;
    if (natsConnection_GetLastError(link, &text) == NATS_NOT_PERMITTED && text != nullptr &&
        std::string_view(text).find("Subscription to \"" + pattern + '"') !=
            std::string_view::npos) {
        m_taking->isActive[index] = false;
        return false;
    }
    m_listeners.push_back(std::move(*listener));
    return true;
}

void NatsCore::take(Taking& taking, std::size_t index, natsMsg* message)
{
    ++taking.taken;
    const std::string_view subject = natsMsg_GetSubject(message);
    for (std::size_t i = 0; i < taking.patterns.size(); ++i) {
        // Each message comes once for each subscription that takes it; the first one has it.
        if (i < index && taking.isActive[i] && natsCovers(taking.patterns[i], subject))
            return;
    }
    const char* const replyText = natsMsg_GetReply(message);
    const std::string_view reply = replyText == nullptr ? "" : replyText;
    if (taking.intake->isOurs(subject, reply))
        return;
    HeaderList ours;
    if (!reply.empty())
        ours.emplace_back(transport::kReplyTo, reply);
    if (const auto delivery = natsDeliveryFrom(reply))
        ours.emplace_back(transport::kAttempt, std::to_string(delivery->attempt));
    taking.intake->see(subject);
    taking.intake->add(heardFromNats(taking.intake->context().id, message, std::move(ours)));
}

QStringList NatsCore::listening() const
{
    QStringList patterns;
    for (const auto& listener : m_listeners)
        patterns << QString::fromUtf8(natsSubscription_GetSubject(listener->get()));
    return patterns;
}

void NatsCore::tellDrops(std::int64_t now)
{
    std::int64_t dropped = 0;
    for (const auto& listener : m_listeners)
        dropped += listener->newlyDropped();
    if (dropped > 0)
        m_intake->note(Gap{{}, {}, "client-drop", m_lastLook, now, dropped, LostIs::Exact});
    m_dropped += dropped;
    m_lastLook = now;
}

void NatsCore::tellThrownAway(std::int64_t received, std::int64_t from, std::int64_t now)
{
    const std::int64_t lost = received - m_dropped - (m_taking ? m_taking->taken.load() : 0);
    if (lost > 0)
        m_intake->note(Gap{{}, {}, "client-drop", from, now, lost, LostIs::Exact});
}

void NatsCore::drain(std::chrono::milliseconds patience)
{
    for (const auto& listener : m_listeners)
        listener->drain(patience);
    m_listeners.clear();
}

} // namespace murmur
