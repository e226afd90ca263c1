// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/drift.h"
#include "session/knowledge.h"
#include "session/statechanges.h"
#include "session/statehistory.h"

#include <string>
#include <vector>

namespace murmur::cli {

/// What `murmur state` prints, with the names of one session: tables, or JSON, an object a line.
class StateText
{
public:
    StateText(const Dictionaries& names, bool asJson)
        : m_names(names)
        , m_isJson(asJson)
    {
    }

    /// `pages`: after the table, what each of them holds.
    [[nodiscard]] std::string states(const StateSlice& slice, const AgentLives& lives,
                                     bool pages) const;
    [[nodiscard]] std::string changes(const StateSlice& before, const StateSlice& after) const;
    [[nodiscard]] std::string against(const AgentState& agent, const AgentState& other,
                                      TimePoint at) const;
    [[nodiscard]] std::string drift(const std::vector<KeyDrift>& drifts, TimePoint at) const;
    [[nodiscard]] std::string history(AgentId agent, const std::string& key,
                                      const ValueHistory& history) const;
    [[nodiscard]] std::string knowledge(const Knowledge& knowledge) const;

private:
    void appendState(std::string& out, const AgentState& state, const AgentLife& life,
                     TimePoint at) const;
    [[nodiscard]] std::string table(const StateSlice& slice, const AgentLives& lives) const;
    [[nodiscard]] std::string page(const AgentState& state, TimePoint at) const;
    void appendChanges(std::string& out, const AgentChanges& changes, const StateSlice& before,
                       const StateSlice& after) const;
    [[nodiscard]] QString agent(AgentId id) const;
    [[nodiscard]] QString key(StateKeyId id) const;

    const Dictionaries& m_names;
    bool m_isJson;
};

} // namespace murmur::cli
