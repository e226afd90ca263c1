// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>
#include <QString>
#include <QUrl>

#include <memory>

namespace murmur {

/// Publishes JSON to a hub over a WebSocket, like any other client. Lives in the thread that makes
/// it and needs its event loop. One attempt to connect: after `failed` it can be opened again.
class HubClient : public QObject
{
    Q_OBJECT
public:
    /// More than this many bytes are never held for a hub that does not read.
    static constexpr qint64 kDefaultMaxPending = 16 * 1024 * 1024;

    /// `hub` is `ws://host:port[/path]`, or a hub's own URL `listen://host:port` (an unspecified
    /// address becomes the loopback one). `token` is sent as `Authorization: Bearer`.
    explicit HubClient(QUrl hub, QByteArray token = {}, QObject* parent = nullptr);
    ~HubClient() override;

    /// Where it connects to: always a ws or wss URL.
    [[nodiscard]] QUrl url() const;
    void setMaxPendingBytes(qint64 bytes);

    /// Begins to connect; `opened` or `failed` tells how it went.
    void open();
    /// Says good-bye; what was accepted by `publish` is sent first. `closed` follows.
    void close();
    [[nodiscard]] bool isOpen() const;

    /// One text frame. False, and nothing is sent, when not open or when more than the bound is
    /// pending: wait for `drained`, or drop and count.
    [[nodiscard]] bool publish(const QByteArray& jsonObjectOrArray);
    /// One binary frame, under the same rules; the hub records it under the path of the URL.
    [[nodiscard]] bool publishBinary(const QByteArray& bytes);
    /// Asks for a sign of life behind all that was accepted: when `ponged` brings `mark` back, the
    /// hub has read it. At most 125 bytes.
    void ping(const QByteArray& mark);
    /// Accepted, but not yet taken by the operating system.
    [[nodiscard]] qint64 pendingBytes() const;
    /// Frames accepted since it was made.
    [[nodiscard]] quint64 published() const;

Q_SIGNALS:
    void opened();
    /// One sentence: what failed, where, what to do. Also when an open connection breaks.
    void failed(const QString& sentence);
    /// Everything accepted so far is with the operating system.
    void drained();
    void closed();
    /// The hub sent a text frame: an answer (`{"op":"error",…}`) or, after a subscription, a
    /// message.
    void heard(const QByteArray& json);
    void ponged(const QByteArray& mark);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace murmur
