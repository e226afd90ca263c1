// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "session/findingspass.h"

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace murmur {

class Dictionaries;
struct Source;

/// Key in `meta` of what people made of the findings while they were recorded, JSON.
inline constexpr std::string_view kJudgementsFact = "judgements";

/// What a person made of one finding.
struct Judgement
{
    Standing standing = Standing::Open;
    QString reason;  ///< why it is accepted or muted
    QString comment; ///< also of one that is open

    [[nodiscard]] bool isNone() const
    {
        return standing == Standing::Open && reason.isEmpty() && comment.isEmpty();
    }
    friend bool operator==(const Judgement&, const Judgement&) = default;
};

/// What a detector finds of an agent, or on a topic, is not wanted. Empty: of any.
struct MuteRule
{
    QString detector;
    QString agent;
    QString topic;

    friend bool operator==(const MuteRule&, const MuteRule&) = default;
};

/// What people made of the findings of a recording. Nothing that is found is lost by it: it is
/// counted, and shown when asked for.
struct Judgements
{
    std::map<std::uint64_t, Judgement> findings; ///< by id
    std::vector<MuteRule> rules;

    [[nodiscard]] bool isEmpty() const { return findings.empty() && rules.empty(); }
    [[nodiscard]] Judgement of(std::uint64_t finding) const;
    void set(std::uint64_t finding, Judgement judgement);
    void mute(MuteRule rule);
    friend bool operator==(const Judgements&, const Judgements&) = default;
};

QByteArray judgementsToJson(const Judgements& judgements);
/// What it says that we do not know is passed over.
Judgements judgementsFromJson(const QByteArray& json);

/// Those of a session: of the notes beside the recording, else of the recording. Of several
/// recordings what was made of the findings of each; those are known again by their detector and
/// first message, so `report` must tell them. May open files: not for the GUI thread.
Judgements judgementsOf(const Source& source, const FindingsReport* report = nullptr);
/// Keeps them in the recording while we record it, else in the notes beside it; of several
/// recordings with the one that has the finding's first message. Unwritable.
Status keepJudgements(const Source& source, const Judgements& judgements,
                      const FindingsReport* report = nullptr);

/// Sets where each finding stands: as people said; and of those that are judgements, made in the
/// first minutes of a recording, when nobody knows yet how the swarm usually is, no more than
/// kMostAtFirst of a detector are told.
void settle(FindingsReport& report, const Judgements& judgements, const Dictionaries& names);
inline constexpr int kMostAtFirst = 3;
inline constexpr std::int64_t kFirstMinutes = 300'000'000'000; // ns

bool fits(const MuteRule& rule, const Finding& finding, const Dictionaries& names);
/// Whether all that belongs to it is muted, accepted or held back.
bool isQuiet(const Incident& incident, const std::vector<Finding>& findings);
std::int64_t countOf(const FindingsReport& report, Standing standing);
/// Of the messages that a finding names: how many a ring has let go.
std::int64_t goneOf(const Finding& finding, const FindingsReport& report);
/// The finding whose id begins so; NotFound, WrongUse when several do.
Result<std::size_t> findingNamed(const FindingsReport& report, const QString& id);

} // namespace murmur
