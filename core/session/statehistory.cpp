// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/statehistory.h"

#include "session/tellings.h"

#include <algorithm>
#include <cmath>

namespace murmur {

namespace {

constexpr std::size_t kLongestStep = 4096; // bytes of a value

/// All keys of that name: 0 is none.
StateKeyId keyNamed(const Dictionaries& names, const std::string& name)
{
    const std::uint32_t count = names.counts().stateKeys;
    for (std::uint32_t id = 1; id < count; ++id) {
        if (names.stateKeyName(StateKeyId(id)) == name)
            return StateKeyId(id);
    }
    return {};
}

} // namespace

std::optional<double> numberOf(const QByteArray& value)
{
    QByteArray text = value.trimmed();
    if (text.size() > 2 && text.startsWith('"') && text.endsWith('"'))
        text = text.mid(1, text.size() - 2);
    bool isNumber = false;
    const double number = text.toDouble(&isNumber);
    return isNumber && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

bool isSameValue(const QByteArray& a, const QByteArray& b)
{
    return a == b || a.simplified() == b.simplified();
}

Result<ValueHistory> historyJob(const Source& source, const HistoryRequest& request)
{
    const StateKeyId key = keyNamed(*source.names, request.key);
    if (index(key) == 0)
        return Error{ErrorCode::NotFound, QStringLiteral("No agent has a key \"%1\" in its state.")
                                              .arg(QString::fromStdString(request.key))};
    const AgentId agent = source.names->resolved(request.agent);
    ValueHistory history;
    auto& steps = history.steps;
    TellingScan scan;
    scan.range = request.range;
    scan.agents = {agent};
    scan.key = key;
    scan.stop = request.stop;
    scan.progress = request.progress;
    QByteArray last;
    const auto keepLast = [&](std::size_t most) {
        if (steps.size() <= most)
            return;
        const std::size_t over = steps.size() - most;
        steps.erase(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(over));
        history.left += static_cast<std::int64_t>(over);
    };
    const auto begin = scanTellings(source, scan, [&](const Telling& telling) {
        const std::string_view text = telling.value.substr(0, kLongestStep);
        const QByteArray value(text.data(), static_cast<qsizetype>(text.size()));
        if (history.told++ == 0 || !isSameValue(value, last))
            ++history.changes;
        last = value;
        steps.push_back({telling.seq, telling.time, value});
        // Seldom, so that a long history does not move all the time.
        if (steps.size() >= 2 * request.limit)
            keepLast(request.limit);
    });
    if (!begin)
        return begin.error();
    // Stated times do not rise with Seq.
    std::ranges::stable_sort(
        steps, {}, [](const HistoryStep& step) { return std::pair(step.time, step.seq); });
    for (std::size_t i = 1; i < steps.size(); ++i)
        steps[i].isChange = !isSameValue(steps[i].value, steps[i - 1].value);
    keepLast(request.limit);
    return history;
}

} // namespace murmur
