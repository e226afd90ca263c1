// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"

#include <QString>
#include <QStringList>

#include <vector>

namespace murmur {

class MessageModel;

/// One message as a tab separated line: the columns of the table up to the payload.
QString rowAsText(const MessageModel& model, const MessageRow& row);
/// One message as a JSON object with the keys of `murmur query --json`. A payload that fills
/// `payloadLimit` may be cut: `payload_cut` then says so.
QString rowAsJson(const Dictionaries& names, const MessageRow& row, qsizetype payloadLimit);
/// What stands above rowsAsCsv() and rowsAsMarkdown(): time, kind, from, to, topic, latency,
/// payload.
QStringList rowHeadings();
/// As RFC 4180 writes it, a line for each row, the headings first. A text that a spreadsheet would
/// take for a formula gets an apostrophe in front.
QString rowsAsCsv(const MessageModel& model, const std::vector<MessageRow>& rows);
/// As a table for an issue or a chat.
QString rowsAsMarkdown(const MessageModel& model, const std::vector<MessageRow>& rows);

} // namespace murmur
