// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "triggers/triggeraction.h"

#include <chrono>
#include <deque>
#include <vector>

class QProcess;

namespace murmur {

/// Runs a program with a list of arguments; no shell reads them. The facts are its environment
/// (MURMUR_TRIGGER…) and, as JSON, its standard input. So many at once, the others wait; who takes
/// too long is ended.
class RunAction final : public TriggerAction
{
    Q_OBJECT
public:
    static constexpr std::size_t kMostAtOnce = 4;
    static constexpr std::size_t kMostWaiting = 100;

    explicit RunAction(QStringList command,
                       std::chrono::milliseconds patience = std::chrono::seconds(30));
    ~RunAction() override;
    void perform(const murmur::TriggerFiring& firing) override;
    [[nodiscard]] bool isBusy() const override { return !m_running.empty() || !m_waiting.empty(); }
    void stop() override;

private:
    void startNext();
    void start(const TriggerFiring& firing);
    void end(QProcess* process, const QString& failure);

    QStringList m_command;
    std::chrono::milliseconds m_patience;
    std::vector<QProcess*> m_running; ///< children
    std::deque<TriggerFiring> m_waiting;
};

} // namespace murmur
