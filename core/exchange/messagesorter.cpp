// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/messagesorter.h"

#include "base/message.h"

#include <QFile>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <queue>
#include <tuple>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kMostRuns = 64;
constexpr std::size_t kRunBuffer = std::size_t(256) << 10;

/// Whether `a` comes before `b`.
template<typename Head>
bool isBefore(const Head& a, const Head& b)
{
    return std::tie(a.key, a.tie, a.order) < std::tie(b.key, b.tie, b.order);
}

void appendBytes(std::string& out, const QByteArray& bytes)
{
    appendVarint(out, static_cast<std::uint64_t>(bytes.size()));
    out.append(bytes.constData(), static_cast<std::size_t>(bytes.size()));
}

void appendMessage(std::string& out, const HeardMessage& message)
{
    const std::array<std::int64_t, 4> numbers{static_cast<std::int64_t>(index(message.connection)),
                                              message.received, message.stated,
                                              static_cast<std::int64_t>(message.flags)};
    out.append(reinterpret_cast<const char*>(numbers.data()), sizeof numbers);
    for (const QByteArray* bytes :
         {&message.topic, &message.raw, &message.headers, &message.peer, &message.undecodable})
        appendBytes(out, *bytes);
}

HeardMessage messageFrom(std::string_view in)
{
    std::array<std::int64_t, 4> numbers{};
    std::memcpy(numbers.data(), in.data(), sizeof numbers);
    in.remove_prefix(sizeof numbers);
    HeardMessage message;
    message.connection = ConnectionId(static_cast<std::uint32_t>(numbers[0]));
    message.received = numbers[1];
    message.stated = numbers[2];
    message.flags = static_cast<Flags>(numbers[3]);
    for (QByteArray* bytes :
         {&message.topic, &message.raw, &message.headers, &message.peer, &message.undecodable}) {
        std::uint64_t size = 0;
        (void)readVarint(in, size);
        *bytes = QByteArray(in.data(), static_cast<qsizetype>(size));
        in.remove_prefix(size);
    }
    return message;
}

} // namespace

/// Before each message in a file.
struct MessageSorter::Head
{
    std::int64_t key = 0;
    std::int64_t tie = 0;
    std::uint64_t order = 0;
    std::uint64_t size = 0;
};

/// Sorted messages in a file without a name.
class MessageSorter::Run
{
public:
    static Result<std::unique_ptr<Run>> create(const QString& directory, int level = 0)
    {
        QByteArray name = QFile::encodeName(directory + u"/murmur-sort-XXXXXX"_s);
        const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
        if (descriptor < 0)
            return failure(directory);
        ::unlink(name.constData());
        return std::unique_ptr<Run>(new Run(descriptor, directory, level));
    }
    ~Run() { ::close(m_descriptor); }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    Status add(const Head& head, std::string_view bytes)
    {
        m_buffer.append(reinterpret_cast<const char*>(&head), sizeof head);
        m_buffer += bytes;
        return m_buffer.size() < kRunBuffer ? Status(Done{}) : flush();
    }
    Status flush()
    {
        for (std::string_view rest = m_buffer; !rest.empty();) {
            const ssize_t written = ::write(m_descriptor, rest.data(), rest.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0)
                return failure(m_directory);
            rest.remove_prefix(static_cast<std::size_t>(written));
            m_size += written;
        }
        m_buffer.clear();
        return Done{};
    }
    [[nodiscard]] std::int64_t size() const { return m_size; }
    [[nodiscard]] int level() const { return m_level; }

    /// Reads the head of the next message; false: there is none.
    Result<bool> next()
    {
        if (m_position >= m_size)
            return false;
        std::string head;
        if (auto status = take(sizeof m_head, head); !status)
            return status.error();
        std::memcpy(&m_head, head.data(), sizeof m_head);
        return true;
    }
    [[nodiscard]] const Head& head() const { return m_head; }
    Result<std::string> body()
    {
        std::string bytes;
        if (auto status = take(m_head.size, bytes); !status)
            return status.error();
        return bytes;
    }

private:
    Run(int descriptor, QString directory, int level)
        : m_descriptor(descriptor)
        , m_directory(std::move(directory))
        , m_level(level)
    {
    }
    static Error failure(const QString& directory)
    {
        const int reason = errno;
        if (reason == ENOSPC || reason == EDQUOT)
            return {ErrorCode::DiskFull,
                    u"The folder %1 has no room for sorting; name a larger one in TMPDIR."_s.arg(
                        directory)};
        return {ErrorCode::Unwritable,
                u"The folder %1 cannot be used for sorting: %2. Name another one in TMPDIR."_s.arg(
                    directory, QString::fromLocal8Bit(std::strerror(reason)))};
    }
    Status take(std::size_t size, std::string& bytes)
    {
        bytes.resize(size);
        std::size_t done = 0;
        while (done < size) {
            if (m_read == m_buffer.size()) {
                m_buffer.resize(kRunBuffer);
                const ssize_t got =
                    ::pread(m_descriptor, m_buffer.data(), m_buffer.size(), m_offset);
                if (got <= 0) {
                    m_buffer.clear();
                    m_read = 0;
                    if (got < 0 && errno == EINTR)
                        continue;
                    return Error{ErrorCode::Unreadable,
                                 u"What was sorted in %1 cannot be read again."_s.arg(m_directory)};
                }
                m_buffer.resize(static_cast<std::size_t>(got));
                m_offset += got;
                m_read = 0;
            }
            const std::size_t count = std::min(size - done, m_buffer.size() - m_read);
            std::memcpy(bytes.data() + done, m_buffer.data() + m_read, count);
            m_read += count;
            done += count;
        }
        m_position += static_cast<std::int64_t>(size);
        return Done{};
    }

