// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/injection.h"

#include "bus/connection.h"
#include "replay/jsonedit.h"
#include "replay/traps.h"

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QByteArray injectionBytes(const std::string& text)
{
    return QByteArray::fromStdString(text);
}

bool isHubUrl(const QUrl& url)
{
    return url.scheme() == "listen"_L1 || url.scheme() == "ws"_L1;
}

/// The object says its topic itself: it says the one to which it goes.
void renameTopic(OutgoingMessage& message)
{
    const std::string_view json{message.raw.constData(),
                                static_cast<std::size_t>(message.raw.size())};
    const auto members = sentmark::membersOf(json);
    const auto named = std::ranges::find_if(members, [json](const sentmark::Member& member) {
        return member.name(json) == "topic" && member.value(json).starts_with('"');
    });
    if (named == members.end())
        return;
    const std::string topic = nlohmann::json(message.topic.toStdString())
                                  .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    if (named->value(json) == topic)
        return;
    message.raw.replace(static_cast<qsizetype>(named->valueBegin),
                        static_cast<qsizetype>(named->end - named->valueBegin),
                        injectionBytes(topic));
}

bool looksLikeJson(const QByteArray& payload)
{
    const QByteArray trimmed = payload.trimmed();
    return trimmed.startsWith('{') || trimmed.startsWith('[');
}

bool differs(const InjectionDraft& draft, const OutgoingMessage& message)
{
    return message.raw != withoutMarks(draft.origin.raw);
}

} // namespace

InjectionDraft draftOf(const MessageDetail& message, const Dictionaries& names, const QUrl& target)
{
    InjectionDraft draft;
    draft.target = target;
    draft.topic = message.topicName.isEmpty() ? injectionBytes(names.topicName(message.row.topic))
                                              : message.topicName;
    draft.isBinary = (message.row.flags & Flag::Binary) != 0;
    OutgoingMessage out;
    out.raw = message.raw;
    StrippedTally stripped;
    // An answer to an inbox that is gone is refused by its topic.
    (void)Traps(target, {}).apply(message, false, out, stripped);
    removeMarks(out);
    draft.payload = out.raw;
    draft.headers = out.headers;
    draft.key = out.key;
    draft.correlation = out.correlation;
    draft.wantsReply = out.wantsReply || message.row.kind == Kind::Request;
    InjectionOrigin& origin = draft.origin;
    origin.seq = message.row.shownSeq();
    origin.time = toNs(message.row.time);
    origin.topic = draft.topic;
    origin.type = injectionBytes(names.typeName(message.row.type));
    origin.raw = message.raw;
    origin.flags = message.row.flags;
    origin.answeredBy = message.row.answeredBy;
    origin.answerLatency =
        message.row.answeredBy != 0 ? nanoseconds(message.row.latency) : nanoseconds(-1);
    TemplateMessage& spoken = draft.message;
    spoken.topic = draft.topic;
    spoken.from = injectionBytes(names.agentName(message.row.sender));
    spoken.id = message.ids[static_cast<std::size_t>(IdField::Message)];
    spoken.correlation = message.ids[static_cast<std::size_t>(IdField::Correlation)];
    spoken.replyTo = message.ids[static_cast<std::size_t>(IdField::ReplyTo)];
    spoken.payload = message.payload();
    spoken.headers = message.headers;
    draft.hasMessage = true;
    return draft;
}

