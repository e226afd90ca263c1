// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/transcriptjob.h"

#include "llm/callreader.h"
#include "session/jobs.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QtConcurrent>

#include <algorithm>
#include <unordered_set>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// Of prompts, answers and images kept in memory.
constexpr std::size_t kMostText = std::size_t{192} << 20;
constexpr std::size_t kPage = 2000;

/// The value in an expression, with nothing in it that means something there.
QString quotedValue(const QString& value)
{
    QString escaped;
    for (const QChar c : value) {
        if (c == u'\\' || c == u'"' || c == u'*' || c == u'?')
            escaped += u'\\';
        escaped += c;
    }
    return u'"' + escaped + u'"';
}

struct TranscriptScope
{
    QString expression;
    std::string name; ///< of the conversation; empty: it is an agent's
};

std::string nameOf(const Dictionaries& names, AgentId agent)
{
    return index(agent) == 0 ? std::string() : names.agentName(names.resolved(agent));
}

TranscriptPiece pieceOf(const MessageDetail& message, ModelCall call, const Dictionaries& names)
{
    TranscriptPiece piece;
    piece.seq = message.row.seq;
    piece.time = toNs(message.row.time);
    piece.from = nameOf(names, message.row.sender);
    const auto receivers = names.receivers(message.row.audience);
    if (!receivers.empty())
        piece.to = nameOf(names, receivers.front());
    piece.kind = message.row.kind;
    piece.key = message.ids[static_cast<std::size_t>(IdField::Correlation)].toStdString();
    piece.closes = message.row.closes;
    piece.call = std::move(call);
    return piece;
}

std::size_t textSize(const ModelCall& call)
{
    std::size_t size = 0;
    for (const auto* messages : {&call.prompt, &call.answer}) {
        for (const ModelMessage& message : *messages)
            for (const ModelPart& part : message.parts)
                size += part.text.size() + sizeof(ModelPart);
    }
    return size;
}

std::optional<ModelCall> callOf(CallReader& reader, const MessageDetail& message)
{
    const std::string_view raw(message.raw.constData(),
                               static_cast<std::size_t>(message.raw.size()));
    const auto offset = static_cast<std::size_t>(std::max<qsizetype>(0, message.payloadOffset));
    const auto size = static_cast<std::size_t>(std::max<qsizetype>(0, message.payloadSize));
    return reader.read(raw, offset <= raw.size() ? raw.substr(offset, size) : std::string_view(),
                       message.row.kind);
}

/// What failed tells of no model, but why one did not answer.
std::optional<ModelCall> failureOf(const MessageDetail& message,
                                   const std::unordered_set<Seq>& asked)
{
    constexpr qsizetype kLongestReason = 4096;
    if (message.row.kind != Kind::Error || !asked.contains(message.row.closes))
        return {};
    const QByteArray text = message.payload().left(kLongestReason);
    const QJsonObject json = QJsonDocument::fromJson(text).object();
    const QJsonValue error = json.value("error"_L1);
    const QString reason = error.isString()   ? error.toString()
                           : error.isObject() ? error.toObject().value("message"_L1).toString()
                                              : json.value("message"_L1).toString();
    ModelCall call;
    call.share = ModelCall::Share::Answer;
    call.error = reason.isEmpty() ? QString::fromUtf8(text).toStdString() : reason.toStdString();
    return call;
}

/// What the calls of a message have in common with those around it.
TranscriptScope scopeOf(const MessageDetail& message, const Dictionaries& names)
{
    const auto id = [&](IdField field) { return message.ids[static_cast<std::size_t>(field)]; };
    if (const QByteArray conversation = id(IdField::Conversation); !conversation.isEmpty())
        return {u"conversation == "_s + quotedValue(QString::fromUtf8(conversation)),
                conversation.toStdString()};
    if (const QByteArray trace = id(IdField::Trace); !trace.isEmpty())
        return {u"trace == "_s + quotedValue(QString::fromUtf8(trace)), trace.toStdString()};
    CallReader reader;
    const auto call = callOf(reader, message);
    const TranscriptPiece piece = pieceOf(message, call.value_or(ModelCall{}), names);
    const bool isReply =
        piece.kind == Kind::Reply && !piece.to.empty() && piece.to != piece.call.model;
    const std::string& agent = isReply ? piece.to : piece.from;
    if (const QByteArray correlation = id(IdField::Correlation);
        agent.empty() && call && !correlation.isEmpty())
        return {u"correlation == "_s + quotedValue(QString::fromUtf8(correlation)), {}};
    if (agent.empty() || !call)
        return {u"seq == "_s + QString::number(message.row.shownSeq()), {}};
    return {u"agent == "_s + quotedValue(QString::fromStdString(agent)), {}};
}

