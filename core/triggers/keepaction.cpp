// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "triggers/keepaction.h"

#include "session/diskwatch.h"
#include "triggers/stretchkeeper.h"

#include <QDateTime>
#include <QFileInfo>
#include <QStorageInfo>
#include <QtConcurrent>

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr auto kLongestStretch = 24h;
/// How long after its end a stretch is still waited for: until what was heard is on disk.
constexpr auto kGrace = 2s;
constexpr qsizetype kLongestSlug = 32;
constexpr qsizetype kMostFiles = 100;

/// A part of a file's name: letters, digits and dashes.
QString slugOf(const QString& name)
{
    QString slug;
    for (const QChar letter : name.toLower()) {
        if (letter.isLetterOrNumber() && letter.unicode() < 128)
            slug += letter;
        else if (!slug.isEmpty() && !slug.endsWith(u'-'))
            slug += u'-';
    }
    while (slug.endsWith(u'-'))
        slug.chop(1);
    return slug.isEmpty() ? u"trigger"_s : slug.left(kLongestSlug);
}

/// What is no disk has no room, whoever asks: /proc, /sys.
bool canKeepIn(const QString& folder)
{
    const QFileInfo info(folder);
    const QStorageInfo disk(folder);
    return info.isDir() && info.isWritable() && !disk.isReadOnly() && disk.bytesTotal() > 0;
}

} // namespace

KeepAction::KeepAction(nanoseconds before, nanoseconds after, QString file)
    : m_before(before)
    , m_after(after)
    , m_file(std::move(file))
{
    m_pool.setMaxThreadCount(1);
}

KeepAction::~KeepAction()
{
    m_stop.request_stop();
    m_pool.waitForDone();
    // What there is of it is kept; only little can be left to copy.
    if (m_keeper && m_source.pool)
        (void)m_keeper->advance(m_source, true, {});
}

QString KeepAction::pathFor(const TriggerFiring& firing) const
{
    const QString ending = u".murmur"_s;
    const QFileInfo recording(m_source.pool->path());
    QString base = m_file;
    if (base.isEmpty()) {
        const QDateTime moment = QDateTime::fromMSecsSinceEpoch(firing.time / 1'000'000, Qt::UTC);
        base = recording.dir().filePath(u"%1-%2-%3"_s.arg(recording.completeBaseName(),
                                                          slugOf(firing.trigger),
                                                          moment.toString(u"yyyyMMdd'T'HHmmss"_s)));
    } else if (base.endsWith(ending)) {
        base.chop(ending.size());
    }
    QString path = base + ending;
    for (int number = 2; QFileInfo::exists(path) && number < 10'000; ++number)
        path = u"%1-%2%3"_s.arg(base).arg(number).arg(ending);
    return path;
}

void KeepAction::perform(const TriggerFiring& firing)
{
    if (m_keeper) {
        Q_EMIT told(u"is within %1, which is being kept"_s.arg(m_path), false);
        return;
    }
    if (!m_source.pool || m_source.set) {
        Q_EMIT told(u"Nothing was kept: that takes one recording."_s, true);
        return;
    }
    if (m_kept >= kMostKept) {
        Q_EMIT told(u"Nothing more is kept: this trigger has kept %1 recordings, which is its "
                    "limit."_s.arg(kMostKept),
                    true);
        return;
    }
    m_path = pathFor(firing);
    const auto space = diskSpaceOf(QFileInfo(m_path).path());
    if (space && space->free < DiskWatch::usualReserve(*space) / 2) {
        Q_EMIT told(u"Nothing was kept: the disk of %1 is nearly full (%2 free)."_s.arg(
                        m_path, bytesText(space->free)),
                    true);
        return;
    }
    ++m_kept;
    const TimePoint moment = fromNs(firing.time);
    const std::int64_t received = firing.message ? toNs(firing.message->row.received) : firing.time;
    m_keeper = std::make_shared<StretchKeeper>(m_path,
                                               TimeRange{moment - m_before, moment + m_after + 1ns},
                                               received + m_after.count() + 1, m_files);
    m_since.start();
    // What came before is copied now: a ring goes on letting go.
    advance();
}

void KeepAction::follow(const Source& source, bool isOver)
{
    m_source = source;
    m_isOver = isOver;
    // A split recording may be in its next file before anything fires that was said in this one.
    if (const QString file = source.pool ? source.pool->path() : QString(); !m_files.contains(file))
        m_files << file;
    if (m_files.size() > kMostFiles)
        m_files.removeFirst();
    advance();
}

void KeepAction::advance()
{
    if (!m_keeper || m_isCopying || !m_source.pool)
        return;
    m_isCopying = true;
    const bool isOver = m_isOver || m_since.nsecsElapsed() >= (m_after + kGrace).count();
    QtConcurrent::run(&m_pool, [keeper = m_keeper, source = m_source, isOver,
                                stop = m_stop.get_token()] {
        return keeper->advance(source, isOver, stop);
    }).then(this, [this, keeper = m_keeper.get()](const Result<bool>& isWhole) {
        if (keeper != m_keeper.get())
            return; // stop() has ended it
        m_isCopying = false;
        if (!isWhole)
            end(isWhole.error().message);
        else if (*isWhole)
            end({});
    });
}

void KeepAction::end(const QString& failure)
{
    const auto keeper = std::move(m_keeper);
    m_keeper = nullptr;
    if (!failure.isEmpty()) {
        Q_EMIT told(u"Nothing was kept: "_s + failure, true);
        return;
    }
    QString sentence = u"kept %L1 messages as %2"_s.arg(keeper->messages()).arg(m_path);
    if (keeper->isBeginGone())
        sentence += u"; its beginning had been let go already, or is in the file before"_s;
    if (keeper->missing() > 0)
        sentence +=
            u"; %L1 messages of it were let go before they were copied"_s.arg(keeper->missing());
    Q_EMIT kept(keeper->path());
    Q_EMIT told(sentence, false);
}

void KeepAction::stop()
{
    if (!m_keeper)
        return;
    // There was no time for more: what is copied is kept.
    m_stop.request_stop();
    m_pool.waitForDone();
    m_stop = std::stop_source();
    m_isCopying = false;
    const auto isWhole = m_keeper->advance(m_source, true, {});
    end(isWhole ? QString() : isWhole.error().message);
}

Result<std::unique_ptr<TriggerAction>> createKeepAction(const QString& argument,
                                                        const TriggerRules& /*rules*/)
{
    // FILE may hold colons; the two times do not.
    const auto colon = argument.indexOf(u':');
    const QStringList times = argument.left(colon).split(u',');
    const auto before = durationFromText(times.value(0).trimmed());
    const auto after = durationFromText(times.value(1).trimmed());
    if (times.size() != 2 || !before || !after || before->count() < 0 || after->count() < 0 ||
        *before > kLongestStretch || *after > kLongestStretch)
        return Error{
            ErrorCode::WrongUse,
            u"keep needs how much before and after, each up to 24h, and if you like a "
            "file: keep:30s,10s or keep:30s,10s:slow.murmur; \"%1\" is not that."_s.arg(argument)};
    const QString file = colon < 0 ? QString() : argument.mid(colon + 1);
    const QString folder = QFileInfo(file).path();
    if (!file.isEmpty() && !canKeepIn(folder))
        return Error{ErrorCode::WrongUse,
                     u"Nothing can be kept as %1: %2 is no folder that can be written. Name a file "
                     "in another one."_s.arg(file, folder)};
    return std::unique_ptr<TriggerAction>(std::make_unique<KeepAction>(*before, *after, file));
}

} // namespace murmur
