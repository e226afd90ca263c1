// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/tap/taphttp.h"

#include "base/a2apath.h"
#include "base/transport.h"
#include "bus/sharedpeer.h"

#include <QUtf8StringView>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace murmur {

namespace {

constexpr std::size_t kMostChunkLine = 1024;
constexpr std::size_t kMostAsked = 1000;
constexpr std::size_t kMostSessions = 100'000;
constexpr std::string_view kDataField = "data:";
constexpr std::string_view kEventStream = "text/event-stream";
// What opens a session of the Model Context Protocol.
constexpr const char* kOpensSession = "\"initialize\"";
// Where an agent of A2A shows its card.
constexpr std::string_view kAgentCard = "/.well-known/agent";

// Where a POST calls a model, by the interfaces of OpenAI, Anthropic, Google and Ollama.
constexpr std::array kModelPaths = std::to_array<std::string_view>({
    "/completions",
    "/responses",
    "/v1/messages",
    "/embeddings",
    ":generateContent",
    ":streamGenerateContent",
    "/api/chat",
    "/api/generate",
});

QByteArray bytesFrom(std::string_view text)
{
    return {text.data(), static_cast<qsizetype>(text.size())};
}

bool isShared(const QByteArray& peer)
{
    return isSharedPeer({peer.data(), static_cast<std::size_t>(peer.size())});
}

/// "client 127.0.0.1:50123" is one of those on that host.
QByteArray sharedNameOf(const QByteArray& client)
{
    constexpr std::string_view kClient = "client ";
    const qsizetype from = client.startsWith(kClient.data()) ? qsizetype(kClient.size()) : 0;
    return sharedPeer({}, client.mid(from, client.lastIndexOf(':') - from));
}

} // namespace

TapHttp::TapHttp(bool isClient, Ends ends, std::size_t maxMessage, TapRoom& room,
                 std::shared_ptr<TapExchange> exchange, TapSessions& sessions)
    : m_isClient(isClient)
    , m_ends(std::move(ends))
    , m_max(maxMessage)
    , m_room(room)
    , m_exchange(std::move(exchange))
    , m_sessions(sessions)
{
}

TapHttp::~TapHttp()
{
    forget();
}

TapReader::Event TapHttp::next(std::string_view& bytes)
{
    while (!bytes.empty() || (m_state == State::Sized && m_missing == 0)) {
        if (!m_hasGivenUp && m_exchange->isBroken)
            return giveUp("the other direction of this connection cannot be read");
        if (m_hasGivenUp)
            break;
        Event event = Event::NeedMore;
        switch (m_state) {
        case State::Head:
            event = readHead(bytes);
            break;
        case State::Sized:
        case State::Chunk:
            event = readBody(bytes, m_missing);
            break;
        case State::Endless:
            event = readBody(bytes, bytes.size());
            break;
        case State::ChunkSize:
            event = readChunkSize(bytes);
            break;
        case State::ChunkEnd:
        case State::Trailer:
            event = readTrailer(bytes);
            break;
        }
        if (event != Event::NeedMore)
            return event;
    }
    bytes = {};
    return Event::NeedMore;
}

/// Whether m_line is complete now, up to and with `end`. Longer than `most`: it gives up.
bool TapHttp::gatherLine(std::string_view& bytes, std::string_view end, std::size_t most)
{
    const std::size_t from = m_line.size() < end.size() ? 0 : m_line.size() - end.size() + 1;
    const std::size_t before = m_line.size();
    m_line.append(bytes.substr(0, most + end.size() - std::min(most, before)));
    const std::size_t at = m_line.find(end, from);
    if (at != std::string::npos) {
        bytes.remove_prefix(at + end.size() - before);
        m_line.resize(at + end.size());
        return true;
    }
    bytes.remove_prefix(m_line.size() - before);
    if (m_line.size() >= most + end.size())
        giveUp("a head or a chunk of HTTP is too long");
    return false;
}

TapReader::Event TapHttp::readHead(std::string_view& bytes)
{
    // Empty lines before a request are passed over.
    while (m_line.empty() && m_isClient && !bytes.empty() &&
           (bytes.front() == '\r' || bytes.front() == '\n'))
        bytes.remove_prefix(1);
    if (bytes.empty() || !gatherLine(bytes, "\r\n\r\n", kMaxTapHead))
        return m_hasGivenUp ? Event::GaveUp : Event::NeedMore;
    m_line.resize(m_line.size() - 2);
    const Event event = m_isClient ? beginRequest() : beginAnswer();
    m_line.clear();
    return event;
}

