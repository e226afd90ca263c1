// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "session/naming.h"

#include <QByteArray>
#include <QLatin1StringView>
#include <QString>

namespace murmur {

struct RecordingMeta;

/// "night.murmur-notes" of "night.murmur": what people say of a recording that is closed, or not
/// ours. Opening a recording never modifies it, so it stands beside it.
QString notesPath(const QString& recording);

/// What people call the agents: the notes' word, else that of the recording. Notes of another
/// recording, of which only the path is the same, say nothing.
Naming readNaming(const QString& recording, const RecordingMeta& meta);

/// What the notes keep under `key`, JSON; empty when there is nothing.
QByteArray readNote(const QString& recording, const QString& uuid, QLatin1StringView key);
/// Writes that into the notes; what else stands in them stays. Errors: Unwritable.
Status keepNote(const QString& recording, const QString& uuid, QLatin1StringView key,
                const QByteArray& json);

/// Writes it into the notes; what else stands in them stays. Readable by their owner only, as
/// recordings are. Errors: Unwritable.
Status keepNaming(const QString& recording, const QString& uuid, const Naming& naming);

} // namespace murmur
