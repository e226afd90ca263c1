// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/reread.h"

#include "recording/damagelog.h"
#include "recording/readingwriter.h"
#include "recording/textfilterjob.h"
#include "recording/upgrade.h"
#include "session/interpreter.h"
#include "session/jobs.h"
#include "session/recordinglock.h"
#include "session/rehearing.h"

#include <QCoreApplication>
#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kBlocksALook = 16;

/// The dialects that are named now, before those that the recording keeps.
Result<std::vector<DialectRule>> rulesFor(const RereadOptions& options, const QString& keptText)
{
    std::vector<DialectRule> all = options.rules;
    if (options.dialect == "auto"_L1)
        return all;
    std::vector<DialectRule> kept = rulesKept(keptText.toStdString());
    auto rules = dialectRules(options.dialect.toStdString(), kept);
    if (!rules)
        return rules;
    const bool isForAll =
        std::ranges::any_of(*rules, [](const DialectRule& rule) { return rule.glob == "*"; });
    std::erase_if(kept, [&](const DialectRule& old) {
        return isForAll || std::ranges::any_of(options.rules, [&old](const DialectRule& rule) {
                   return rule.glob == old.glob && rule.connection == old.connection;
               });
    });
    all.insert(all.end(), rules->begin(), rules->end());
    all.insert(all.end(), kept.begin(), kept.end());
    return all;
}

class Reread
{
public:
    Reread(std::unique_ptr<RecordingReader> reader, const RereadOptions& options)
        : m_reader(std::move(reader))
        , m_options(options)
        , m_interpreter(m_names)
    {
    }

    Result<RereadReport> run(const QString& path)
    {
        m_reader->loadNames(m_names);
        auto rules = rulesFor(m_options, m_reader->meta().dialects);
        if (!rules)
            return Error{ErrorCode::WrongUse, rules.error().message};
        std::string kept = keptRules(*rules);
        m_interpreter.useDialects(std::move(*rules));
        auto opened = ReadingWriter::open(path, m_names);
        if (!opened)
            return opened.error();
        ReadingWriter& writer = **opened;
        m_report.generation = writer.generation();
        writer.setDialects(std::move(kept));
        const Status done = blocks(writer);
        m_reader.reset(); // or the file could not be put back into its closed form
        if (!done) {
            writer.abandon();
            return done.error();
        }
        if (auto status = writer.finish(); !status)
            return status.error();
        return m_report;
    }

private:
    Status blocks(ReadingWriter& writer)
    {
        const Seq last = m_reader->last();
        for (Seq next = m_reader->first(); next <= last;) {
            const auto some = m_reader->blocksFrom(next, kBlocksALook);
            if (some.empty())
                break;
            for (const BlockRef& block : some) {
                if (m_options.stop.stop_requested())
                    return Error{ErrorCode::Cancelled,
                                 u"Reading again was cancelled; the recording is as it was."_s};
                if (auto status = one(writer, block); !status)
                    return status;
            }
            next = some.back().last() + 1;
            if (m_options.progress)
                m_options.progress(u"messages"_s, std::min(next - 1, last), last);
        }
        return Done{};
    }

    Status one(ReadingWriter& writer, const BlockRef& block)
    {
        if (!m_stored.load(*m_reader, block)) {
            m_report.unreadable += static_cast<std::int64_t>(block.count);
            return writer.keep(block, unreadIn(block));
        }
        m_chunk.clear();
        m_interpreter.continueAt(block.first);
        for (std::size_t row = 0; row < block.count; ++row)
            m_interpreter.interpret(m_stored.next(), m_chunk);
        m_report.messages += static_cast<std::int64_t>(block.count);
        for (std::size_t row = 0; row < block.count; ++row)
            m_report.changed += m_stored.old() != nullptr && isSame(*m_stored.old(), row) ? 0 : 1;
        return writer.add(block, m_chunk.columns, m_stored.heard());
    }

    std::int64_t unreadIn(const BlockRef& block)
    {
        Columns flags;
        return m_reader->load(block, FlagColumns, flags)
                   ? std::ranges::count_if(flags.flags, [](Flags f) { return (f & Unread) != 0; })
                   : 0;
    }

    [[nodiscard]] bool isSame(const Columns& old, std::size_t row) const
    {
        const Columns& now = m_chunk.columns;
        return now.sender[row] == old.sender[row] && now.audience[row] == old.audience[row] &&
               now.kind[row] == old.kind[row] && now.type[row] == old.type[row] &&
               now.closes[row] == old.closes[row] && now.latency[row] == old.latency[row];
    }

    std::unique_ptr<RecordingReader> m_reader;
    const RereadOptions& m_options;
    Dictionaries m_names;
    Interpreter m_interpreter;
    Rehearing m_stored{m_names};
    Chunk m_chunk;
    RereadReport m_report;
};

Result<RereadReport> rereadInPlace(const QString& path, std::unique_ptr<RecordingReader> reader,
                                   const RereadOptions& options)
{
    auto report = Reread(std::move(reader), options).run(path);
    if (!report)
        return report;
    // The new reading is in force already: without the filter, or with a part of it, searches only
    // take longer.
    (void)makeTextFilter(path, options.stop, [&](std::int64_t done, std::int64_t total) {
        if (options.progress)
            options.progress(u"noting words"_s, done, total);
    });
    return report;
}

/// In an older format nothing is written any more: a copy in the present one is read again and
/// takes its place when it is whole.
Result<RereadReport> rereadOlder(const QString& path, const RereadOptions& options)
{
    const QString file = QFileInfo(path).canonicalFilePath(); // a link stays one
    const QString part = u"%1.%2.part"_s.arg(file).arg(QCoreApplication::applicationPid());
    const auto named = [&](Error error) {
        error.message.replace(part, path);
        return error;
    };
    RepairOptions upgrade;
    upgrade.progress = options.progress;
    upgrade.stop = options.stop;
    if (auto status = upgradeRecording(file, part, upgrade); !status)
        return named(status.error());
    auto reader = RecordingReader::open(part);
    auto report = reader ? rereadInPlace(part, std::move(*reader), options)
                         : Result<RereadReport>(reader.error());
    if (!report) {
        discardRecording(part);
        return named(report.error());
    }
    if (auto status = replaceRecording(file, part); !status)
        return status.error();
    return report;
}

} // namespace

Result<RereadReport> rereadRecording(const QString& path, const RereadOptions& options)
{
    auto reader = RecordingReader::open(path);
    if (!reader)
        return reader.error();
    // Before the lock makes it look as if it were written. A reading takes the place of all blocks:
    // what the zone map does not lead to would be gone.
    if (logDamagedZones(path, extentOf((*reader)->meta().totals).messages()))
        return Error{
            ErrorCode::Unreadable,
            u"The list of blocks of %1 is damaged; nothing was changed. Save what is whole with `murmur repair`, and read that again."_s
                .arg(path)};
    auto lock = RecordingLock::take(path);
    if (!lock)
        return Error{
            ErrorCode::WrongUse,
            u"%1 is being recorded; end the recording before it is read again."_s.arg(path)};
    const bool isOlder = (*reader)->format() != kFormatVersion;
    if (isOlder)
        reader->reset(); // or its WAL could not be put away
    auto report =
        isOlder ? rereadOlder(path, options) : rereadInPlace(path, std::move(*reader), options);
    if (!report && report.error().code == ErrorCode::DiskFull)
        return Error{
            ErrorCode::DiskFull,
            u"The disk with %1 is full: the recording keeps the reading that it had. Free space and read it again."_s
                .arg(path)};
    return report;
}

} // namespace murmur
