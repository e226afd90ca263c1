// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recordingfiles.h"

#include "keptnote.h"
#include "session/notes.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qint64 kCopiedAtOnce = 4 * 1024 * 1024;

struct FilesTr
{
    Q_DECLARE_TR_FUNCTIONS(RecordingFiles)
};

Error notSaved(const QString& from, const QString& to, const QString& why)
{
    return {ErrorCode::Unwritable,
            FilesTr::tr("The recording could not be saved as %1: %2. It is still complete in %3.")
                .arg(shownPath(to), why, shownPath(from))};
}

/// Empty: it was copied; else why not.
QString copyWhole(const QString& from, const QString& to, WorkMeter& meter)
{
    QFile source(from);
    QFile target(to);
    if (!source.open(QIODevice::ReadOnly))
        return source.errorString();
    if (!target.open(QIODevice::WriteOnly | QIODevice::NewOnly | QIODevice::Unbuffered))
        return target.errorString();
    meter.total = source.size();
    while (!source.atEnd()) {
        if (meter.stop.stop_requested())
            return FilesTr::tr("it was cancelled");
        const QByteArray bytes = source.read(kCopiedAtOnce);
        if (bytes.isEmpty() && source.error() != QFileDevice::NoError)
            return source.errorString();
        if (target.write(bytes) != bytes.size())
            return target.errorString();
        meter.done += bytes.size();
    }
    target.close();
    if (target.error() != QFileDevice::NoError)
        return target.errorString();
    return QFileInfo(to).size() == QFileInfo(from).size() ? QString()
                                                          : FilesTr::tr("the copy is not complete");
}

Status moveFile(const QString& from, const QString& to, bool keepSource, WorkMeter& meter)
{
    // Written beside the old one and swapped in, so that a failure half-way leaves it whole.
    const QString part = to + u".part"_s;
    QFile::remove(part);
    if (!keepSource && !QFileInfo::exists(to) && QFile::rename(from, to))
        return Done{};
    if (const QString why = copyWhole(from, part, meter); !why.isEmpty()) {
        QFile::remove(part);
        if (meter.stop.stop_requested())
            return Error{ErrorCode::Cancelled,
                         FilesTr::tr("Cancelled: nothing was saved, the recording is still in %1.")
                             .arg(shownPath(from))};
        return notSaved(from, to, why);
    }
    QFile::setPermissions(part, QFile::ReadOwner | QFile::WriteOwner);
    if (QFileInfo::exists(to) && !QFile::remove(to))
        return notSaved(from, to, FilesTr::tr("the file that is there cannot be replaced"));
    if (!QFile::rename(part, to))
        return notSaved(from, to, FilesTr::tr("the copy could not be given its name"));
    if (!keepSource)
        QFile::remove(from);
    return Done{};
}

} // namespace

Status moveRecording(const QString& from, const QString& to, bool keepSource, WorkMeter& meter)
{
    // Markers, judgements, names go along. Those of what was there before are about another one.
    const QString notes = notesPath(from);
    const QString target = notesPath(to);
    const QString part = target + u".part"_s;
    QDir().mkpath(QFileInfo(to).absolutePath());
    QFile::remove(part);
    if (QFileInfo::exists(notes) && !QFile::copy(notes, part))
        return notSaved(from, to, FilesTr::tr("its notes cannot be written there"));
    const Status moved = moveFile(from, to, keepSource, meter);
    if (!moved) {
        QFile::remove(part);
        return moved;
    }
    QFile::remove(target);
    if (QFileInfo::exists(part))
        QFile::rename(part, target);
    if (!keepSource)
        QFile::remove(notes);
    return Done{};
}

void removeRecording(const QString& path)
{
    for (const auto suffix : {""_L1, "-wal"_L1, "-shm"_L1, ".lock"_L1, "-notes"_L1})
        QFile::remove(path + suffix);
}

} // namespace murmur
