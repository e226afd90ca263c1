// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/collectingsink.h"

#include <QDeadlineTimer>
#include <QTest>
#include <QThread>

#include <functional>
#include <future>
#include <memory>

namespace murmur::test {

/// One connection in a thread of its own, as a recorder has it, and what it hears.
class Attached
{
public:
    using Create = Result<std::unique_ptr<Connection>> (*)(const QUrl&, const ConnectionContext&);

    Attached(Create create, const QString& url, const ConnectionOptions& options = {})
    {
        m_home.moveToThread(&m_thread);
        m_thread.start();
        run([&] {
            auto made = create(QUrl(url), ConnectionContext{ConnectionId{1}, &sink, options});
            if (!made) {
                error = made.error().message;
                return;
            }
            m_connection = std::move(*made);
            if (const Status started = m_connection->start(); !started)
                error = started.error().message;
        });
    }
    ~Attached()
    {
        run([this] { m_connection.reset(); });
        m_thread.quit();
        m_thread.wait();
    }
    Attached(const Attached&) = delete;
    Attached& operator=(const Attached&) = delete;

    /// In the connection's thread.
    template<typename Work>
    void run(Work work)
    {
        std::promise<void> done;
        QMetaObject::invokeMethod(
            &m_home,
            [&] {
                work();
                done.set_value();
            },
            Qt::QueuedConnection);
        done.get_future().wait();
    }
    void stop()
    {
        run([this] {
            if (m_connection)
                m_connection->stop();
        });
    }
    [[nodiscard]] ConnectionStatus status()
    {
        ConnectionStatus status;
        run([&] {
            if (m_connection)
                status = m_connection->status();
        });
        return status;
    }
    /// False when it takes longer than `patience`.
    bool waitFor(ConnectionStatus::State state, std::chrono::milliseconds patience)
    {
        return waitUntil([&] { return status().state == state; }, patience);
    }
    bool waitUp(std::chrono::milliseconds patience = std::chrono::seconds(15))
    {
        return waitFor(ConnectionStatus::State::Up, patience);
    }
    bool waitCount(std::size_t count, std::chrono::milliseconds patience)
    {
        return waitUntil([&] { return sink.count() >= count; }, patience);
    }
    static bool waitUntil(const std::function<bool()>& holds, std::chrono::milliseconds patience)
    {
        const QDeadlineTimer deadline(patience);
        while (!holds()) {
            if (deadline.hasExpired())
                return false;
            QTest::qWait(5);
        }
        return true;
    }

    CollectingSink sink;
    QString error; ///< of making and starting; empty: none

private:
    QThread m_thread;
    QObject m_home;
    std::unique_ptr<Connection> m_connection;
};

} // namespace murmur::test
