// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "triggers/triggeraction.h"

#include <QElapsedTimer>
#include <QThreadPool>

#include <memory>
#include <stop_token>

namespace murmur {

class StretchKeeper;

/// Keeps what was said before and after it fired as a recording of its own: the trigger of an
/// oscilloscope. One stretch at a time; who fires within it is in it.
class KeepAction final : public TriggerAction
{
    Q_OBJECT
public:
    static constexpr int kMostKept = 1000;

    KeepAction(nanoseconds before, nanoseconds after, QString file);
    ~KeepAction() override;
    void perform(const murmur::TriggerFiring& firing) override;
    void follow(const Source& source, bool isOver) override;
    [[nodiscard]] bool isBusy() const override { return m_keeper != nullptr; }
    void stop() override;

private:
    [[nodiscard]] QString pathFor(const TriggerFiring& firing) const;
    void advance();
    void end(const QString& failure);

    nanoseconds m_before;
    nanoseconds m_after;
    QString m_file;
    Source m_source;
    int m_kept = 0;
    bool m_isOver = false;
    bool m_isCopying = false;
    QString m_path;
    QStringList m_files; ///< of the recording, as they were seen, the oldest first
    std::shared_ptr<StretchKeeper> m_keeper; ///< the copying thread's while m_isCopying
    QElapsedTimer m_since;
    std::stop_source m_stop;
    QThreadPool m_pool;
};

} // namespace murmur
