// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/interpreter.h"

#include "bus/sharedpeer.h"
#include "session/topicfamily.h"

#include <algorithm>

namespace murmur {

namespace {

/// Message ids by which a later message may name its cause; the oldest are forgotten.
constexpr std::size_t kRememberedIds = 200'000;
/// Names in one cache; beyond that (per-request inbox topics) it starts again.
constexpr std::size_t kCachedNames = 65'536;
constexpr std::size_t kMaxStates = 64;
constexpr std::size_t kMaxReason = 160;
constexpr std::size_t kMaxParents = 16;
/// Entries of a dictionary; what comes beyond is called "other", and its real name stands in the
/// block.
constexpr std::uint32_t kMaxTopics = 65'536;
constexpr std::uint32_t kMaxAgents = 65'536;
constexpr std::string_view kOther = "other";
/// Topics of one family that are told apart: as many as there may be devices with ids for names.
constexpr int kMaxOfFamily = 256;
/// What is kept of a message that is larger.
constexpr qsizetype kMaxRaw = qsizetype(64) << 20;
constexpr qsizetype kKeptOfLarge = qsizetype(64) << 10;

/// The beginning of a message that is too large to keep; its size and hash go with it.
HeardMessage beginningOf(const HeardMessage& message)
{
    HeardMessage kept = message;
    kept.raw = message.raw.left(kKeptOfLarge);
    kept.flags |= Truncated;
    const std::uint64_t hash =
        idHash({message.raw.constData(), static_cast<std::size_t>(message.raw.size())});
    HeaderList headers = headersFromBytes(
        {message.headers.constData(), static_cast<std::size_t>(message.headers.size())});
    headers.emplace_back("murmur-length", std::to_string(message.raw.size()));
    headers.emplace_back("murmur-xxh3", QByteArray::number(quint64(hash), 16).toStdString());
    kept.headers = QByteArray::fromStdString(headersToBytes(headers));
    return kept;
}

} // namespace

Interpreter::Interpreter(Dictionaries& names)
    : m_names(names)
    , m_byMessageId(kRememberedIds)
{
}

template<typename Id, typename Add>
Id Interpreter::cached(Names<Id>& cache, std::string_view name, Add add)
{
    if (name.empty())
        return Id{};
    const auto found = cache.find(name);
    if (found != cache.end())
        return found->second;
    if (cache.size() >= kCachedNames)
        cache.clear();
    const Id id = add(name);
    cache.emplace(name, id);
    return id;
}

void Interpreter::useDialects(std::vector<DialectRule> rules)
{
    m_namesConnections =
        std::ranges::any_of(rules, [](const DialectRule& rule) { return rule.user != nullptr; });
    m_chooser.use(std::move(rules));
}

std::string_view Interpreter::connectionName(ConnectionId id)
{
    if (m_connections.size() <= index(id)) {
        if (index(id) >= m_names.counts().connections)
            return {};
        m_connections.resize(index(id) + 1);
    }
    std::string& name = m_connections[index(id)];
    if (name.empty())
        name = m_names.connectionEntry(id).name;
    return name;
}

void Interpreter::rename(ConnectionId connection, std::shared_ptr<const Renames> renames)
{
    m_renames[index(connection)] = std::move(renames);
}

std::string_view Interpreter::agentNamed(std::string_view name)
{
    if (m_renamed == nullptr)
        return name;
    m_name = name;
    const auto renamed = m_renamed->agents.find(m_name);
    return renamed == m_renamed->agents.end() ? name : std::string_view(renamed->second);
}

std::string_view Interpreter::topicNamed(std::string_view name)
{
    if (m_renamed == nullptr || m_renamed->topicPrefix.empty() || name.empty())
        return name;
    m_name = m_renamed->topicPrefix;
    m_name += name;
    return m_name;
}

TextRef Interpreter::refTo(Chunk& chunk, std::string_view text, std::string_view message)
{
    if (text.empty())
        return {};
    const auto* begin = message.data();
    if (text.data() >= begin && text.data() + text.size() <= begin + message.size())
        return {static_cast<std::uint32_t>(text.data() - begin),
                static_cast<std::uint32_t>(text.size())};
    const TextRef ref{static_cast<std::uint32_t>(chunk.columns.text.size()) | kInText,
                      static_cast<std::uint32_t>(text.size())};
    chunk.columns.text += text;
    return ref;
}

TopicId Interpreter::topicOf(std::string_view name, RealNames& real, std::size_t row)
{
    if (name.empty())
        return TopicId{};
    // A row may be given a topic twice, by the bus and by its dialect: the last one holds.
    if (!real.rows.empty() && real.rows.back() == row) {
        real.rows.pop_back();
        real.ends.pop_back();
        real.text.resize(real.ends.empty() ? 0 : real.ends.back());
    }
    const auto known = m_topics.find(name);
    if (known != m_topics.end())
        return known->second;
    const auto own = [&] {
        return cached(m_topics, name, [this](std::string_view n) { return m_names.topic(n); });
    };
    if (index(m_names.findTopic(name)) != 0)
        return own();
    const std::string family = topicFamily(name);
    const bool isFull = m_names.counts().topics + 1 >= kMaxTopics;
    if (!isFull && (family.empty() || (!isInbox(name) && ++m_families[family] <= kMaxOfFamily)))
        return own();
    const std::string_view shared =
        family.empty() || (isFull && index(m_names.findTopic(family)) == 0)
            ? kOther
            : std::string_view(family);
    real.add(static_cast<std::uint32_t>(row), name);
    return cached(m_topics, shared, [this](std::string_view n) { return m_names.topic(n); });
}

AgentId Interpreter::agentOf(std::string_view name, bool provisional)
{
    return cached(m_agents, name, [&](std::string_view n) {
        const bool isFull = m_names.counts().agents + 1 >= kMaxAgents;
        return isFull && index(m_names.findAgent(n)) == 0 ? m_names.agent(kOther, true)
                                                          : m_names.agent(n, provisional);
    });
}

void Interpreter::learnPeer(ConnectionId connection, std::string_view peerName, AgentId sender,
                            bool isNamed)
{
    if (peerName.empty() || index(sender) == 0 || isSharedPeer(peerName))
        return;
    if (m_peers.size() >= kCachedNames)
        m_peers.clear();
    Peer& peer = m_peers[idHash(peerName) + index(connection) * 0x9e37'79b9'7f4a'7c15ull];
    if (peer.isGateway)
        return;
    AgentId& known = isNamed ? peer.named : peer.provisional;
    if (known == sender)
        return;
    if (isNamed && index(known) != 0) {
        peer.isGateway = true;
        if (index(peer.provisional) != 0)
            m_names.setSameAs(peer.provisional, AgentId{});
        return;
    }
    known = sender;
    if (index(peer.named) != 0 && index(peer.provisional) != 0)
        m_names.setSameAs(peer.provisional, peer.named);
}

void Interpreter::linkCauses(Seq seq, Seq request, std::uint64_t id, Columns& columns)
{
    const auto row = static_cast<std::uint32_t>(columns.closes.size() - 1);
    const std::vector<std::string_view>& parents = m_interpretation.parents;
    for (std::size_t i = 0; i < parents.size() && i < kMaxParents; ++i) {
        const std::uint64_t parent = idHash(parents[i]);
        const Seq cause = m_byMessageId.find(parent);
        if (cause == 0)
            m_effects.wait(parent, {seq, columns.time.back(), m_sender});
        else if (cause != request)
            columns.causes.push_back({row, cause, Grade::Stated});
    }
    if (id == 0 || !m_byMessageId.add(id, seq))
        return;
    for (const EarlyEffects::Effect& effect : m_effects.take(id)) {
        if (effect.seq != seq)
            columns.late.push_back(
                {row, LateFact::What::Effect, effect.seq, effect.time, index(effect.sender), -1});
    }
}

std::string_view Interpreter::addBytes(const HeardMessage& message, Seq seq, Chunk& chunk)
{
    if (chunk.columns.size() == 0)
        chunk.columns.first = seq;
    const auto rawSize = static_cast<std::size_t>(message.raw.size());
    const auto headerSize = static_cast<std::size_t>(message.headers.size());
    const std::size_t offset = chunk.bytes.size();
    if (chunk.bytes.capacity() < offset + rawSize + headerSize + kPadding)
        chunk.bytes.reserve(
            std::max(chunk.bytes.capacity() * 2, offset + rawSize + headerSize + kPadding));
    chunk.bytes.append(message.raw.constData(), rawSize);
    chunk.bytes.append(message.headers.constData(), headerSize);
    chunk.byteOffset.push_back(static_cast<std::uint32_t>(offset));
    return {chunk.bytes.data() + offset, rawSize + headerSize};
}

void Interpreter::addHeard(const HeardMessage& message, TopicId topic, std::int64_t sent,
                           Columns& columns)
{
    const bool stated = message.stated != kNoTime;
    columns.received.push_back(message.received);
    columns.time.push_back(stated ? message.stated : message.received);
    columns.sent.push_back(sent);
    columns.connection.push_back(index(message.connection));
    columns.topic.push_back(index(topic));
    columns.rawSize.push_back(static_cast<std::uint32_t>(message.raw.size()));
    columns.headerSize.push_back(static_cast<std::uint32_t>(message.headers.size()));
}

void Interpreter::hear(const HeardMessage& given, Seq seq, Chunk& chunk)
{
    if (given.raw.size() > kMaxRaw) {
        hear(beginningOf(given), seq, chunk);
        return;
    }
    const HeardMessage& message = given;
    Columns& columns = chunk.columns;
    const std::size_t row = columns.size();
    addBytes(message, seq, chunk);
    const std::string_view name{message.topic.constData(),
                                static_cast<std::size_t>(message.topic.size())};
    addHeard(message, topicOf(name, columns.topicNames, row), kNoTime, columns);
    Flags flags = message.flags;
    std::string_view reason;
    if (!message.undecodable.isEmpty()) {
        flags |= Undecoded;
        reason = {message.undecodable.constData(),
                  std::min(static_cast<std::size_t>(message.undecodable.size()), kMaxReason)};
    }
    columns.flags.push_back(flags | Unread);
    columns.readFlags.push_back(Unread);
    for (IdColumn& id : columns.ids) {
        id.hash.push_back(0);
        id.text.push_back({});
    }
    columns.closes.push_back(0);
    columns.latency.push_back(-1);
    // Who spoke is for the dialect to say; the peer is kept for it.
    columns.sender.push_back(0);
    if (!message.peer.isEmpty())
        columns.senderNames.add(
            static_cast<std::uint32_t>(row),
            {message.peer.constData(), static_cast<std::size_t>(message.peer.size())});
    columns.audience.push_back(0);
    columns.kind.push_back(static_cast<std::uint8_t>(Kind::Event));
    columns.type.push_back(
        index(cached(m_types, reason, [this](std::string_view n) { return m_names.type(n); })));
    columns.payloadOffset.push_back(0);
    columns.payloadSize.push_back(static_cast<std::uint32_t>(message.raw.size()));
    columns.sequence.push_back(kNoTime);
    chunk.isUnread = true;
}

void Interpreter::interpret(const HeardMessage& given, Chunk& chunk)
{
    if (given.raw.size() > kMaxRaw) {
        interpret(beginningOf(given), chunk);
        return;
    }
    const HeardMessage& message = given;
    Columns& columns = chunk.columns;
    const Seq seq = m_next++;
    const std::size_t row = columns.size();
    const auto rawSize = static_cast<std::size_t>(message.raw.size());
    // The dialect reads from the copy that will be stored.
    const std::string_view bytes = addBytes(message, seq, chunk);

    MessageView view;
    view.topic = {message.topic.constData(), static_cast<std::size_t>(message.topic.size())};
    view.raw = bytes.substr(0, rawSize);
    view.headers = bytes.substr(rawSize);
    view.peer = {message.peer.constData(), static_cast<std::size_t>(message.peer.size())};
    view.flags = message.flags;
    if (m_namesConnections)
        view.connection = connectionName(message.connection);
    const auto renames = m_renames.find(index(message.connection));
    m_renamed = renames == m_renames.end() ? nullptr : renames->second.get();
    TopicId topic = topicOf(topicNamed(view.topic), columns.topicNames, row);

    m_interpretation.clear();
    Flags flags = message.flags;
    if (message.undecodable.isEmpty())
        m_chooser.interpret(index(message.connection), index(topic), view, m_interpretation);
    Interpretation& read = m_interpretation;
    if (!message.undecodable.isEmpty())
        read.undecodable = {message.undecodable.constData(),
                            static_cast<std::size_t>(message.undecodable.size())};
    Flags readFlags = 0;
    if (!read.undecodable.empty()) {
        flags |= Undecoded;
        readFlags = message.undecodable.isEmpty() ? Flags(Undecoded) : 0;
        // The reason stands where the type would: it is what can be said of such a message, and can
        // be counted and filtered.
        if (read.type.empty())
            read.type = read.undecodable.substr(0, kMaxReason);
    }
    if (!read.topic.empty())
        topic = topicOf(topicNamed(read.topic), columns.topicNames, row);

    const std::string_view senderName =
        read.sender.empty() ? agentNamed(view.peer) : agentNamed(read.sender);
    const AgentId sender = agentOf(senderName, read.sender.empty());
    learnPeer(message.connection, view.peer, sender, !read.sender.empty());
    if (index(sender) + 1 >= kMaxAgents)
        columns.senderNames.add(static_cast<std::uint32_t>(row), senderName);
    for (std::size_t label = 0; label < kLabelCount && index(sender) != 0; ++label) {
        if (read.labels[label].empty())
            continue;
        std::string& known = m_labels[index(sender)][label];
        if (known != read.labels[label]) {
            known = read.labels[label];
            m_names.setLabel(sender, static_cast<Label>(label), known);
        }
    }
    AudienceId audience{};
    if (!read.receivers.empty()) {
        std::vector<AgentId> receivers;
        receivers.reserve(read.receivers.size());
        for (const std::string_view name : read.receivers) {
            if (!name.empty())
                receivers.push_back(agentOf(agentNamed(name), false));
        }
        if (receivers.size() == 1) {
            AudienceId& single = m_singles[index(receivers.front())];
            if (index(single) == 0)
                single = m_names.audience(receivers);
            audience = single;
        } else {
            audience = m_names.audience(std::move(receivers));
        }
    }

    addHeard(message, topic, read.sent, columns);

    std::array<std::uint64_t, kIdFieldCount> hashes{};
    for (std::size_t field = 0; field < kIdFieldCount; ++field) {
        const std::string_view text = read.ids[field];
        hashes[field] = idHash(text);
        columns.ids[field].hash.push_back(columnHash(hashes[field]));
        columns.ids[field].text.push_back(refTo(chunk, text, bytes));
    }
    const auto hashOf = [&](IdField field) { return hashes[static_cast<std::size_t>(field)]; };
    m_byMessageId.prefetch(hashOf(IdField::Message));

    CallPairing::Message call;
    call.seq = seq;
    call.time = columns.time.back();
    call.sent = columns.sent.back();
    call.kind = read.kind;
    call.sender = sender;
    call.correlation = hashOf(IdField::Correlation);
    call.id = hashOf(IdField::Message);
    call.replyTo = hashOf(IdField::ReplyTo);
    call.topic = idHash(read.topic.empty() ? view.topic : read.topic);
    const CallPairing::Match match = m_pairing.pass(call);
    if (match.isReply && read.kind == Kind::Event)
        read.kind = Kind::Reply;
    m_sender = sender;
    columns.closes.push_back(match.request);
    columns.latency.push_back(match.latency);
    for (const CallPairing::Match::Answer& answer : match.early)
        columns.late.push_back({static_cast<std::uint32_t>(row), LateFact::What::Answer, answer.seq,
                                answer.time, index(answer.sender), answer.latency});
    if (match.request != 0)
        columns.causes.push_back({static_cast<std::uint32_t>(row), match.request, Grade::Carried});
    linkCauses(seq, match.request, hashOf(IdField::Message), columns);
    columns.flags.push_back(flags);
    columns.readFlags.push_back(readFlags);
    columns.sender.push_back(index(sender));
    columns.audience.push_back(index(audience));
    columns.kind.push_back(static_cast<std::uint8_t>(read.kind));
    columns.type.push_back(index(
        cached(m_types, read.type, [this](std::string_view name) { return m_names.type(name); })));
    const std::string_view payload = read.payload.data() != nullptr ? read.payload : view.raw;
    columns.payloadOffset.push_back(static_cast<std::uint32_t>(payload.data() - bytes.data()));
    columns.payloadSize.push_back(static_cast<std::uint32_t>(payload.size()));
    columns.sequence.push_back(read.sequence);
    if (read.kind == Kind::State && index(sender) != 0) {
        for (std::size_t i = 0; i < read.state.size() && i < kMaxStates; ++i) {
            const StateKeyId key =
                cached(m_stateKeys, read.state[i].key,
                       [this](std::string_view name) { return m_names.stateKey(name); });
            columns.states.push_back({static_cast<std::uint32_t>(row), sender, key,
                                      refTo(chunk, read.state[i].value, bytes)});
        }
    }
}

} // namespace murmur