TapReader::Event TapHttp::beginRequest()
{
    const auto request = readTapRequest(m_line, {});
    if (!request || m_exchange->asked.size() >= kMostAsked)
        return giveUp(request ? "too many requests wait for an answer" : "no request of HTTP");
    const TapFields fields = readTapFields(m_line);
    m_asked = {};
    m_asked.isHead = m_line.starts_with("HEAD ");
    m_asked.number = ++m_exchange->calls;
    noteCall(std::string_view(m_line).substr(0, m_line.find(' ')), request->path, fields.isA2a);
    m_asked.topic =
        m_ends.topic.value_or(request->path == "/" ? QByteArray() : bytesFrom(request->path));
    const auto opened = m_sessions.opened.find(fields.session);
    const bool isOfSession = !fields.session.empty() && opened != m_sessions.opened.end();
    m_asked.peer = isOfSession ? opened->second : sharedNameOf(m_ends.client);
    m_asked.socket = isOfSession ? opened->second : m_ends.client;
    m_exchange->asked.push_back(m_asked);
    const bool hasBody = fields.isChunked || fields.size.value_or(0) > 0;
    if (hasBody || m_asked.method.empty())
        return beginBody(fields, !hasBody);
    m_fields = fields;
    finish(); // who asks for a task says all in the path
    return Event::Message;
}

/// Paths such as /tasks/7 are a call of A2A where somebody is known to speak it.
void TapHttp::noteCall(std::string_view verb, const std::string& path, bool saysSo)
{
    const auto call = a2aCallOf(verb, path);
    const bool isSure = saysSo || path.find(kAgentCard) != std::string::npos ||
                        (call && call->method.starts_with("Send"));
    m_sessions.speaksA2a = m_sessions.speaksA2a || isSure;
    const bool isToModel = verb == "POST" && std::ranges::any_of(kModelPaths, [&](auto ending) {
                               return path.ends_with(ending);
                           });
    if (!isToModel && (!call || !m_sessions.speaksA2a))
        return;
    m_asked.method = verb;
    m_asked.path = path;
}

TapReader::Event TapHttp::beginAnswer()
{
    const auto answer = readTapAnswer(m_line);
    if (!answer || m_exchange->asked.empty())
        return giveUp(answer ? "an answer to no request" : "no answer of HTTP");
    if (answer->status == 101)
        return giveUp("the connection goes on as something else than HTTP");
    if (answer->status < 200)
        return Event::NeedMore; // the answer itself follows
    m_status = answer->status;
    m_asked = std::move(m_exchange->asked.front());
    m_exchange->asked.pop_front();
    const TapFields fields = readTapFields(m_line);
    if (!fields.session.empty() && !isShared(m_asked.peer)) {
        if (m_sessions.opened.size() >= kMostSessions)
            m_sessions.opened.clear();
        m_sessions.opened[fields.session] = m_asked.peer;
    }
    const bool hasNone = m_asked.isHead || answer->status == 204 || answer->status == 304;
    if (!hasNone || m_asked.method.empty())
        return beginBody(fields, hasNone);
    m_fields = fields;
    finish();
    return Event::Message;
}

TapReader::Event TapHttp::beginBody(const TapFields& fields, bool hasNone)
{
    if (fields.isWrong)
        return giveUp("it is not clear where a body of HTTP ends");
    if (hasNone)
        return Event::NeedMore;
    m_fields = fields;
    m_use = fields.contentType == kEventStream && fields.encoding.empty() ? Use::Events
            : fields.isEvent || fields.contentType.find("json") != std::string::npos ||
                    fields.contentType == kEventStream
                ? Use::Whole
                : Use::Skip;
    m_missing = fields.size.value_or(0);
    m_state = fields.isChunked ? State::ChunkSize : fields.size ? State::Sized : State::Endless;
    if (!fields.encoding.empty())
        m_wrong = "its body is packed (" + fields.encoding + "), which the tap does not undo";
    return Event::NeedMore;
}

