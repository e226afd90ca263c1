// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/textfilterjob.h"

#include "recording/reader.h"

#include <algorithm>
#include <cstring>
#include <optional>

using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr const char* kInsertRun = "INSERT OR REPLACE INTO bloom (block, data) VALUES (?, ?)";

/// The last block that needs no filter any more.
std::int64_t beginning(Database& database)
{
    return std::max(database.number("SELECT max(block) FROM bloom"),
                    database.number("SELECT min(id) FROM block") - 1);
}

/// Whether bytes are not what they say: no text, and so no JSON.
bool isEncoded(std::string_view payload) noexcept
{
    constexpr unsigned char kMark = 0xef; // of the order of bytes, which may begin a text
    if (!payload.empty() && static_cast<unsigned char>(payload[0]) >= 0x80 &&
        static_cast<unsigned char>(payload[0]) != kMark)
        return true;
    const auto isControl = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 && c != '\t' && c != '\n' && c != '\r';
    };
    // Eight at once: text has few bytes below a space.
    constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101ull;
    std::size_t at = 0;
    for (; at + 8 <= payload.size(); at += 8) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, payload.data() + at, sizeof eight);
        if (((eight - kOnes * 0x20) & ~eight & (kOnes * 0x80)) != 0 &&
            std::ranges::any_of(payload.substr(at, 8), isControl))
            return true;
    }
    return std::ranges::any_of(payload.substr(at), isControl);
}

/// Whether a message of the block has a payload of such bytes, or may have.
bool holdsEncoded(std::string_view bytes, const Columns& columns) noexcept
{
    std::size_t at = 0;
    for (std::size_t row = 0; row < columns.rawSize.size(); ++row) {
        if (at > bytes.size() || isEncoded(bytes.substr(at, columns.rawSize[row])))
            return true;
        at += std::size_t(columns.rawSize[row]) + columns.headerSize[row];
    }
    return false;
}

} // namespace

TextFilterJob::TextFilterJob() = default;

TextFilterJob::~TextFilterJob() = default;

void TextFilterJob::reset()
{
    m_reader.reset();
    m_builder.clear();
    m_done = -1;
}

bool TextFilterJob::step(const QString& path, Database& database, std::int64_t last, bool isEnd,
                         std::chrono::steady_clock::time_point deadline, const Store& store)
{
    if (m_done < 0)
        m_done = beginning(database);
    const auto put = [&] {
        const auto run = m_builder.take();
        return !run || store(*run);
    };
    while (m_done < last && std::chrono::steady_clock::now() < deadline) {
        if (!m_reader) {
            auto reader = RecordingReader::open(path);
            if (!reader)
                return true; // there is no filter then, and the search looks into all
            m_reader = std::move(*reader);
        }
        bool isRead = false;
        std::optional<BlockRef> block;
        {
            const auto snapshot = m_reader->snapshot();
            block = m_reader->blockBehind(m_done);
            if (!block)
                return true; // not committed yet
            isRead = m_reader->loadPayload(*block, m_bytes) &&
                     m_reader->load(*block, OwnText | SizeColumns, m_columns);
        }
        // Where blocks are missing, what was gathered is a run.
        if (block->id != m_done + 1 && !put())
            return false;
        m_done = block->id;
        const bool isFull =
            isRead ? m_builder.add(block->id, m_bytes, m_columns.text, block->payloadSize,
                                   holdsEncoded(m_bytes, m_columns))
                   : m_builder.addUnknown(block->id);
        if (isFull && !put())
            return false;
    }
    return !isEnd || m_done < last || put();
}

Result<std::int64_t>
makeTextFilter(const QString& path, const std::stop_token& stop,
               const std::function<void(std::int64_t done, std::int64_t total)>& progress)
{
    auto opened = Database::open(path, Database::Access::Write);
    if (!opened)
        return opened.error();
    Database& database = *opened;
    const auto failure = [&database] {
        Error error = database.lastError("write to");
        if (error.code == ErrorCode::Unreadable)
            error.code = ErrorCode::Unwritable;
        return error;
    };
    const std::int64_t last = database.number("SELECT max(id) FROM block");
    const std::int64_t before = beginning(database);
    TextFilterJob job;
    bool good = true;
    {
        Statement insert(database, kInsertRun);
        good = insert.isValid();
        const auto store = [&insert](const TextFilterBuilder::Run& run) {
            return insert.bind(1, run.lastBlock).bindBlob(2, run.bytes).execute();
        };
        while (good && job.done() < last && !stop.stop_requested()) {
            const std::int64_t had = job.done();
            good = job.step(path, database, last, true, std::chrono::steady_clock::now() + 200ms,
                            store);
            if (job.done() == had)
                break; // the file cannot be read
            if (progress)
                progress(job.done(), last);
        }
    }
    if (!good)
        return failure();
    if (stop.stop_requested())
        return Error{ErrorCode::Cancelled, QStringLiteral("Cancelled.")};
    return std::max<std::int64_t>(0, job.done() - before);
}

} // namespace murmur
