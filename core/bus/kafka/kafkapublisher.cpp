// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/kafka/kafkapublisher.h"

#include "base/clock.h"
#include "bus/bookedpublisher.h"
#include "bus/kafka/kafkasender.h"

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

class KafkaPublisher final : public BookedPublisher
{
public:
    explicit KafkaPublisher(KafkaSettings settings)
        : m_settings(std::move(settings))
        , m_sender(m_settings, told())
    {
    }

    [[nodiscard]] PublisherTraits traits() const override
    {
        return {.hasHeaders = true,
                .hasReplies = false,
                .confirms = true,
                .hasTopics = true,
                .mostBytes = 0,
                .hasKeys = true};
    }
    Status start() override
    {
        if (const Status started = m_sender.start(); !started) {
            end(started.error().message);
            return started.error();
        }
        return Done{};
    }

private:
    void send(quint64 key, const OutgoingMessage& message) override
    {
        if (const QString flaw = m_sender.send(key, message); !flaw.isEmpty())
            refuse(key, flaw);
    }
    void leave() override { m_sender.leave(); }

    /// Calls from the sender's thread, which ends before we do, come to ours.
    [[nodiscard]] KafkaSender::Told told()
    {
        const auto inOurThread = [this](auto work) {
            QMetaObject::invokeMethod(this, std::move(work), Qt::QueuedConnection);
        };
        KafkaSender::Told told;
        told.up = [this, inOurThread] {
            inOurThread([this] { becomeUp(u"Sending to Kafka at %1."_s.arg(m_settings.where())); });
        };
        told.over = [this, inOurThread](const QString& sentence) {
            inOurThread([this, sentence] { end(sentence); });
        };
        told.settled = [this, inOurThread](std::vector<KafkaOutcome> outcomes) {
            inOurThread([this, taken = std::move(outcomes)] { take(taken); });
        };
        return told;
    }
    void take(const std::vector<KafkaOutcome>& outcomes)
    {
        for (const KafkaOutcome& outcome : outcomes) {
            if (outcome.sentence.isEmpty())
                settleSent(outcome.key);
            else
                settleFailed(outcome.key, outcome.sentence);
        }
    }

    const KafkaSettings m_settings;
    KafkaSender m_sender;
};

} // namespace

Result<std::unique_ptr<Publisher>> createKafkaPublisher(const QUrl& url,
                                                        const ConnectionOptions& options)
{
    auto settings = kafkaSettingsFromUrl(url, options, processClock().nowNs());
    if (!settings)
        return settings.error();
    return std::unique_ptr<Publisher>(std::make_unique<KafkaPublisher>(std::move(*settings)));
}

} // namespace murmur
