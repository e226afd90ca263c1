// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "recording/sqlite.h"
#include "recording/storedfinding.h"

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace murmur {

/// Key in `meta` of what is to be known of the findings that are stored: by which detectors, up to
/// which message. JSON, written and read by whoever makes them.
inline constexpr std::string_view kFindingsFact = "findings";

/// Writes the tables `finding`, `finding_member` and `incident`. Part of the writer: same thread,
/// same connection, inside its transactions. Only what has changed is written.
class FindingTable
{
public:
    /// In place of what was put before.
    Status put(Database& database, std::int64_t generation, const StoredFindings& findings);
    /// What was put since the last commit is not there any more, or the file is closed.
    void forget();

private:
    Status prepare(Database& database);
    Status put(Database& database, const StoredFinding& finding, std::int64_t generation);

    struct Known
    {
        std::size_t content = 0; ///< hash
        std::size_t members = 0;
    };
    std::unordered_map<std::int64_t, Known> m_known;
    Statement m_insert, m_insertMember, m_insertIncident;
};

/// Those of a generation, by their start; of recordings that have none, or keep them in another
/// way, none.
StoredFindings readFindings(Database& database, std::int64_t generation);

} // namespace murmur