TapReader::Event TapHttp::readChunkSize(std::string_view& bytes)
{
    if (!gatherLine(bytes, "\r\n", kMostChunkLine))
        return m_hasGivenUp ? Event::GaveUp : Event::NeedMore;
    const std::size_t digits = std::min(m_line.find_first_of("; \t\r"), m_line.size());
    const auto [rest, error] =
        std::from_chars(m_line.data(), m_line.data() + digits, m_missing, 16);
    if (error != std::errc() || rest != m_line.data() + digits)
        return giveUp("a chunk of HTTP has no size");
    m_line.clear();
    m_state = m_missing > 0 ? State::Chunk : State::Trailer;
    return Event::NeedMore;
}

TapReader::Event TapHttp::readTrailer(std::string_view& bytes)
{
    if (!gatherLine(bytes, "\r\n", kMaxTapHead))
        return m_hasGivenUp ? Event::GaveUp : Event::NeedMore;
    const bool isEmpty = m_line == "\r\n";
    m_line.clear();
    if (m_state == State::ChunkEnd) {
        m_state = State::ChunkSize;
        return isEmpty ? Event::NeedMore : giveUp("a chunk of HTTP does not end where it says");
    }
    return isEmpty ? endBody() : Event::NeedMore;
}

TapReader::Event TapHttp::readBody(std::string_view& bytes, std::uint64_t most)
{
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(most, bytes.size()));
    const std::string_view piece = bytes.substr(0, size);
    std::size_t taken = size;
    bool isOver = false;
    if (m_use == Use::Events)
        taken = keepEvents(piece, isOver);
    else if (m_use == Use::Whole)
        keep(piece);
    bytes.remove_prefix(taken);
    m_missing -= m_state == State::Endless ? 0 : taken;
    if (isOver) {
        finish();
        return Event::Message;
    }
    if (m_state == State::Endless || m_missing > 0)
        return Event::NeedMore;
    if (m_state == State::Sized)
        return endBody();
    m_state = State::ChunkEnd;
    return Event::NeedMore;
}

/// How much of `piece` was taken: up to the end of an event that has data, or all.
std::size_t TapHttp::keepEvents(std::string_view piece, bool& isOver)
{
    std::size_t taken = 0;
    while (taken < piece.size() && !isOver) {
        const std::size_t end = piece.find('\n', taken);
        takeEventText(piece.substr(taken, std::min(end, piece.size()) - taken));
        if (end == std::string_view::npos)
            return piece.size();
        taken = end + 1;
        isOver = endEventLine();
    }
    return taken;
}

/// A part of a line; of lines that are no data only their beginning is kept.
void TapHttp::takeEventText(std::string_view part)
{
    if (!m_isInData) {
        const std::size_t more = std::min(part.size(), kDataField.size() + 1 - m_eventLine.size());
        m_eventLine.append(part.substr(0, more));
        part.remove_prefix(more);
        if (m_eventLine.size() <= kDataField.size() || !m_eventLine.starts_with(kDataField))
            return;
        beginData();
    }
    keep(part);
}

void TapHttp::beginData()
{
    m_isInData = true;
    if (std::exchange(m_hasData, true))
        keep("\n");
    const bool hasBlank = m_eventLine.size() > kDataField.size() && m_eventLine.back() == ' ';
    keep(std::string_view(m_eventLine).substr(kDataField.size() + (hasBlank ? 1 : 0)));
}

/// Whether an event with data ends here.
bool TapHttp::endEventLine()
{
    if (!m_isInData && m_eventLine == kDataField)
        beginData();
    bool isOver = false;
    if (m_isInData) {
        if (m_body.endsWith('\r'))
            m_body.chop(1);
    } else if (m_eventLine.empty() || m_eventLine == "\r") {
        isOver = std::exchange(m_hasData, false) && !m_body.isEmpty();
    }
    m_eventLine.clear();
    m_isInData = false;
    return isOver;
}

