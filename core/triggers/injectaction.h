// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "triggers/triggeraction.h"

#include <QThread>

#include <deque>

namespace murmur {

/// Sends a message of a person's, by the guards that hold for every injection: armed, capped,
/// marked. Where no mark fits nothing is sent, for the trigger would hear itself.
class InjectAction final : public TriggerAction
{
    Q_OBJECT
public:
    /// Who answers what we send may set the trigger off again; so many and no more.
    static constexpr int kMostSent = 100;
    static constexpr std::size_t kMostWaiting = 20;

    InjectAction(QByteArray topic, QByteArray payload, TriggerRules rules);
    ~InjectAction() override;
    void perform(const murmur::TriggerFiring& firing) override;
    void follow(const Source& source, bool isOver) override;
    [[nodiscard]] bool isBusy() const override { return !m_waiting.empty(); }
    void stop() override;

private:
    void sendNext();
    [[nodiscard]] InjectionRun runFor(const TriggerFiring& firing) const;
    /// Why it is not sent; empty: it is.
    [[nodiscard]] QString obstacleTo(const InjectionRun& run) const;
    void finish(const QString& sentence, bool isFailure);

    QByteArray m_topic;
    QByteArray m_payload;
    TriggerRules m_rules;
    QThread m_thread; // joined in the destructor
    Injector* m_injector;
    std::shared_ptr<const Dictionaries> m_names;
    std::deque<TriggerFiring> m_waiting; ///< the first is under way
    int m_sent = 0;
    bool m_isSending = false;
};

} // namespace murmur
