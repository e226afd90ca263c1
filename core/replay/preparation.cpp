// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/preparation.h"

#include "bus/jsonsax.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// Ids by which messages of one replay belong together. Not the reply address: that is a place.
constexpr std::array kRenewed{IdField::Message, IdField::Correlation, IdField::Trace,
                              IdField::Span,    IdField::ParentSpan,  IdField::Conversation};

std::vector<QByteArray> idsToRenew(const MessageDetail& message)
{
    std::vector<QByteArray> ids;
    for (const IdField field : kRenewed) {
        if (const QByteArray& id = message.ids[static_cast<std::size_t>(field)]; !id.isEmpty())
            ids.push_back(id);
    }
    return ids;
}

} // namespace

Result<FieldEdit> fieldEditFromText(const QString& text)
{
    const qsizetype cut = text.indexOf(u'=');
    if (cut < 1)
        return Error{ErrorCode::WrongUse,
                     u"\"%1\" sets nothing; write it like payload.task.id=8813."_s.arg(text)};
    FieldEdit edit;
    QString path = text.left(cut);
    edit.isInPayload = path.startsWith("payload."_L1) || path.startsWith("payload["_L1);
    if (edit.isInPayload)
        path = path.mid(path[7] == u'.' ? 8 : 7);
    auto way = jsonWayFromText(path);
    if (!way)
        return way.error();
    edit.way = std::move(*way);
    edit.value = jsonValueFromText(text.mid(cut + 1));
    return edit;
}

std::int64_t ReplayTally::refusals() const
{
    std::int64_t sum = 0;
    for (const Refused& one : refused)
        sum += one.count;
    return sum;
}

void ReplayTally::add(const ReplayTally& other, std::int64_t times)
{
    messages += other.messages * times;
    bytes += other.bytes * times;
    for (const auto& [topic, count] : other.topics) {
        const auto known = topics.find(topic);
        if (known != topics.end())
            known->second += count * times;
        else if (topics.size() < kMostTopics)
            topics.emplace(topic, count * times);
        else
            otherTopics += count * times;
    }
    otherTopics += other.otherTopics * times;
    for (const auto& [name, count] : other.stripped)
        stripped[name] += count * times;
    for (const Refused& one : other.refused) {
        const auto known = std::ranges::find(refused, one.name, &Refused::name);
        if (known != refused.end()) {
            known->count += one.count * times;
            continue;
        }
        refused.push_back(one);
        refused.back().count *= times;
    }
    for (std::size_t i = 0; i < std::size(marks); ++i)
        marks[i] += other.marks[i] * times;
    oldIds += other.oldIds * times;
    unedited += other.unedited * times;
    added += other.added * times;
}

Preparation::Preparation(ReplayChanges changes, std::shared_ptr<const Guards> guards,
                         PublisherTraits traits, std::shared_ptr<const Dictionaries> names,
                         QByteArray job)
    : m_changes(std::move(changes))
    , m_guards(std::move(guards))
    , m_traits(traits)
    , m_names(std::move(names))
    , m_job(std::move(job))
    , m_traps(m_guards->wish().target, m_changes.traps)
    , m_renewal(m_job)
    , m_isHub(isHubTarget(m_guards->wish().target))
{
}

// Guards see the message as it would go out, edits and topic included, but before our own mark: a
// mark that is there was there when it was heard.
std::optional<ReplayItem> Preparation::prepare(OrderedMessages::Item item)
{
    const MessageDetail& message = item.message;
    const QByteArray recorded =
        message.topicName.isEmpty()
            ? QByteArray::fromStdString(m_names->topicName(message.row.topic))
            : message.topicName;
    ReplayItem made;
    made.seq = message.row.seq;
    made.time = item.time;
    made.recorded = toNs(message.row.time);
    made.sent = message.row.sent;
    made.answeredBy = message.row.answeredBy;
    OutgoingMessage& out = made.message;
    out.topic = m_changes.remap.target(recorded);
    out.raw = message.raw;
    out.isBinary = (message.row.flags & Flag::Binary) != 0;
    if (const QString why =
            m_traps.apply(message, isInboxAnswer(message, recorded), out, m_tally.stripped);
        !why.isEmpty()) {
        refuse(u"trap"_s,
               u"A message on “%1” is not sent: %2."_s.arg(QString::fromUtf8(recorded), why),
               message.row.seq);
        return std::nullopt;
    }
    out.wantsReply = out.wantsReply && m_traits.hasReplies;
    edit(message, out.raw);
    const std::string headers = headersToBytes(out.headers);
    const QByteArray type = QByteArray::fromStdString(m_names->typeName(message.row.type));
    Outgoing candidate;
    candidate.topic = out.topic;
    candidate.recordedTopic = recorded;
    candidate.type = type;
    candidate.raw = out.raw;
    candidate.headers = QByteArrayView(headers.data(), static_cast<qsizetype>(headers.size()));
    candidate.flags = message.row.flags;
    candidate.isPicked = m_changes.isPicked;
    candidate.isAlone = m_changes.isAlone;
    if (const auto refusal = m_guards->judge(candidate)) {
        refuse(guardName(refusal->guard), refusal->sentence, message.row.seq);
        return std::nullopt;
    }
    if (m_isHub)
        nameTopic(out);
    if (m_changes.renewsIds && !m_renewal.apply(out, idsToRenew(message)))
        ++m_tally.oldIds;
    noteLostHeaders(out);
    const SentMark mark{true, QString::fromLatin1(m_job), made.recorded, message.row.shownSeq()};
    ++m_tally.marks[static_cast<std::size_t>(writeMark(out, m_traits, mark))];
    if (m_changes.times != ReplayTimes::Keep)
        made.times = findTimes(out, message.row.sent);
    count(out);
    return made;
}

