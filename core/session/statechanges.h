// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/agentstatus.h"
#include "session/session.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

enum class ChangeKind : std::uint8_t { Added, Removed, Changed };
/// "added", "removed", "changed".
std::string_view changeName(ChangeKind kind) noexcept;

/// A key that differs between two states, of one agent or of two.
struct KeyChange
{
    std::string key;
    ChangeKind kind = ChangeKind::Changed;
    StateValue before;        ///< setBy 0: it has none
    StateValue after;         ///< setBy 0: it has none
    std::optional<double> by; ///< of numbers: after - before
};

/// What is different of an agent.
struct AgentChanges
{
    AgentId agent{};
    std::optional<AgentStatus> before; ///< none: not seen then
    std::optional<AgentStatus> after;
    std::vector<OpenCall> opened; ///< it waits for these, and did not before
    std::vector<OpenCall> closed; ///< it waited for these, and does not any more
    std::vector<KeyChange> keys;  ///< by name

    [[nodiscard]] bool isEmpty() const
    {
        return before == after && opened.empty() && closed.empty() && keys.empty();
    }
};

/// Keys of which the two say something else, by name; null: none has any. A value of JSON null is
/// as good as none.
std::vector<KeyChange> keyChanges(const AgentState* before, const AgentState* after,
                                  const Dictionaries& names);
/// What changed from one moment to a later one; agents of which nothing did are left out.
std::vector<AgentChanges> stateChanges(const StateSlice& before, const StateSlice& after,
                                       const Dictionaries& names);

} // namespace murmur
