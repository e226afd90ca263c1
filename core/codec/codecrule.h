// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "codec/codecbook.h"

#include <QString>
#include <QStringList>

namespace murmur {

/// "fleet/*=msgpack", "orders=avro:order.avsc", "pose=protobuf:robot.pb#robot.Pose": topics, a
/// codec, and for some a file with its schema and the message in it. WrongUse says what it looks
/// like, Unreadable why the file is of no use.
Result<CodecRule> codecRuleFromText(const QString& text);

/// The same as a recording keeps it.
Result<Schema> recordedCodec(const QString& text);

/// The schema in `file`: "order.avsc", "robot.pb#robot.Pose". Without a codec the file's ending
/// tells.
Result<Schema> schemaFromFile(const QString& file, const QString& codec = {});

/// The messages that a schema describes, where it describes several.
QStringList messagesOf(const Schema& schema);

/// "json, jsonlines, msgpack …"
QString codecNames();

} // namespace murmur