/// What the bus cannot carry is told; notes of ours are for the publisher.
void Preparation::noteLostHeaders(const OutgoingMessage& out)
{
    const auto isOfSenders = [](const auto& header) {
        return !header.first.starts_with("murmur-") && !header.first.starts_with("redis-");
    };
    if (!m_traits.hasHeadersFor(out) && std::ranges::any_of(out.headers, isOfSenders))
        ++m_tally.stripped[u"headers, which this bus has not"_s];
}

/// Elsewhere a topic of that name is one like others.
bool Preparation::isInboxAnswer(const MessageDetail& message, const QByteArray& topic) const
{
    if (!topic.startsWith("_INBOX."))
        return false;
    const std::string url = m_names->connectionEntry(message.row.connection).url;
    return url.starts_with("nats:") || url.starts_with("tls:");
}

void Preparation::edit(const MessageDetail& message, QByteArray& raw)
{
    // Edits of the payload first: those of the whole may move it.
    bool isWhole = true;
    const bool hasPlace = message.payloadOffset >= 0 && message.payloadSize > 0 &&
                          message.payloadOffset + message.payloadSize <= raw.size();
    QByteArray payload = hasPlace ? raw.mid(message.payloadOffset, message.payloadSize) : raw;
    bool isChanged = false;
    bool isAdded = false;
    const auto set = [&](const FieldEdit& one, QByteArray& json) {
        auto edited = withJsonValue(json, one.way, one.value, &isAdded);
        isWhole = isWhole && edited.ok();
        if (edited)
            json = std::move(*edited);
    };
    for (const FieldEdit& one : m_changes.edits) {
        if (!one.isInPayload)
            continue;
        set(one, payload);
        isChanged = true;
    }
    if (isChanged)
        raw = hasPlace ? raw.left(message.payloadOffset) + payload +
                             raw.mid(message.payloadOffset + message.payloadSize)
                       : payload;
    for (const FieldEdit& one : m_changes.edits) {
        if (!one.isInPayload)
            set(one, raw);
    }
    if (!isWhole)
        ++m_tally.unedited;
    if (isAdded)
        ++m_tally.added;
}

// The hub puts what names no topic into an object of its own; agents would not find what they know.
void Preparation::nameTopic(OutgoingMessage& out)
{
    const JsonSummary summary =
        summarizeJson({out.raw.constData(), static_cast<std::size_t>(out.raw.size())});
    if (summary.shape != JsonSummary::Shape::Object || summary.hasTopic || !summary.op.empty() ||
        out.topic.startsWith('/'))
        return;
    const std::string topic = nlohmann::json(out.topic.toStdString())
                                  .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    if (auto named =
            withJsonValue(out.raw, {std::string("topic")}, QByteArray::fromStdString(topic)))
        out.raw = std::move(*named);
}

void Preparation::refuse(const QString& name, const QString& sentence, Seq seq)
{
    const auto known = std::ranges::find(m_tally.refused, name, &ReplayTally::Refused::name);
    if (known != m_tally.refused.end())
        ++known->count;
    else
        m_tally.refused.push_back({name, sentence, seq, 1});
}

void Preparation::count(const OutgoingMessage& message)
{
    ++m_tally.messages;
    m_tally.bytes += message.raw.size();
    const auto known = m_tally.topics.find(message.topic);
    if (known != m_tally.topics.end())
        ++known->second;
    else if (m_tally.topics.size() < ReplayTally::kMostTopics)
        m_tally.topics.emplace(message.topic, 1);
    else
        ++m_tally.otherTopics;
}

} // namespace murmur
