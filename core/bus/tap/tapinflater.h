// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace murmur {

/// Inflates the messages of one direction (permessage-deflate, RFC 7692). No I/O; it is fuzzed as
/// it stands.
class TapInflater
{
public:
    /// `keepsContext`: a message may refer to those before it.
    explicit TapInflater(bool keepsContext);
    ~TapInflater();
    TapInflater(const TapInflater&) = delete;
    TapInflater& operator=(const TapInflater&) = delete;

    /// One whole message. False: `reason()`; then later messages can be read only when they refer
    /// to none before them. `most` bounds what a message may become.
    [[nodiscard]] bool inflate(std::string_view compressed, std::size_t most, QByteArray& out);
    /// A compressed message was not brought here.
    void lose();
    [[nodiscard]] const std::string& reason() const noexcept { return m_reason; }

private:
    bool run(std::string_view compressed, std::size_t most, QByteArray& out);
    bool restart();
    bool fail(std::string reason);

    struct End
    {
        void operator()(z_stream_s* stream) const;
    };
    std::unique_ptr<z_stream_s, End> m_stream;
    const bool m_keepsContext;
    bool m_isLost = false;
    std::string m_reason;
};

} // namespace murmur
