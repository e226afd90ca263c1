// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "findings/engine.h"
#include "session/judgements.h"

#include <QString>

namespace murmur {
class Session;
}

namespace murmur::cli {

/// What went wrong, each finding as people said where it stands. With the usual thresholds that is
/// what the recording keeps, if it keeps it. Shows progress; Ctrl-C ends it.
Result<FindingsReport> findingsOf(Session& session, const DetectorChoice& choice = {});

/// "3f20a9", enough of an id to write it.
QString shortId(std::uint64_t id);
/// "exact", "85 % sure".
QString sureText(const Finding& finding);
QString utf8(std::string_view text);

} // namespace murmur::cli
