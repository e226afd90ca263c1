// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/jobs.h"
#include "session/recordingset.h"

#include <QFileInfo>

#include <algorithm>
#include <map>

namespace murmur {

namespace {

/// A Seq of one recording that has to become the session's. Sorted by time, so that each stretch of
/// the session is looked into once.
struct Pending
{
    Seq* seq = nullptr;
    std::uint32_t part = 0;
    std::int64_t time = kNoTime;
};

template<typename T>
void append(std::vector<T>& to, std::vector<T>&& from)
{
    std::ranges::move(from, std::back_inserter(to));
}

void keepNewest(std::vector<StateValue>& values)
{
    std::ranges::stable_sort(values, [](const StateValue& a, const StateValue& b) {
        return a.key != b.key ? a.key < b.key
                              : std::pair(a.since, a.setBy) > std::pair(b.since, b.setBy);
    });
    const auto same =
        std::unique(values.begin(), values.end(),
                    [](const StateValue& a, const StateValue& b) { return a.key == b.key; });
    values.erase(same, values.end());
}

class StateUnion
{
public:
    /// Takes the state that one recording knows, with its own ids, Seqs and times.
    void add(StateSlice&& slice, const Member& member, std::uint32_t part)
    {
        for (AgentState& own : slice.agents) {
            own.agent = AgentId(NameMap::at(member.map.agents, index(own.agent)));
            for (std::int64_t* time : {&own.firstSeen, &own.lastSent, &own.lastReceived})
                *time = movedTime(*time, member.offset);
            for (auto* calls : {&own.waitingFor, &own.owes}) {
                for (OpenCall& call : *calls) {
                    call.other = AgentId(NameMap::at(member.map.agents, index(call.other)));
                    call.since = movedTime(call.since, member.offset);
                }
            }
            for (StateValue& value : own.values) {
                value.key = StateKeyId(NameMap::at(member.map.stateKeys, index(value.key)));
                value.since = movedTime(value.since, member.offset);
            }
            m_parts.emplace(index(own.agent), std::pair(part, std::move(own)));
        }
    }

    std::vector<AgentState> take(BlockReader& reader)
    {
        mapSeqs(reader);
        std::vector<AgentState> all;
        for (auto& [id, known] : m_parts) {
            AgentState& own = known.second;
            if (all.empty() || all.back().agent != own.agent)
                all.push_back(std::move(own));
            else
                joinState(all.back(), std::move(own));
        }
        for (AgentState& agent : all)
            settleState(agent);
        return all;
    }

private:
    void mapSeqs(BlockReader& reader)
    {
        std::vector<Pending> wanted;
        for (auto& [id, known] : m_parts) {
            auto& [part, own] = known;
            wanted.push_back({&own.lastSentSeq, part, own.lastSent});
            wanted.push_back({&own.lastReceivedSeq, part, own.lastReceived});
            for (auto* calls : {&own.waitingFor, &own.owes}) {
                for (OpenCall& call : *calls)
                    wanted.push_back({&call.request, part, call.since});
            }
            for (StateValue& value : own.values)
                wanted.push_back({&value.setBy, part, value.since});
        }
        std::ranges::sort(wanted, {}, &Pending::time);
        for (const Pending& one : wanted) {
            if (*one.seq != 0)
                *one.seq = reader.seqOf(one.part, *one.seq, one.time);
        }
    }

