// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace murmur {

/// Head of an HTTP request as it came; names of header fields are in lower case.
struct HttpHead
{
    std::string method;
    std::string path;  ///< percent-decoded, without the query
    std::string query; ///< as it came
    int minorVersion = 1;
    std::vector<std::pair<std::string, std::string>> fields;
    bool keepAlive = true;
    bool expectsContinue = false;
    bool hasBody = false;

    /// The first field of that name; null data when there is none.
    [[nodiscard]] std::string_view field(std::string_view name) const noexcept;
    [[nodiscard]] bool fieldHasToken(std::string_view name, std::string_view token) const noexcept;
    /// A decoded item of the query; empty when there is none.
    [[nodiscard]] std::string queryItem(std::string_view name) const;
};

/// Cuts the bytes of one client into HTTP/1.0 and HTTP/1.1 requests. It is fed whatever arrived,
/// keeps no byte of a head that is not complete (the caller brings it again) and takes the bytes of
/// a body as they come. Strict where leniency would let two readers disagree about where a request
/// ends. No I/O, no Qt: it is fuzzed as it stands.
class HttpReader
{
public:
    static constexpr std::size_t kMaxHead = 16 * 1024;
    static constexpr std::size_t kMaxTarget = 8 * 1024;
    static constexpr std::size_t kMaxFields = 100;

    /// With `takesPacked` a body with a Content-Encoding is handed on as it came; without, it is
    /// refused.
    explicit HttpReader(std::size_t maxBody, bool takesPacked = false)
        : m_maxBody(maxBody)
        , m_takesPacked(takesPacked)
    {
    }

    enum class Event {
        NeedMore, ///< bring the rest of `bytes` again, with more behind it
        Head,     ///< `head()` is there; the body, if any, follows
        Request,  ///< `body()` is there
        Failed,   ///< answer `status()` and close
    };
    /// Advances `bytes` past what was taken.
    Event next(std::string_view& bytes);

    [[nodiscard]] const HttpHead& head() const noexcept { return m_head; }
    /// What has arrived of the body. After Request it is followed by kPadding readable bytes.
    [[nodiscard]] std::string_view body() const noexcept
    {
        return std::string_view(m_body).substr(0, m_bodySize);
    }
    /// Frees the body of a request that was dealt with.
    void forgetBody();
    [[nodiscard]] bool isInsideBody() const noexcept;
    [[nodiscard]] int status() const noexcept { return m_status; }
    [[nodiscard]] const std::string& reason() const noexcept { return m_reason; }

private:
    enum class State { Head, Length, ChunkSize, Chunk, ChunkEnd, Trailer, Failed };

    Event readHead(std::string_view& bytes);
    Event readLength(std::string_view& bytes);
    Event readChunked(std::string_view& bytes);
    bool parseHead(std::string_view text);
    bool parseRequestLine(std::string_view line);
    bool parseField(std::string_view line);
    bool frameBody();
    bool readChunkSize(std::string_view line);
    bool takeBody(std::string_view& bytes);
    Event finish();
    Event fail(int status, std::string reason);
    bool refuse(int status, std::string reason);

    const std::size_t m_maxBody;
    const bool m_takesPacked;
    State m_state = State::Head;
    HttpHead m_head;
    std::string m_body;
    std::size_t m_bodySize = 0;
    std::size_t m_scanned = 0; ///< of an incomplete head: no empty line up to here
    std::size_t m_missing = 0; ///< bytes of the body or chunk that are still to come
    std::size_t m_trailer = 0;
    bool m_isChunked = false;
    int m_status = 0;
    std::string m_reason;
};

} // namespace murmur
