// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"
#include "bus/connection.h"

#include <QObject>
#include <QString>
#include <QThread>
#include <QUrl>

#include <cstdint>
#include <memory>
#include <vector>

namespace murmur {

/// What reading the past of buses will give. -1: not known.
struct HistoryExpectation
{
    std::int64_t messages = -1;
    std::int64_t bytes = -1;
    nanoseconds time{-1}; ///< by the rate of a sample
    QString failure;      ///< why it is not known: a sentence of the bus; empty: nothing failed

    /// Worth a question before it is read.
    [[nodiscard]] bool isLarge() const;
    /// "about 1,200,000 messages, 420 MiB, about 40 s"
    [[nodiscard]] QString text() const;

    friend bool operator==(const HistoryExpectation&, const HistoryExpectation&) = default;
};

/// The URLs among these that read the past up to a given end.
std::vector<QUrl> windowsAmong(const std::vector<QUrl>& urls);

/// Asks buses what windows of their past hold, and reads a moment of each to learn how large
/// messages are and how fast they come. Nothing of it is kept.
class HistoryProbe : public QObject
{
    Q_OBJECT
public:
    HistoryProbe(std::vector<QUrl> windows, ConnectionOptions options, QObject* parent = nullptr);
    /// Detaches and waits until that is done.
    ~HistoryProbe() override;

    void start();

Q_SIGNALS:
    /// Once, after some seconds at most.
    void done(const murmur::HistoryExpectation& expectation);

private:
    class Worker;
    QThread m_thread; // joined in the destructor
    Worker* m_worker; // lives in m_thread, deleted when it ends
};

} // namespace murmur
