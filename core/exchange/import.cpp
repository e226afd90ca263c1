// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/import.h"

#include "base/boundedqueue.h"
#include "exchange/bytesource.h"
#include "exchange/importformat.h"
#include "exchange/itemreader.h"
#include "exchange/messagesorter.h"
#include "session/recordingmaker.h"

#include <QFileInfo>
#include <QUrl>

#include <algorithm>
#include <limits>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kChunkOfInput = std::size_t(1) << 20;
constexpr std::size_t kBatchOfMessages = 512;
constexpr std::size_t kBatchOfBytes = std::size_t(1) << 20;
constexpr std::size_t kBatchesAhead = 8;
/// Connections that lines name; what is beyond is of the file.
constexpr std::size_t kMostConnections = 1024;
constexpr auto kSoon = std::chrono::milliseconds(200);

Error stopped()
{
    return {ErrorCode::Cancelled, u"The import was stopped."_s};
}

QString urlOfInput(const QString& input)
{
    if (input == "-"_L1)
        return u"stdin:"_s;
    return u"file:"_s + QFileInfo(input).absoluteFilePath();
}

class Import
{
public:
    Import(const QString& target, const ImportOptions& options)
        : m_target(target)
        , m_options(options)
        , m_sorter(sortDirectory(target, options), options.sortMemory)
    {
    }

    Result<ImportResult> run(const QStringList& inputs)
    {
        // Before the long work: all that can be known to be wrong.
        auto maker = RecordingMaker::create(m_target, {m_options.dialect, m_options.rules});
        if (!maker)
            return maker.error();
        m_maker = std::move(*maker);
        std::vector<std::unique_ptr<ByteSource>> sources;
        for (const QString& input : inputs) {
            auto source = ByteSource::open(input);
            if (!source)
                return source.error();
            m_totalBytes += std::max<std::int64_t>((*source)->size(), 0);
            m_isTotalKnown &= (*source)->size() >= 0;
            sources.push_back(std::move(*source));
        }
        for (std::size_t i = 0; i < sources.size(); ++i) {
            if (auto status = read(inputs[static_cast<qsizetype>(i)], *sources[i]); !status)
                return status.error();
            m_doneBytes += sources[i]->position();
            sources[i].reset();
        }
        if (auto status = write(); !status)
            return status.error();
        m_result.sorted = m_sorter.spilled();
        return std::move(m_result);
    }

private:
    static QString sortDirectory(const QString& target, const ImportOptions& options)
    {
        if (!options.sortDirectory.isEmpty())
            return options.sortDirectory;
        const QString named = qEnvironmentVariable("TMPDIR");
        return named.isEmpty() ? QFileInfo(target).absolutePath() : named;
    }

    Status read(const QString& input, ByteSource& source)
    {
        const ImportFormatEntry* named = importFormatNamed(m_options.format);
        const QString name = nameOfInput(input);
        const ImportFormatEntry& entry = named != nullptr ? *named : importFormatOf(name);
        const std::unique_ptr<ImportFormat> format = entry.create();
        const QString topic = m_options.topic.isEmpty() ? name : m_options.topic;
        const ConnectionId own = m_maker->connection(urlOfInput(input), name);
        ItemReader reader(topic.toUtf8(), own,
                          [this, own](std::string_view url) { return connectionFor(url, own); });
        if (auto status = reader.forceDialect(m_options.dialect.toStdString()); !status)
            return status;
        // Without a time of its own before the first that has one: the file's.
        m_timeOfFile = toNs(wallNow());
        if (const QFileInfo info(input); info.isFile())
            m_timeOfFile = info.lastModified().toMSecsSinceEpoch() * 1'000'000;
        Status failure = Done{};
        const ImportFormat::Take take = [&](const ImportedItem& item) {
            if (failure)
                failure = this->take(reader.read(item));
        };
        std::vector<char> chunk(kChunkOfInput);
        while (failure) {
            if (m_options.stop.stop_requested())
                return stopped();
            const auto count = source.read(chunk);
            if (!count) {
                m_result.problems << count.error().message; // what came before it counts
                break;
            }
            if (*count == 0)
                break;
            format->feed({chunk.data(), *count}, take);
            if (m_options.progress)
                m_options.progress(u"reading"_s, m_doneBytes + source.position(),
                                   m_isTotalKnown ? m_totalBytes : 0);
        }
        if (failure)
            format->finish(take);
        if (failure)
            failure = settleEarly(m_timeOfFile);
        return failure;
    }

