// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialect/aliastable.h"

#include "dialect/dialect.h"

namespace murmur {

namespace {

template<typename... Text>
constexpr auto keys(Text... text)
{
    return std::array<std::string_view, sizeof...(Text)>{text...};
}

constexpr auto kMessageKeys = keys("id", "messageId", "msgId", "eventId", "uuid", "Nats-Msg-Id");
constexpr auto kCorrelationKeys = keys("correlationId", "corrId", "requestId", "rpcId", "callId",
                                       "inReplyTo", "responseTo", "correlation");
constexpr auto kTraceKeys =
    keys("traceparent", "traceId", "executionId", "workflowRunId", "runId", "trace");
constexpr auto kSpanKeys = keys("spanId", "stepId", "runId");
constexpr auto kParentSpanKeys = keys("parentSpanId", "parentRunId", "parentStepId");
constexpr auto kConversationKeys =
    keys("conversationId", "sessionId", "threadId", "contextId", "room", "chatId", "conversation");
constexpr auto kReplyToKeys = keys("replyTo", "responseTopic", "responseChannel", "callback");
constexpr auto kParentKeys =
    keys("causationId", "parentId", "parentEventId", "parentMessageId", "triggeredBy");
constexpr auto kSenderKeys = keys("sender", "senderId", "from", "source", "agent", "agentName",
                                  "agentId", "origin", "producer", "publisher");
constexpr auto kReceiverKeys = keys("receiver", "receiverId", "receivers", "receiverIds", "to",
                                    "target", "recipient", "recipients", "destination", "dest");
constexpr auto kSequenceKeys = keys("seq", "sequence", "sequenceNumber", "seqNo",
                                    "emissionSequence", "offset", "index", "step");
constexpr auto kSentKeys =
    keys("timestamp", "ts", "time", "createdAt", "sentAt", "executedAt", "publishedAt");
constexpr auto kTopicKeys = keys("topic", "channel", "subject");
constexpr auto kTypeKeys = keys("type", "kind", "event", "eventType", "op", "action", "method",
                                "messageType", "msgType", "performative");
constexpr auto kKindKeys = keys("kind");
constexpr auto kSiteKeys = keys("site");
constexpr auto kCrewKeys = keys("crew");
constexpr auto kRoleKeys = keys("role");
constexpr auto kTenantKeys = keys("tenant", "tenantId", "appId", "org", "workspace");
constexpr auto kPayloadKeys = keys("payload", "data");
constexpr auto kErrorKeys = keys("error");
constexpr auto kStateKeys = keys("state");
constexpr auto kContainerKeys =
    keys("metadata", "meta", "headers", "header", "envelope", "context", "data");

constexpr std::array<AliasRule, kTargetCount> kAliasRules{{
    {Target::Message, kMessageKeys},
    {Target::Correlation, kCorrelationKeys},
    {Target::Trace, kTraceKeys},
    {Target::Span, kSpanKeys},
    {Target::ParentSpan, kParentSpanKeys},
    {Target::Conversation, kConversationKeys},
    {Target::ReplyTo, kReplyToKeys},
    {Target::Parents, kParentKeys},
    {Target::Sender, kSenderKeys},
    {Target::Receivers, kReceiverKeys},
    {Target::Sequence, kSequenceKeys},
    {Target::Sent, kSentKeys},
    {Target::Topic, kTopicKeys},
    {Target::Type, kTypeKeys},
    {Target::Kind, kKindKeys},
    {Target::Site, kSiteKeys},
    {Target::Crew, kCrewKeys},
    {Target::Role, kRoleKeys},
    {Target::Tenant, kTenantKeys},
    {Target::Payload, kPayloadKeys},
    {Target::Error, kErrorKeys},
    {Target::State, kStateKeys},
    {Target::Container, kContainerKeys},
}};

// The names of our own kinds count as words too. "event" is left out on purpose: in "error_event"
// it says nothing.
constexpr std::array kKindWords = std::to_array<KindWord>({
    {"request", Kind::Request},     {"requested", Kind::Request},  {"invoke", Kind::Request},
    {"call", Kind::Request},        {"query", Kind::Request},      {"ask", Kind::Request},
    {"get", Kind::Request},         {"queryref", Kind::Request},   {"command", Kind::Command},
    {"cmd", Kind::Command},         {"set", Kind::Command},        {"cancel", Kind::Command},
    {"stop", Kind::Command},        {"start", Kind::Command},      {"move", Kind::Command},
    {"execute", Kind::Command},     {"assign", Kind::Command},     {"reply", Kind::Reply},
    {"response", Kind::Reply},      {"result", Kind::Reply},       {"answer", Kind::Reply},
    {"completed", Kind::Reply},     {"finished", Kind::Reply},     {"done", Kind::Reply},
    {"ack", Kind::Reply},           {"inform", Kind::Reply},       {"agree", Kind::Reply},
    {"error", Kind::Error},         {"failed", Kind::Error},       {"failure", Kind::Error},
    {"exception", Kind::Error},     {"nack", Kind::Error},         {"rejected", Kind::Error},
    {"timeout", Kind::Error},       {"refuse", Kind::Error},       {"notunderstood", Kind::Error},
    {"heartbeat", Kind::Heartbeat}, {"ping", Kind::Heartbeat},     {"pong", Kind::Heartbeat},
    {"alive", Kind::Heartbeat},     {"presence", Kind::Heartbeat}, {"hb", Kind::Heartbeat},
    {"state", Kind::State},         {"status", Kind::State},       {"snapshot", Kind::State},
    {"update", Kind::State},        {"updated", Kind::State},      {"checkpoint", Kind::State},
    {"stage", Kind::State},         {"progress", Kind::State},     {"chunk", Kind::Chunk},
    {"control", Kind::Control},     {"marker", Kind::Marker},
});

constexpr auto buildMeanings()
{
    PackedKeyTable<KeyMeaning, 512> table;
    for (const AliasRule& rule : kAliasRules) {
        std::uint8_t rank = 0;
        for (const std::string_view key : rule.keys) {
            KeyMeaning& meaning = table[packKey(key)];
            meaning.hits[meaning.count++] = {rule.target, rank++};
        }
    }
    return table;
}
constexpr auto kMeanings = buildMeanings();

constexpr auto buildWords()
{
    PackedKeyTable<Kind, 256> table;
    for (const KindWord& word : kKindWords)
        table[packKey(word.word)] = word.kind;
    return table;
}
constexpr auto kWords = buildWords();

constexpr bool isSeparator(char c) noexcept
{
    return c == '.' || c == '_' || c == '-' || c == '/' || c == ':' || c == ' ';
}
constexpr bool isUpper(char c) noexcept
{
    return c >= 'A' && c <= 'Z';
}
constexpr bool isLower(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// True when a new word begins at `i`: "taskDone" and "HTTPRequest" have two.
constexpr bool isHump(std::string_view text, std::size_t i) noexcept
{
    if (i == 0 || !isUpper(text[i]))
        return false;
    return isLower(text[i - 1]) ||
           (isUpper(text[i - 1]) && i + 1 < text.size() && isLower(text[i + 1]));
}

} // namespace

std::span<const AliasRule> aliasRules() noexcept
{
    return kAliasRules;
}

const KeyMeaning* meaningOf(PackedKey key) noexcept
{
    return kMeanings.find(key);
}

std::span<const KindWord> kindWords() noexcept
{
    return kKindWords;
}

std::optional<Kind> kindFromWordsIfKnown(std::string_view words) noexcept
{
    // A hostile "type" of a megabyte need not be read to its first word.
    constexpr std::size_t kLongest = 256;
    if (words.size() > kLongest)
        words.remove_prefix(words.size() - kLongest);
    if (const Kind* whole = kWords.find(packKey(words))) // "not-understood" is one word of FIPA
        return *whole;
    std::size_t end = words.size();
    while (end > 0) {
        if (isSeparator(words[end - 1])) {
            --end;
            continue;
        }
        std::size_t begin = end - 1;
        while (begin > 0 && !isSeparator(words[begin - 1]) && !isHump(words, begin))
            --begin;
        if (const Kind* kind = kWords.find(packKey(words.substr(begin, end - begin))))
            return *kind;
        end = begin;
    }
    return std::nullopt;
}

Kind kindFromWords(std::string_view words) noexcept
{
    return kindFromWordsIfKnown(words).value_or(Kind::Event);
}

} // namespace murmur
