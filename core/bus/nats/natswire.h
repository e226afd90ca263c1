// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/message.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <cstdint>

namespace murmur {

// The protocol of NATS as a client that sends needs it. Sending does without the library, which
// keeps no order of headers and does not say which message it was that the server refused.

/// What keeps a message from being sent, as the end of a sentence, or empty: a subject that is
/// none, or a header that would end before its time.
QString natsFlaw(QByteArrayView subject, const HeaderList& headers);
/// A message for the server; `reply` may be empty. It has no flaw.
QByteArray natsPublication(QByteArrayView subject, QByteArrayView reply, const HeaderList& headers,
                           QByteArrayView payload);
/// The block of headers of a message, in its order. A status, which stands in its first line,
/// becomes the headers Status and Description.
HeaderList natsHeadersFrom(QByteArrayView block);

/// One thing that the server says. The views are valid until the reader is used again.
struct NatsFrame
{
    enum class What : std::uint8_t { Info, Message, Ok, Error, Ping, Pong };
    What what = What::Ok;
    QByteArrayView text; ///< of Info its JSON, of Error the words
    QByteArrayView subject;
    QByteArrayView reply;
    QByteArrayView headers; ///< the block as it came
    QByteArrayView payload;
};

/// Finds the frames in a stream.
class NatsReader
{
public:
    enum class Found : std::uint8_t {
        Frame,
        More,   ///< the rest must come first
        Broken, ///< what comes is not NATS; there is no way on
    };
    void append(const QByteArray& bytes);
    Found next(NatsFrame& frame);

private:
    Found readLine(QByteArrayView line, NatsFrame& frame);
    Found readMessage(QByteArrayView line, bool hasHeaders, NatsFrame& frame);

    QByteArray m_bytes;
    qsizetype m_at = 0;
};

} // namespace murmur
