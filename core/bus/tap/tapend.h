// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/tlsoptions.h"

#include <QObject>
#include <QSslConfiguration>
#include <QString>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace murmur {

/// One end of a relayed connection. Nothing here waits. An end that is full should get no more
/// until `drained`; then what is held for it is bounded by the size of one read.
class TapEnd : public QObject
{
    Q_OBJECT
public:
    enum class State : std::uint8_t {
        Opening,
        Open,
        Ended, ///< the other side sends nothing more
        Gone,  ///< reset, or it could not be opened
    };

    /// `opened` or `failed` follows, perhaps at once. Not for one that was accepted.
    virtual void open() {}
    [[nodiscard]] virtual State state() const = 0;
    /// How many bytes were put into `room`. 0: nothing is there now, or see `state()`.
    virtual std::size_t read(std::span<char> room) = 0;
    virtual void write(std::string_view bytes) = 0;
    [[nodiscard]] virtual bool isFull() const = 0;
    /// Whether `readable` is told; it is, to begin with.
    virtual void setReading(bool isOn) = 0;
    /// Nothing more will be written: the other side is told when all has gone out.
    virtual void finish() = 0;
    /// After `finish()`: nothing of ours is left to do, and nothing can be heard.
    [[nodiscard]] virtual bool isFinished() const = 0;
    /// Ends at once, as a reset of the connection where that is possible.
    virtual void reset() = 0;

Q_SIGNALS:
    void opened();
    void readable(); ///< or it has ended, or is gone
    void drained();
    /// Before it was open.
    void failed(const QString& sentence);
};

/// A client that was accepted, by its socket.
std::unique_ptr<TapEnd> acceptedEnd(qintptr descriptor);
/// A connection to the server, to be opened; `where` begins sentences. `ssl` for TLS.
std::unique_ptr<TapEnd> plainEnd(const QString& host, std::uint16_t port, const QString& where);
std::unique_ptr<TapEnd> tlsEnd(const QString& host, std::uint16_t port, const QString& where,
                               const TlsOptions& tls, const QSslConfiguration& ssl);

} // namespace murmur
