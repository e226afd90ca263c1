// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "replay/guards.h"
#include "replay/jsonedit.h"
#include "replay/mark.h"
#include "replay/orderedmessages.h"
#include "replay/remap.h"
#include "replay/renewal.h"
#include "replay/replayitem.h"
#include "replay/traps.h"

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace murmur {

/// One `--set PATH=VALUE`.
struct FieldEdit
{
    JsonWay way;
    QByteArray value;         ///< JSON
    bool isInPayload = false; ///< the way begins in the payload, as filters see it
};
/// "payload.task.id=8813". WrongUse.
Result<FieldEdit> fieldEditFromText(const QString& text);

/// How messages are changed before they are sent again.
struct ReplayChanges
{
    Remap remap;
    TrapChoices traps;
    bool renewsIds = false;
    ReplayTimes times = ReplayTimes::Keep;
    std::vector<FieldEdit> edits;
    bool isPicked = false; ///< the person chose each message by itself
    bool isAlone = false;  ///< it is one, and goes out once
};

/// What becomes of the messages, counted: bounded, however many there are.
struct ReplayTally
{
    static constexpr std::size_t kMostTopics = 10'000;

    struct Refused
    {
        QString name;     ///< of the guard, or "trap"
        QString sentence; ///< of the first
        Seq first = 0;
        std::int64_t count = 0;
    };
    std::int64_t messages = 0; ///< that can go out
    std::int64_t bytes = 0;
    std::map<QByteArray, std::int64_t> topics;
    std::int64_t otherTopics = 0; ///< messages whose topics are too many to list
    StrippedTally stripped;
    std::vector<Refused> refused;
    std::int64_t marks[3] = {}; ///< by MarkPlace
    std::int64_t oldIds = 0;    ///< no JSON: their ids are the old ones
    std::int64_t unedited = 0;  ///< a field could not be set
    std::int64_t added = 0;     ///< a field that was set was not there before

    [[nodiscard]] std::int64_t refusals() const;
    /// Adds what became of others, so many times.
    void add(const ReplayTally& other, std::int64_t times = 1);
};

/// Makes of recorded messages those that are sent: topic, traps, edits, guards, ids, mark. One
/// thread only.
class Preparation
{
public:
    Preparation(ReplayChanges changes, std::shared_ptr<const Guards> guards, PublisherTraits traits,
                std::shared_ptr<const Dictionaries> names, QByteArray job);

    /// Nothing: it is refused, and counted so.
    std::optional<ReplayItem> prepare(OrderedMessages::Item item);
    [[nodiscard]] const ReplayTally& tally() const { return m_tally; }
    /// What came since it was taken before.
    [[nodiscard]] ReplayTally takeTally() { return std::exchange(m_tally, {}); }

private:
    void edit(const MessageDetail& message, QByteArray& raw);
    void noteLostHeaders(const OutgoingMessage& out);
    static void nameTopic(OutgoingMessage& out);
    [[nodiscard]] bool isInboxAnswer(const MessageDetail& message, const QByteArray& topic) const;
    void refuse(const QString& name, const QString& sentence, Seq seq);
    void count(const OutgoingMessage& message);

    ReplayChanges m_changes;
    std::shared_ptr<const Guards> m_guards;
    PublisherTraits m_traits;
    std::shared_ptr<const Dictionaries> m_names;
    QByteArray m_job;
    Traps m_traps;
    IdRenewal m_renewal;
    bool m_isHub = false;
    ReplayTally m_tally;
};

} // namespace murmur