class TranscriptGatherer
{
public:
    TranscriptGatherer(const Source& source, const Dictionaries& names,
                       const TranscriptRequest& request)
        : m_source(source)
        , m_names(names)
        , m_request(request)
    {
    }

    Result<Transcript> gather()
    {
        TranscriptScope scope;
        if (m_request.conversation.isEmpty()) {
            const auto message = messageJob(m_source, m_request.seq);
            if (!message)
                return message.error();
            scope = scopeOf(*message, m_names);
        } else {
            scope = {
                u"conversation == %1 or trace == %1"_s.arg(quotedValue(m_request.conversation)),
                m_request.conversation.toStdString()};
        }
        auto seqs = find(scope.expression);
        if (!seqs)
            return seqs.error();
        if (seqs->empty())
            return Error{ErrorCode::NotFound,
                         u"No message of this recording has the conversation or trace “%1”."_s.arg(
                             m_request.conversation)};
        auto pieces = read(*seqs);
        if (!pieces)
            return pieces.error();
        std::ranges::stable_sort(*pieces, {}, &TranscriptPiece::time);
        Transcript made = transcriptOf(std::move(*pieces), PriceTable::loadOrShipped());
        made.conversation = scope.name;
        made.isComplete = m_isComplete;
        return made;
    }

private:
    Result<std::vector<Seq>> find(const QString& expression)
    {
        const auto filter = parseFilter(expression, {});
        if (!filter)
            return filter.error();
        MatchRequest request;
        request.filter = *filter;
        request.limit = m_request.limit;
        request.stop = m_request.stop;
        auto found = searchJob(m_source, request);
        if (!found)
            return found.error();
        m_isComplete = static_cast<std::int64_t>(found->seqs.size()) < m_request.limit;
        if (m_isComplete || m_request.seq == 0 || found->seqs.back() >= m_request.seq)
            return std::move(found->seqs);
        request.newestFirst = true; // what led to the message
        request.last = m_request.seq + static_cast<Seq>(kPage);
        found = searchJob(m_source, request);
        if (!found)
            return found.error();
        return std::move(found->seqs);
    }

    Result<std::vector<TranscriptPiece>> read(const std::vector<Seq>& seqs)
    {
        std::vector<TranscriptPiece> pieces;
        CallReader reader;
        std::unordered_set<Seq> asked;
        std::size_t text = 0;
        for (std::size_t next = 0; next < seqs.size();) {
            if (m_request.stop.stop_requested())
                return cancelled();
            RowRequest page;
            const std::size_t end = std::min(next + kPage, seqs.size());
            page.seqs.assign(seqs.begin() + static_cast<std::ptrdiff_t>(next),
                             seqs.begin() + static_cast<std::ptrdiff_t>(end));
            page.stop = m_request.stop;
            const auto messages = messagesJob(m_source, page);
            if (!messages)
                return messages.error();
            for (const MessageDetail& message : *messages) {
                auto call = callOf(reader, message);
                if (!call)
                    call = failureOf(message, asked);
                if (!call)
                    continue;
                if (call->share == ModelCall::Share::Prompt)
                    asked.insert(message.row.seq);
                text += textSize(*call);
                if (text > kMostText) {
                    m_isComplete = false;
                    return pieces;
                }
                pieces.push_back(pieceOf(message, std::move(*call), m_names));
            }
            // An answer ends early when its bytes get large.
            const Seq last = messages->empty() ? seqs[end - 1] : messages->back().row.seq;
            const bool isWhole = messages->size() == end - next || messages->empty();
            next =
                isWhole
                    ? end
                    : static_cast<std::size_t>(std::ranges::upper_bound(seqs, last) - seqs.begin());
        }
        return pieces;
    }

    const Source& m_source;
    const Dictionaries& m_names;
    const TranscriptRequest& m_request;
    bool m_isComplete = true;
};

} // namespace

QFuture<Result<Transcript>> transcriptOf(Session& session, TranscriptRequest request)
{
    return QtConcurrent::run(
        [source = session.source(), names = session.dictionaries(), request = std::move(request)] {
            return TranscriptGatherer(*source, *names, request).gather();
        });
}

} // namespace murmur