    std::multimap<std::uint32_t, std::pair<std::uint32_t, AgentState>> m_parts; ///< by agent
};

} // namespace

void joinState(AgentState& agent, AgentState&& other)
{
    // Alive where any recorder hears it.
    if (other.liveness == Liveness::Alive || agent.liveness == Liveness::Unseen)
        agent.liveness = other.liveness;
    if (agent.firstSeen == kNoTime ||
        (other.firstSeen != kNoTime && other.firstSeen < agent.firstSeen))
        agent.firstSeen = other.firstSeen;
    if (other.lastSent > agent.lastSent) { // kNoTime is less than every time
        agent.lastSent = other.lastSent;
        agent.lastSentSeq = other.lastSentSeq;
    }
    if (other.lastReceived > agent.lastReceived) {
        agent.lastReceived = other.lastReceived;
        agent.lastReceivedSeq = other.lastReceivedSeq;
    }
    if (agent.usualGap == 0 || (other.usualGap != 0 && other.usualGap < agent.usualGap))
        agent.usualGap = other.usualGap;
    agent.sent += other.sent;
    agent.received += other.received;
    agent.errors += other.errors;
    append(agent.waitingFor, std::move(other.waitingFor));
    append(agent.owes, std::move(other.owes));
    append(agent.values, std::move(other.values));
}

void settleState(AgentState& agent)
{
    for (auto* calls : {&agent.waitingFor, &agent.owes})
        std::ranges::sort(*calls, {}, &OpenCall::request);
    keepNewest(agent.values);
}

Result<StateSlice> mergedStateJob(const Source& source, const StateRequest& request)
{
    StateUnion all;
    for (std::uint32_t part = 0; part < source.set->members.size(); ++part) {
        const Member& member = source.set->members[part];
        StateRequest own{fromNs(movedTime(toNs(request.at), -member.offset)), {}, request.stop};
        for (std::uint32_t id = 1; id < member.map.agents.size(); ++id) {
            if (std::ranges::find(request.withValues, AgentId(member.map.agents[id])) !=
                request.withValues.end())
                own.withValues.push_back(AgentId(id));
        }
        auto slice = stateJob(member.source, own);
        if (!slice)
            return slice.error();
        all.add(std::move(*slice), member, part);
    }
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    return StateSlice{request.at, all.take(view->reader())};
}

Result<Seq> seqNamedJob(const Source& source, const QString& text)
{
    const qsizetype colon = text.lastIndexOf(u':');
    const QString label = text.left(std::max<qsizetype>(0, colon)).trimmed();
    bool isNumber = false;
    const Seq own = text.mid(colon + 1).trimmed().toLongLong(&isNumber);
    const QString path = source.pool->path();
    const auto none = [&] {
        return Error{ErrorCode::NotFound,
                     QStringLiteral("There is no message %1 in %2.")
                         .arg(text, source.set ? QStringLiteral("this session") : path)};
    };
    if (!isNumber || own < 1)
        return Error{ErrorCode::WrongUse,
                     QStringLiteral("\"%1\" names no message; write its number, or for example "
                                    "north:1234 where several recordings are open.")
                         .arg(text)};
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    BlockReader& reader = view->reader();
    if (!source.set && !label.isEmpty() && label != QFileInfo(path).completeBaseName())
        return none();
    if (!source.set || (source.set->isJoined && label.isEmpty()))
        return own <= view->last() ? Result<Seq>(own) : Result<Seq>(none());
    Seq found = 0;
    QStringList names;
    QStringList known;
    for (std::uint32_t part = 0; part < source.set->members.size(); ++part) {
        const Member& member = source.set->members[part];
        known << member.label;
        if (!label.isEmpty() && label != member.label)
            continue;
        if (const Seq seq = reader.seqOf(part, own); seq != 0) {
            found = seq;
            names << QStringLiteral("%1:%2").arg(member.label).arg(own);
        }
    }
    if (!label.isEmpty() && !known.contains(label))
        return Error{ErrorCode::WrongUse, QStringLiteral("There is no recording \"%1\"; there are "
                                                         "%2.")
                                              .arg(label, known.join(QStringLiteral(", ")))};
    if (names.size() > 1)
        return Error{ErrorCode::WrongUse,
                     QStringLiteral("Several recordings have a message %1; write %2.")
                         .arg(own)
                         .arg(names.join(QStringLiteral(" or ")))};
    return found != 0 ? Result<Seq>(found) : Result<Seq>(none());
}

} // namespace murmur
