// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/message.h"
#include "base/result.h"
#include "base/time.h"

#include <QByteArray>

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace murmur {

struct Source;

/// A message that told a key.
struct HistoryStep
{
    Seq seq = 0;
    std::int64_t time = 0; ///< ns
    QByteArray value;      ///< JSON text, the first 4 KiB of it
    bool isChange = true;  ///< it differs from the one before
};

struct HistoryRequest
{
    AgentId agent{};
    std::string key;
    TimeRange range;
    std::size_t limit = 100'000; ///< so many steps are kept, the last ones
    std::function<void(std::int64_t done, std::int64_t total)> progress = {};
    std::stop_token stop = {};
};

/// All values of one key of an agent.
struct ValueHistory
{
    std::vector<HistoryStep> steps; ///< by time
    std::int64_t told = 0;          ///< how often
    std::int64_t changes = 0;       ///< of these: how often it was another value
    std::int64_t left = 0;          ///< steps before those that are kept
};

/// Works in the calling thread. Errors: Unreadable, Cancelled, NotFound where nobody has such a
/// key.
Result<ValueHistory> historyJob(const Source& source, const HistoryRequest& request);

/// A value that is a number, also where it stands as text.
std::optional<double> numberOf(const QByteArray& value);

/// The same value, however it is spaced.
bool isSameValue(const QByteArray& a, const QByteArray& b);

} // namespace murmur
