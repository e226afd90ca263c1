// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <array>

class QSocketNotifier;

namespace murmur::cli {

/// Turns SIGINT, SIGTERM and SIGHUP into a Qt signal. The second one tells the person on stderr
/// that the command is stopping already, even while the main thread is busy with it. One at a time.
class StopSignals : public QObject
{
    Q_OBJECT
public:
    explicit StopSignals(QObject* parent = nullptr);
    ~StopSignals() override;

    [[nodiscard]] bool isRequested() const;

Q_SIGNALS:
    void requested();

private:
    void read();
    QSocketNotifier* m_notifier = nullptr;
};

} // namespace murmur::cli
