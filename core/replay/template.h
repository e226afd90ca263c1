// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/message.h"
#include "base/result.h"
#include "base/time.h"

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <functional>

namespace murmur {

/// The message that `{{message.…}}` speaks of.
struct TemplateMessage
{
    QByteArray topic;
    QByteArray from;
    QByteArray id;
    QByteArray correlation;
    QByteArray replyTo;
    QByteArray payload; ///< JSON, for `{{message.payload.a.b}}`
    HeaderList headers;
};

struct TemplateInput
{
    std::int64_t counter = 1; ///< of this sending, from 1
    TimePoint now{};
    const TemplateMessage* message = nullptr; ///< null: there is none
    const TemplateMessage* reply = nullptr;   ///< the last answer in a sequence
    bool keepsReply = false; ///< it is not there yet: {{reply.…}} stays as it stands
    /// A number between both, both included. Empty: the system's.
    std::function<std::int64_t(std::int64_t, std::int64_t)> random = {};
    std::function<QByteArray()> uuid = {};
};

/// `text` with its variables filled in: {{uuid}}, {{now}} (ISO 8601, UTC), {{now_ms}}, {{counter}},
/// {{random 1 6}}, {{message.topic}}, .from, .id, .correlation, .reply_to, .header.NAME,
/// .payload and .payload.PATH, and the same of {{reply.…}}. In JSON (`isJson`) what is text is
/// escaped and stands without quotes: those are written around it. `\{{` is two braces. WrongUse:
/// an unknown variable, a value that is not there; it names the variable and what there is.
Result<QByteArray> filled(const QByteArray& text, const TemplateInput& input, bool isJson);
/// There is something to fill in.
bool hasVariables(const QByteArray& text);

} // namespace murmur