Result<OutgoingMessage> messageOf(const InjectionDraft& draft, std::int64_t counter, TimePoint now,
                                  const SpokenReply& reply)
{
    TemplateInput input;
    input.counter = counter;
    input.now = now;
    input.message = draft.hasMessage ? &draft.message : nullptr;
    input.reply = reply.message;
    input.keepsReply = reply.isStillToCome;
    OutgoingMessage message;
    message.number = static_cast<std::uint64_t>(counter);
    auto topic = filled(draft.topic, input, false);
    if (!topic)
        return topic.error();
    message.topic = *topic;
    // Bytes that nobody typed may look like a variable.
    auto payload = draft.isBinary ? Result(draft.payload)
                                  : filled(draft.payload, input, looksLikeJson(draft.payload));
    if (!payload)
        return payload.error();
    message.raw = *payload;
    for (const auto& [name, value] : draft.headers) {
        auto made = filled(injectionBytes(value), input, false);
        if (!made)
            return made.error();
        message.headers.emplace_back(name, made->toStdString());
    }
    auto correlation = filled(draft.correlation, input, false);
    if (!correlation)
        return correlation.error();
    message.key = draft.key;
    message.correlation = *correlation;
    message.retain = draft.retain;
    message.isBinary = draft.isBinary;
    message.isTombstone = draft.isTombstone;
    message.wantsReply = draft.wantsReply;
    if (isHubUrl(draft.target) && !draft.isBinary && !message.topic.isEmpty())
        renameTopic(message);
    return message;
}

std::int64_t countOf(const InjectionRun& run)
{
    return run.sequence.empty() ? run.draft.repeat : static_cast<std::int64_t>(run.sequence.size());
}

const InjectionDraft& draftAt(const InjectionRun& run, std::int64_t number)
{
    return run.sequence.empty() ? run.draft
                                : run.sequence.at(static_cast<std::size_t>(number - 1)).draft;
}

Guards guardsOf(const InjectionRun& run, const PublisherTraits& traits)
{
    GuardWish wish;
    wish.target = run.draft.target;
    wish.environment = run.environment.value_or(Environment::None);
    if (!run.environment)
        wish.environment = environmentOf(run.draft.target);
    wish.hasTopics = traits.hasTopics;
    wish.sources = run.sources;
    for (std::int64_t number = 1; number <= countOf(run); ++number) {
        if (const QUrl bus = draftAt(run, number).origin.bus; !bus.isEmpty())
            wish.sources.push_back(bus);
        if (run.sequence.empty())
            break;
    }
    wish.heardTopics = run.heardTopics;
    wish.typedHost = run.typedHost;
    wish.toxic = run.toxic;
    return Guards(std::move(wish));
}

Result<PreparedInjection> prepared(const InjectionRun& run, const Guards& guards,
                                   const PublisherTraits& traits, std::int64_t counter,
                                   TimePoint now, const SpokenReply& reply)
{
    const InjectionDraft& draft = draftAt(run, counter);
    auto message = messageOf(draft, run.counted + counter, now, reply);
    if (!message)
        return message.error();
    message->number = static_cast<std::uint64_t>(counter);
    const InjectionOrigin& origin = draft.origin;
    const std::string headers = headersToBytes(message->headers);
    Outgoing candidate;
    candidate.topic = message->topic;
    candidate.recordedTopic = origin.topic;
    candidate.type = origin.type;
    candidate.raw = message->raw;
    candidate.headers = QByteArrayView(headers.data(), static_cast<qsizetype>(headers.size()));
    candidate.isAlone = countOf(run) <= 1;
    candidate.isPicked = candidate.isAlone;
    candidate.isEdited = origin.seq == 0 || differs(draft, *message);
    candidate.isOwn = origin.seq == 0;
    // Somebody chose this one: that we sent it before is no loop, what is missing in it is missing.
    candidate.flags = candidate.isAlone ? origin.flags & ~Flags(Injected | Replayed) : origin.flags;
    if (const auto refusal = guards.judge(candidate))
        return Error{ErrorCode::WrongUse, refusal->sentence};
    if (traits.hasRetain && message->retain && message->raw.isEmpty() && !message->isTombstone) {
        return Error{ErrorCode::WrongUse,
                     u"An empty retained message deletes the state of “%1”. Send it as a tombstone "
                     "(--tombstone) if that is meant."_s.arg(QString::fromUtf8(message->topic))};
    }
    if (traits.mostBytes > 0 && message->raw.size() > traits.mostBytes) {
        return Error{ErrorCode::WrongUse,
                     u"The message has %1; %2 takes %3 at most."_s.arg(
                         bytesText(message->raw.size()), shownUrl(run.draft.target),
                         bytesText(traits.mostBytes))};
    }
    PreparedInjection ready;
    ready.message = std::move(*message);
    const SentMark mark{false, run.id, origin.time, origin.seq};
    ready.mark = writeMark(ready.message, traits, mark);
    return ready;
}