void TapHttp::keep(std::string_view piece)
{
    const std::size_t free = m_room.most - std::min(m_room.used, m_room.most);
    const auto held = static_cast<std::size_t>(m_body.size());
    if (!m_isTruncated && (held + piece.size() > m_max || piece.size() > free)) {
        m_isTruncated = true;
        m_wrong = held + piece.size() > m_max
                      ? "a body larger than the limit of " + std::to_string(m_max)
                      : "too many large messages are under way at once";
        if (held > kKept) {
            m_body = QByteArray(m_body.constData(), qsizetype(kKept));
            m_room.used -= held - kKept;
            m_held = kKept;
        }
    }
    if (m_isTruncated) {
        const std::size_t now = std::min(static_cast<std::size_t>(m_body.size()), kKept);
        piece = piece.substr(0, std::min(kKept - now, free));
    }
    m_body.append(piece.data(), static_cast<qsizetype>(piece.size()));
    m_held += piece.size();
    m_room.used += piece.size();
}

TapReader::Event TapHttp::endBody()
{
    // Of a call the method, the path and the status say something, too.
    const bool isMessage = !m_body.isEmpty() || (!m_asked.method.empty() && m_use != Use::Events);
    if (isMessage)
        finish();
    m_state = State::Head;
    m_use = Use::Skip;
    m_wrong.clear();
    m_eventLine.clear();
    m_isInData = false;
    m_hasData = false;
    m_fields = {};
    return isMessage ? Event::Message : Event::NeedMore;
}

/// The body, or the event, is a message. `why`: it is not whole.
void TapHttp::finish(std::string_view why)
{
    m_ready = {};
    m_ready.isTruncated = m_isTruncated || !why.empty();
    m_ready.undecodable = bytesFrom(m_wrong.empty() ? why : std::string_view(m_wrong));
    m_ready.isBinary = !m_fields.encoding.empty() || !QUtf8StringView(m_body).isValidUtf8();
    m_ready.raw = std::exchange(m_body, {});
    m_asked.answers += m_isClient ? 0 : 1;
    describeSpeaker();
    m_isTruncated = false;
    if (m_use == Use::Events)
        m_wrong.clear();
    forget();
}

void TapHttp::describeSpeaker()
{
    // Whoever opens a session is not one of many.
    if (m_isClient && isShared(m_asked.peer) && m_ready.raw.contains(kOpensSession)) {
        m_asked.peer = m_ends.client;
        if (!m_exchange->asked.empty())
            m_exchange->asked.back().peer = m_ends.client;
    }
    const QByteArray& peer = m_isClient ? m_asked.peer : m_ends.server;
    const QByteArray& receiver = m_isClient ? m_ends.server : m_asked.peer;
    HeaderList headers{{std::string(transport::kDirection), m_isClient ? "to-server" : "to-client"},
                       {std::string(kPeerHeader), peer.toStdString()},
                       {std::string(transport::kReceiver), receiver.toStdString()},
                       {"murmur-socket", m_asked.socket.toStdString()}};
    describeCall(headers);
    headers.insert(headers.end(), m_fields.kept.begin(), m_fields.kept.end());
    if (m_fields.isEvent)
        headers.emplace_back(transport::kContentType, m_fields.contentType);
    m_ready.voice =
        TapVoice{m_asked.topic, QByteArray::fromStdString(headersToBytes(headers)), peer};
}

/// What plain HTTP says outside of a body.
void TapHttp::describeCall(HeaderList& headers) const
{
    if (m_asked.method.empty())
        return;
    headers.emplace_back(transport::kHttpMethod, m_asked.method);
    headers.emplace_back(transport::kHttpPath, m_asked.path);
    headers.emplace_back(transport::kHttpCall, std::to_string(m_asked.number));
    if (m_isClient)
        return;
    headers.emplace_back(transport::kHttpStatus, std::to_string(m_status));
    if (m_asked.answers > 1)
        headers.emplace_back(transport::kHttpPart, std::to_string(m_asked.answers));
}

void TapHttp::forget()
{
    m_room.used -= std::exchange(m_held, 0);
}

TapReader::Event TapHttp::giveUp(std::string why)
{
    m_hasGivenUp = true;
    m_exchange->isBroken = true;
    m_reason = std::move(why);
    return Event::GaveUp;
}

void TapHttp::leaveOut()
{
    giveUp("a part was left out");
}

std::optional<TapMessage> TapHttp::abandon(const char* why)
{
    m_hasGivenUp = true;
    if (m_body.isEmpty())
        return std::nullopt;
    // A body that ends with the connection, and the last event of a stream, are whole.
    const bool isWhole = m_state == State::Endless;
    finish(isWhole ? std::string_view() : std::string_view(why));
    return std::move(m_ready);
}

} // namespace murmur
