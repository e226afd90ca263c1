// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "llm/transcript.h"
#include "session/session.h"

#include <QFuture>
#include <QString>

#include <stop_token>

namespace murmur {

/// Whose calls to models are wanted.
struct TranscriptRequest
{
    Seq seq = 0;          ///< those of the conversation, else trace, else agent, of this message…
    QString conversation; ///< …or, when not empty, those of this conversation or trace
    /// A long conversation is looked at as far as this many messages; around `seq` where it is one
    /// of more.
    std::int64_t limit = 20'000;
    std::stop_token stop;
};

/// NotFound when there is no such message or conversation; a transcript without calls when nothing
/// in it tells of a model.
QFuture<Result<Transcript>> transcriptOf(Session& session, TranscriptRequest request);

} // namespace murmur