    ConnectionId connectionFor(std::string_view url, ConnectionId own)
    {
        const auto known = m_connections.find(std::string(url));
        if (known != m_connections.end())
            return known->second;
        if (m_connections.size() >= kMostConnections)
            return own;
        const QString text = QString::fromUtf8(url.data(), static_cast<qsizetype>(url.size()));
        const ConnectionId id = m_maker->connection(text, text);
        m_connections.emplace(url, id);
        return id;
    }

    Status take(ItemReader::Read&& read)
    {
        ++m_result.messages;
        m_result.damaged += read.isDamaged;
        m_result.withoutTime += !read.hasOwnTime;
        if (read.key == kNoTime) {
            m_early.push_back(std::move(read.message));
            return m_early.size() < kMostEarly ? Status(Done{}) : settleEarly(m_timeOfFile);
        }
        if (auto status = settleEarly(read.key); !status)
            return status;
        return m_sorter.add(read.key, read.tie, read.message);
    }

    /// Messages before the first that has a time get that of it.
    Status settleEarly(std::int64_t time)
    {
        for (HeardMessage& message : m_early) {
            message.received = time;
            message.stated = time;
            if (auto status = m_sorter.add(time, 0, message); !status)
                return status;
        }
        m_early.clear();
        return Done{};
    }

    /// The sorted messages are read here and interpreted and written in a second thread.
    Status write()
    {
        BoundedQueue<std::vector<HeardMessage>> queue(kBatchesAhead, kBatchesAhead * kBatchOfBytes);
        Status written = Done{};
        std::thread writer([&] {
            std::vector<std::vector<HeardMessage>> batches;
            while (queue.take(batches, kBatchesAhead, kSoon)) {
                for (std::vector<HeardMessage>& batch : batches) {
                    for (HeardMessage& message : batch) {
                        if (written)
                            written = m_maker->add(message);
                    }
                }
                if (!written)
                    queue.close();
            }
        });
        const Status delivered = deliver(queue);
        queue.close();
        writer.join();
        if (!written)
            return written;
        if (!delivered)
            return delivered;
        return m_maker->finish();
    }

    Status deliver(BoundedQueue<std::vector<HeardMessage>>& queue)
    {
        std::vector<HeardMessage> batch;
        std::size_t bytes = 0;
        std::int64_t done = 0;
        std::int64_t first = std::numeric_limits<std::int64_t>::max();
        std::int64_t last = std::numeric_limits<std::int64_t>::min();
        const auto send = [&]() -> Status {
            if (m_options.stop.stop_requested())
                return stopped();
            if (m_options.progress)
                m_options.progress(u"writing"_s, done, m_sorter.messages());
            if (!batch.empty() && !queue.put(std::move(batch), bytes))
                return stopped(); // the writer has its reason
            batch = {};
            batch.reserve(kBatchOfMessages);
            bytes = 0;
            return Done{};
        };
        auto status = m_sorter.deliver([&](std::int64_t, HeardMessage&& message) -> Status {
            first = std::min(first, message.stated);
            last = std::max(last, message.stated);
            bytes += static_cast<std::size_t>(message.raw.size() + message.headers.size());
            batch.push_back(std::move(message));
            ++done;
            return batch.size() < kBatchOfMessages && bytes < kBatchOfBytes ? Status(Done{})
                                                                            : send();
        });
        if (status)
            status = send();
        if (done > 0)
            m_result.time = {fromNs(first), fromNs(last) + nanoseconds(1)};
        return status;
    }

    static constexpr std::size_t kMostEarly = 10'000;

    const QString m_target;
    const ImportOptions& m_options;
    MessageSorter m_sorter;
    std::unique_ptr<RecordingMaker> m_maker;
    std::unordered_map<std::string, ConnectionId> m_connections;
    std::vector<HeardMessage> m_early; ///< of this input, before the first that has a time
    std::int64_t m_timeOfFile = 0;
    std::int64_t m_totalBytes = 0;
    std::int64_t m_doneBytes = 0;
    bool m_isTotalKnown = true;
    ImportResult m_result;
};

} // namespace

Result<ImportResult> importMessages(const QStringList& inputs, const QString& target,
                                    const ImportOptions& options)
{
    if (!options.format.isEmpty() && importFormatNamed(options.format) == nullptr) {
        QStringList known;
        for (const ImportFormatEntry& entry : importFormats())
            known << QString::fromLatin1(entry.id);
        return Error{ErrorCode::WrongUse,
                     u"There is no format \"%1\" to read; the known ones are %2."_s.arg(
                         options.format, known.join(u", "_s))};
    }
    if (inputs.count(u"-"_s) > 1)
        return Error{ErrorCode::WrongUse, u"Standard input can be read once only."_s};
    return Import(target, options).run(inputs);
}

} // namespace murmur