    const int m_descriptor;
    const QString m_directory;
    const int m_level;    ///< how often its messages were merged
    std::string m_buffer; ///< to be written, or read ahead
    std::size_t m_read = 0;
    std::int64_t m_size = 0;
    std::int64_t m_offset = 0;   ///< read into the buffer
    std::int64_t m_position = 0; ///< taken
    Head m_head;
};

MessageSorter::MessageSorter(QString directory, std::size_t memory)
    : m_directory(std::move(directory))
    , m_memory(memory)
{
}

MessageSorter::~MessageSorter() = default;

Status MessageSorter::add(std::int64_t key, std::int64_t tie, const HeardMessage& message)
{
    const std::size_t offset = m_bytes.size();
    appendMessage(m_bytes, message);
    m_entries.push_back(
        {key, tie, static_cast<std::uint64_t>(m_messages++), offset, m_bytes.size() - offset});
    if (m_bytes.size() + m_entries.size() * sizeof(Entry) < m_memory)
        return Done{};
    return spill();
}

void MessageSorter::sortEntries()
{
    if (!std::is_sorted(m_entries.begin(), m_entries.end(), isBefore<Entry>))
        std::sort(m_entries.begin(), m_entries.end(), isBefore<Entry>);
}

Status MessageSorter::spill()
{
    auto run = Run::create(m_directory);
    if (!run)
        return run.error();
    sortEntries();
    for (const Entry& entry : m_entries) {
        const auto bytes = std::string_view(m_bytes).substr(entry.offset, entry.size);
        if (auto status = (*run)->add({entry.key, entry.tie, entry.order, entry.size}, bytes);
            !status)
            return status;
    }
    if (auto status = (*run)->flush(); !status)
        return status;
    m_spilled += (*run)->size();
    m_runs.push_back(std::move(*run));
    m_entries.clear();
    m_bytes.clear();
    return mergeLevel();
}

Status MessageSorter::merge(std::span<const std::unique_ptr<Run>> runs, const TakeBytes& take)
{
    const auto isLater = [](const Run* a, const Run* b) { return isBefore(b->head(), a->head()); };
    std::priority_queue<Run*, std::vector<Run*>, decltype(isLater)> heap(isLater);
    const auto put = [&](Run* run) -> Status {
        const auto has = run->next();
        if (!has)
            return has.error();
        if (*has)
            heap.push(run);
        return Done{};
    };
    for (const auto& run : runs) {
        if (auto status = put(run.get()); !status)
            return status;
    }
    while (!heap.empty()) {
        Run* run = heap.top();
        heap.pop();
        auto body = run->body();
        if (!body)
            return body.error();
        if (auto status = take(run->head(), std::move(*body)); !status)
            return status;
        if (auto status = put(run); !status)
            return status;
    }
    return Done{};
}

/// Makes one run of the last ones while there are kMostRuns of their level.
Status MessageSorter::mergeLevel()
{
    while (m_runs.size() >= kMostRuns) {
        const int level = m_runs.back()->level();
        const auto first = m_runs.end() - static_cast<std::ptrdiff_t>(kMostRuns);
        if ((*first)->level() != level)
            return Done{};
        auto merged = Run::create(m_directory, level + 1);
        if (!merged)
            return merged.error();
        auto status =
            merge({first, m_runs.end()}, [&](const Head& head, std::string&& bytes) -> Status {
                return (*merged)->add(head, bytes);
            });
        if (status)
            status = (*merged)->flush();
        if (!status)
            return status;
        m_spilled += (*merged)->size();
        m_runs.erase(first, m_runs.end());
        m_runs.push_back(std::move(*merged));
    }
    return Done{};
}

Status
MessageSorter::deliver(const std::function<Status(std::int64_t key, HeardMessage&& message)>& take)
{
    if (m_runs.empty()) {
        sortEntries();
        for (const Entry& entry : m_entries) {
            const auto bytes = std::string_view(m_bytes).substr(entry.offset, entry.size);
            if (auto status = take(entry.key, messageFrom(bytes)); !status)
                return status;
        }
        return Done{};
    }
    if (auto status = spill(); !status)
        return status;
    m_bytes = {};
    m_entries = {};
    return merge(m_runs, [&](const Head& head, std::string&& bytes) {
        return take(head.key, messageFrom(bytes));
    });
}

} // namespace murmur
