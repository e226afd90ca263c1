// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/tap/taphead.h"
#include "bus/tap/tapreader.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

namespace murmur {

/// What both directions of one connection know of its requests.
struct TapExchange
{
    struct Asked
    {
        QByteArray topic;
        QByteArray peer;
        QByteArray socket; ///< within which the numbers of calls count
        bool isHead = false;
        // Of a call of Agent2Agent, or to a model, over plain HTTP, else empty.
        std::string method;
        std::string path;
        std::uint64_t number = 0;
        std::uint64_t answers = 0; ///< told so far
    };
    std::deque<Asked> asked; ///< not answered yet
    std::uint64_t calls = 0;
    bool isBroken = false; ///< one direction is read no more: nor can the other be
};

/// What the connections of a tap know of each other.
struct TapSessions
{
    std::unordered_map<std::string, QByteArray> opened; ///< sessions of MCP, by whom
    bool speaksA2a = false; ///< somebody called the server as an agent of A2A is called
};

/// Reads a copy of the HTTP/1 of one direction, and finds what agents say in it: bodies of JSON,
/// each event of an event stream, the data of CloudEvents, and the requests of Agent2Agent that
/// have no body. Other bodies are passed over. A client is named by its host, for each request may
/// come from another port; one that opens a session of the Model Context Protocol by its socket, in
/// all requests of that session. No I/O; it is fuzzed as it stands.
class TapHttp final : public TapReader
{
public:
    static constexpr std::size_t kKept = std::size_t(64) * 1024;

    struct Ends
    {
        QByteArray client; ///< "client 127.0.0.1:50123"
        QByteArray server;
        std::optional<QByteArray> topic; ///< instead of the path
    };
    /// All that is referred to outlives this.
    TapHttp(bool isClient, Ends ends, std::size_t maxMessage, TapRoom& room,
            std::shared_ptr<TapExchange> exchange, TapSessions& sessions);
    ~TapHttp() override;

    Event next(std::string_view& bytes) override;
    [[nodiscard]] TapMessage take() override { return std::move(m_ready); }
    [[nodiscard]] const std::string& reason() const noexcept override { return m_reason; }
    void leaveOut() override;
    [[nodiscard]] std::optional<TapMessage> abandon(const char* why) override;

private:
    enum class State : std::uint8_t { Head, Sized, ChunkSize, Chunk, ChunkEnd, Trailer, Endless };
    enum class Use : std::uint8_t { Skip, Whole, Events };

    bool gatherLine(std::string_view& bytes, std::string_view end, std::size_t most);
    Event readHead(std::string_view& bytes);
    Event beginRequest();
    Event beginAnswer();
    void noteCall(std::string_view verb, const std::string& path, bool saysSo);
    Event beginBody(const TapFields& fields, bool hasNone);
    Event readChunkSize(std::string_view& bytes);
    Event readTrailer(std::string_view& bytes);
    Event readBody(std::string_view& bytes, std::uint64_t most);
    std::size_t keepEvents(std::string_view piece, bool& isOver);
    void takeEventText(std::string_view part);
    void beginData();
    bool endEventLine();
    void keep(std::string_view piece);
    Event endBody();
    void finish(std::string_view why = {});
    void describeSpeaker();
    void describeCall(HeaderList& headers) const;
    void forget();
    Event giveUp(std::string why);

    const bool m_isClient;
    const Ends m_ends;
    const std::size_t m_max;
    TapRoom& m_room;
    const std::shared_ptr<TapExchange> m_exchange;
    TapSessions& m_sessions;

    State m_state = State::Head;
    std::string m_line; ///< a head, or a line between chunks, not complete
    std::uint64_t m_missing = 0;

    // Of the body.
    Use m_use = Use::Skip;
    TapFields m_fields;
    TapExchange::Asked m_asked;
    QByteArray m_body;
    std::string m_eventLine; ///< of an event stream, how it begins
    bool m_isInData = false; ///< that line is data
    bool m_hasData = false;  ///< so is one before it, of the same event
    std::string m_wrong;
    std::size_t m_held = 0; ///< of m_room
    bool m_isTruncated = false;
    int m_status = 0; ///< of an answer

    TapMessage m_ready;
    bool m_hasGivenUp = false;
    std::string m_reason;
};

} // namespace murmur
