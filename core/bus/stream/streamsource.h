// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>
#include <span>
#include <string>

namespace murmur {

/// The bytes of standard input or of a file, also of one that grows, is replaced or begins again.
/// One thread; nothing here waits.
class StreamSource
{
public:
    StreamSource(QString path, bool isStdin, bool follows);
    ~StreamSource();
    StreamSource(const StreamSource&) = delete;
    StreamSource& operator=(const StreamSource&) = delete;

    enum class Opened { Yes, Missing, Refused };
    /// `reason` gets a sentence when it is not Yes.
    Opened open(QString& reason);
    /// What comes from now on, of a file.
    void skipToEnd();

    enum class Got {
        Bytes,     ///< `count` of them
        Nothing,   ///< yet
        Replaced,  ///< the path leads to another file, which is read from its beginning
        Restarted, ///< the file is shorter than what was read, or has another beginning: it is
                   ///< read from there
        End,
        Failed, ///< `reason` tells why
    };
    Got read(std::span<char> into, std::size_t& count, QString& reason);
    /// To be polled for readability; -1: look again after a while.
    [[nodiscard]] int descriptor() const { return m_isPolled ? m_descriptor : -1; }

private:
    Got lookAgain();
    Got restart();
    [[nodiscard]] std::string headNow() const;

    const QString m_path;
    const bool m_isStdin;
    const bool m_follows;
    bool m_isPolled = false; ///< a pipe, a terminal, a socket
    int m_descriptor = -1;
    std::int64_t m_offset = 0; ///< in a file
    bool m_isAtEnd = false;    ///< of a file, when we looked last
    std::string m_head;        ///< how the file began then
};

} // namespace murmur