Result<std::vector<PreparedInjection>> preparedAll(const InjectionRun& run, const Guards& guards,
                                                   const PublisherTraits& traits, TimePoint now)
{
    std::vector<PreparedInjection> all;
    const std::int64_t count = run.sequence.empty() ? 1 : countOf(run);
    for (std::int64_t number = 1; number <= count; ++number) {
        if (draftAt(run, number).wantsReply && !traits.hasReplies) {
            return Error{
                ErrorCode::WrongUse,
                u"%1 gives nobody an inbox for a reply. Send without waiting for one, and "
                "look for the answer in what is recorded."_s.arg(shownUrl(run.draft.target))};
        }
        auto ready = prepared(run, guards, traits, number, now, {nullptr, number > 1});
        if (!ready)
            return count == 1 ? ready.error()
                              : Error{ready.error().code,
                                      u"Message %1: %2"_s.arg(number).arg(ready.error().message)};
        all.push_back(std::move(*ready));
    }
    return all;
}

QString shellWord(const QString& text)
{
    static constexpr QStringView kSafe = u"_-./:=@,+%";
    const bool isPlain = !text.isEmpty() && std::ranges::all_of(text, [](QChar c) {
        return (c.isLetterOrNumber() && c.unicode() < 128) || kSafe.contains(c);
    });
    if (isPlain)
        return text;
    QString quoted = text;
    return u'\'' + quoted.replace(u'\'', u"'\\''"_s) + u'\'';
}

QString injectCommand(const InjectionDraft& draft)
{
    QStringList words{u"murmur"_s, u"inject"_s, u"--to"_s, shellWord(shownUrl(draft.target))};
    const auto add = [&words](const char* option, const QString& value) {
        words << QString::fromLatin1(option) << shellWord(value);
    };
    const auto duration = [](nanoseconds length) {
        return u"%1ms"_s.arg(std::chrono::duration_cast<std::chrono::milliseconds>(length).count());
    };
    add("--topic", QString::fromUtf8(draft.topic));
    const bool speaksOfMessage =
        draft.payload.contains("{{message.") || draft.payload.contains("{{ message.");
    if (draft.origin.seq != 0 && !draft.origin.recording.isEmpty() &&
        (speaksOfMessage || draft.payload == withoutMarks(draft.origin.raw))) {
        words << u"--from"_s << shellWord(draft.origin.recording)
              << QString::number(draft.origin.seq);
    }
    if (!draft.isTombstone && (draft.origin.seq == 0 || draft.origin.recording.isEmpty() ||
                               draft.payload != withoutMarks(draft.origin.raw)))
        add("--payload", QString::fromUtf8(draft.payload));
    for (const auto& [name, value] : draft.headers)
        add("--header", QString::fromStdString(name + '=' + value));
    if (!draft.key.isNull())
        add("--key", QString::fromUtf8(draft.key));
    if (!draft.correlation.isEmpty())
        add("--correlation", QString::fromUtf8(draft.correlation));
    if (draft.retain)
        words << u"--retain"_s;
    if (draft.isBinary)
        words << u"--binary"_s;
    if (draft.isTombstone)
        words << u"--tombstone"_s;
    if (draft.repeat > 1) {
        add("--repeat", QString::number(draft.repeat));
        add("--rate", QString::number(draft.rate, 'g', 6));
    }
    if (draft.wantsReply)
        add("--expect-reply", duration(draft.replyWait));
    words << u"--arm"_s;
    return words.join(u' ');
}

} // namespace murmur
