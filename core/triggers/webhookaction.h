// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "triggers/triggeraction.h"

#include <QNetworkAccessManager>
#include <QUrl>

#include <chrono>
#include <deque>
#include <set>

class QNetworkReply;

namespace murmur {

/// Posts the facts as JSON. No proxy, no redirects: nothing goes where nobody allowed it.
class WebhookAction final : public TriggerAction
{
    Q_OBJECT
public:
    static constexpr std::size_t kMostAtOnce = 4;
    static constexpr std::size_t kMostWaiting = 100;

    explicit WebhookAction(QUrl url, std::chrono::milliseconds patience = std::chrono::seconds(10));
    ~WebhookAction() override;
    void perform(const murmur::TriggerFiring& firing) override;
    [[nodiscard]] bool isBusy() const override { return !m_running.empty() || !m_waiting.empty(); }
    void stop() override;

private:
    void postNext();
    void end(QNetworkReply* reply);

    QUrl m_url;
    std::chrono::milliseconds m_patience;
    QNetworkAccessManager m_network;
    std::set<QNetworkReply*> m_running;
    std::deque<QByteArray> m_waiting;
};

} // namespace murmur
