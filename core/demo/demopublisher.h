// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "demo/swarm.h"

#include <QByteArray>
#include <QObject>
#include <QString>
#include <QUrl>

#include <cstdint>
#include <memory>
#include <vector>

namespace murmur {

struct DemoPublisherOptions
{
    QUrl hub;           ///< ws://, wss:// or a hub's own listen://
    QByteArray token;   ///< of the hub, when it wants one
    SwarmOptions swarm; ///< its epoch is ignored: the swarm's clocks show the time of the start
    std::int64_t maxMessages = 0; ///< 0: no limit
    nanoseconds length{0};        ///< 0: no limit
};

/// Lets the demo swarm talk to a hub in real time, over one WebSocket per site and crew. Deadlines
/// are absolute: a late moment is caught up, not added. It never runs ahead of what the hub reads.
/// What a message of kFaultTopic on the hub asks for goes wrong.
/// Lives in the thread that calls start() and needs its event loop; counts may be read from any.
class DemoPublisher : public QObject
{
    Q_OBJECT
public:
    explicit DemoPublisher(DemoPublisherOptions options, QObject* parent = nullptr);
    ~DemoPublisher() override;

    /// WrongUse for options out of range or a URL that is no hub's. Whether the hub is there tells
    /// `failed`.
    Status start();
    /// Says nothing more, hands what was said to the operating system (for at most a quarter of a
    /// second), then `finished`.
    void stop();

    /// `finished` or `failed` was said.
    [[nodiscard]] bool isOver() const noexcept;

    /// Messages given to the hub's sockets.
    [[nodiscard]] std::int64_t published() const noexcept;
    /// How far the swarm is behind its time, because the hub does not read fast enough.
    [[nodiscard]] nanoseconds lag() const noexcept;
    [[nodiscard]] std::vector<TruthEntry> truth() const;

Q_SIGNALS:
    /// All sockets are open and the swarm begins to talk.
    void started();
    /// A limit was reached or stop() was called; nothing follows.
    void finished();
    /// One sentence: the hub cannot be reached or has gone; nothing follows.
    void failed(const QString& sentence);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace murmur
