// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/notes.h"

#include "recording/blockreader.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qint64 kMostNotes = qint64(64) << 20; // bytes

/// Empty when there are none, or of another recording.
QJsonObject notesOf(const QString& recording, const QString& uuid)
{
    QFile file(notesPath(recording));
    if (file.size() > kMostNotes || !file.open(QIODevice::ReadOnly))
        return {};
    const QJsonObject notes = QJsonDocument::fromJson(file.readAll()).object();
    return notes[u"recording"].toString() == uuid ? notes : QJsonObject();
}

Status keep(const QString& recording, const QString& uuid, QLatin1StringView key,
            const QByteArray& json, const QString& what)
{
    QJsonObject notes = notesOf(recording, uuid);
    notes.insert(u"murmur_notes"_s, 1);
    notes.insert(u"recording"_s, uuid);
    notes.insert(key, QJsonDocument::fromJson(json).object());
    const QString path = notesPath(recording);
    const auto failed = [&](const QSaveFile& file) {
        return Error{
            ErrorCode::Unwritable,
            u"The %1 hold until the recording is closed; they cannot be kept in %2: %3."_s.arg(
                what, path, file.errorString())};
    };
    QSaveFile file(path);
    // Written anew under another name, also where the old one is a link.
    if (!file.open(QIODevice::WriteOnly))
        return failed(file);
    file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    file.write(QJsonDocument(notes).toJson());
    if (!file.commit())
        return failed(file);
    return Done{};
}

} // namespace

QString notesPath(const QString& recording)
{
    const QFileInfo info(recording);
    return (info.isSymLink() ? info.canonicalFilePath() : recording) + u"-notes"_s;
}

Naming readNaming(const QString& recording, const RecordingMeta& meta)
{
    QByteArray json = meta.names;
    const QJsonValue names = notesOf(recording, meta.uuid)[u"names"];
    if (names.isObject())
        json = QJsonDocument(names.toObject()).toJson(QJsonDocument::Compact);
    auto naming = namingFromJson(json);
    return naming ? std::move(*naming) : Naming();
}

QByteArray readNote(const QString& recording, const QString& uuid, QLatin1StringView key)
{
    const QJsonValue note = notesOf(recording, uuid)[key];
    return note.isObject() ? QJsonDocument(note.toObject()).toJson(QJsonDocument::Compact)
                           : QByteArray();
}

Status keepNaming(const QString& recording, const QString& uuid, const Naming& naming)
{
    return keep(recording, uuid, "names"_L1, namingToJson(naming), u"names"_s);
}

Status keepNote(const QString& recording, const QString& uuid, QLatin1StringView key,
                const QByteArray& json)
{
    return keep(recording, uuid, key, json, u"notes"_s);
}

} // namespace murmur
