// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What the writer stores beside the messages: gaps, lags and ticks, facts about the whole, names.

#include "codec/codecbook.h"
#include "recording/codec.h"
#include "recording/format.h"
#include "recording/schematable.h"
#include "recording/writer.h"

namespace murmur {

Status RecordingWriter::add(const Gap& gap)
{
    std::int64_t row = 0;
    return add(gap, row);
}

Status RecordingWriter::add(const Gap& gap, std::int64_t& row)
{
    if (auto status = begin(); !status)
        return status;
    Statement& statement = row == 0 ? m_insertGap : m_extendGap;
    if (row == 0)
        statement.bind(1, index(gap.connection))
            .bind(2, std::string_view(gap.topic))
            .bind(3, std::string_view(gap.cause))
            .bind(4, gap.from)
            .bind(5, gap.to)
            .bind(6, gap.count)
            .bind(7, lostIsName(gap.lostIs));
    else
        statement.bind(1, gap.to).bind(2, gap.count).bind(3, row);
    if (!statement.execute())
        return failure("write to");
    if (row == 0) {
        row = sqlite3_last_insert_rowid(m_database.handle());
        ++m_totals.gaps;
    }
    // What a subscriber of ours did not get is no loss of the recording.
    if (gap.cause != kSubscriberCut)
        m_totals.lost += gap.count;
    return Done{};
}

Status RecordingWriter::add(const Lag& lag)
{
    if (!m_lags.isNews(lag))
        return Done{};
    if (auto status = begin(); !status)
        return status;
    if (auto status = m_lags.add(m_database, lag); !status)
        return failure("write to");
    return Done{};
}

Status RecordingWriter::put(const StoredFindings& findings, std::string_view fact)
{
    if (auto status = begin(); !status)
        return status;
    if (auto status = m_findings.put(m_database, kFirstGeneration, findings); !status)
        return failure("write to");
    return storeMeta(kFindingsFact, fact);
}

Status RecordingWriter::addTick(std::int64_t time, double busQueue, double writerQueue)
{
    if (auto status = begin(); !status)
        return status;
    m_insertTick.bind(1, time)
        .bind(2, m_totals.last)
        .bindReal(3, busQueue)
        .bindReal(4, writerQueue);
    if (!m_insertTick.execute())
        return failure("write to");
    return Done{};
}

void RecordingWriter::setReceived(ConnectionId connection, std::int64_t received)
{
    if (index(connection) >= m_received.size())
        m_received.resize(index(connection) + 1);
    m_received[index(connection)] = received;
}

Status RecordingWriter::storeMeta(std::string_view key, std::int64_t value)
{
    if (auto status = begin(); !status)
        return status;
    if (!m_insertMeta.bind(1, key).bind(2, value).execute())
        return failure("write to");
    return Done{};
}

Status RecordingWriter::storeMeta(std::string_view key, std::string_view value)
{
    if (auto status = begin(); !status)
        return status;
    if (!m_insertMeta.bind(1, key).bind(2, value).execute())
        return failure("write to");
    return Done{};
}

Status RecordingWriter::storeDictionaries(bool all)
{
    const Dictionaries::Counts now = m_names.counts();
    const std::uint64_t labels = m_names.labelRevision();
    // Labels come with the first messages of each agent; once a second is often enough to store
    // them again.
    const bool relabel = labels != m_storedLabels && (all || ++m_commitsSinceLabels >= 10);
    bool good = true;
    for (std::uint32_t id = relabel ? 1 : std::max(1u, m_stored.agents); good && id < now.agents;
         ++id) {
        const AgentEntry entry = m_names.recordedAgent(AgentId(id));
        m_insertAgent.bind(1, id)
            .bind(2, std::string_view(entry.name))
            .bind(7, entry.provisional ? 1 : 0)
            .bind(8, index(entry.sameAs));
        for (std::size_t label = 0; label < kLabelCount; ++label) {
            const int place = 3 + static_cast<int>(label);
            if (entry.labels[label].empty())
                m_insertAgent.bindNull(place);
            else
                m_insertAgent.bind(place, std::string_view(entry.labels[label]));
        }
        good = m_insertAgent.execute();
    }
    if (relabel) {
        m_storedLabels = labels;
        m_commitsSinceLabels = 0;
    }
    for (std::uint32_t id = std::max(1u, m_stored.topics); good && id < now.topics; ++id)
        good = m_insertTopic.bind(1, id)
                   .bind(2, std::string_view(m_names.topicName(TopicId(id))))
                   .execute();
    for (std::uint32_t id = std::max(1u, m_stored.types); good && id < now.types; ++id)
        good = m_insertType.bind(1, id)
                   .bind(2, std::string_view(m_names.typeName(TypeId(id))))
                   .execute();
    for (std::uint32_t id = std::max(1u, m_stored.stateKeys); good && id < now.stateKeys; ++id)
        good = m_insertStateKey.bind(1, id)
                   .bind(2, std::string_view(m_names.stateKeyName(StateKeyId(id))))
                   .execute();
    for (std::uint32_t id = std::max(1u, m_stored.audiences); good && id < now.audiences; ++id) {
        std::string members;
        std::uint32_t before = 0;
        for (const AgentId member : m_names.receivers(AudienceId(id))) {
            appendVarint(members, index(member) - before);
            before = index(member);
        }
        good = m_insertAudience.bind(1, id).bindBlob(2, members).execute();
    }
    m_received.resize(std::max<std::size_t>(m_received.size(), now.connections));
    m_recorded.resize(std::max<std::size_t>(m_recorded.size(), now.connections));
    for (std::uint32_t id = 1; good && id < now.connections; ++id) {
        const ConnectionEntry entry = m_names.connectionEntry(ConnectionId(id));
        good = m_insertConnection.bind(1, id)
                   .bind(2, std::string_view(entry.url))
                   .bind(3, std::string_view(entry.name))
                   .bind(4, std::max(m_received[id], m_recorded[id]))
                   .bind(5, m_recorded[id])
                   .execute();
    }
    if (good && now.schemas > m_stored.schemas)
        good = storeSchemas(m_database, m_names.codecs().schemas(m_stored.schemas));
    if (!good)
        return failure("write to");
    m_stored = now;
    return Done{};
}

} // namespace murmur
