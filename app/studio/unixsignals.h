// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <memory>

class QSocketNotifier;

namespace murmur {

/// Turns SIGINT, SIGTERM and SIGHUP into a Qt signal, so that a recording is ended in order. One
/// per process.
class UnixSignals : public QObject
{
    Q_OBJECT
public:
    explicit UnixSignals(QObject* parent = nullptr);
    ~UnixSignals() override;

Q_SIGNALS:
    void asked();

private:
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace murmur
