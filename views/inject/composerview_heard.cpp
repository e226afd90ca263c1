// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What comes back through the bus: what we sent, and its answer.

#include "views/base/sharedview.h"
#include "views/inject/answerpane.h"
#include "views/inject/composerview.h"

#include <algorithm>

namespace murmur {

namespace {

constexpr int kSentRows = 2'000; ///< looked through at a time for what we sent
constexpr auto kAnswerPatience = std::chrono::minutes(1);

} // namespace

/// What we sent comes back through the bus; the first of it is selected.
void ComposerView::lookForSent()
{
    Session* session = shared()->session();
    if (!session || m_sentId.isEmpty() || m_sentJob.isBusy() || session->seen().last <= m_sentAfter)
        return;
    RowRequest request;
    request.first = m_sentAfter + 1;
    request.count = kSentRows;
    m_sentJob.start(
        this,
        [session, request](std::stop_token stop) mutable {
            request.stop = std::move(stop);
            return session->rows(request);
        },
        [this](const Result<std::vector<MessageRow>>& rows) {
            if (!rows || rows->empty())
                return;
            const auto ours = std::ranges::find_if(
                *rows, [](const MessageRow& row) { return (row.flags & Injected) != 0; });
            m_sentAfter = ours == rows->end() ? rows->back().seq : ours->seq;
            if (ours == rows->end())
                return;
            m_sentJob.start(
                this,
                [session = shared()->session(), seq = ours->seq](std::stop_token) {
                    return session->message(seq);
                },
                [this](const Result<MessageDetail>& message) {
                    if (!message)
                        return;
                    const std::string id = m_sentId.toStdString();
                    const bool isIt =
                        message->raw.contains(QByteArray::fromStdString(id)) ||
                        std::ranges::any_of(message->headers, [&id](const auto& header) {
                            return header.second == id;
                        });
                    if (!isIt)
                        return;
                    m_sentId.clear();
                    m_askedSeq = message->row.seq;
                    m_sentRow = message->row;
                    m_answers->showFollowing(true);
                    m_askedUntil = steadyNow() + kAnswerPatience;
                    shared()->selectMessage(message->row.seq);
                    lookForAnswer();
                });
        });
}

/// Buses without reply addresses carry answers too: recordings know them by their correlation.
void ComposerView::lookForAnswer()
{
    Session* session = shared()->session();
    if (!session || m_askedSeq == 0 || m_heardJob.isBusy())
        return;
    if (steadyNow() > m_askedUntil) {
        m_askedSeq = 0;
        return;
    }
    m_heardJob.start(
        this, [session, seq = m_askedSeq](std::stop_token) { return session->message(seq); },
        [this](const Result<MessageDetail>& asked) {
            Session* now = shared()->session();
            if (!asked || !now || asked->row.seq != m_askedSeq || asked->row.answeredBy == 0)
                return;
            m_askedSeq = 0;
            m_heardJob.start(
                this,
                [now, seq = asked->row.answeredBy](std::stop_token) { return now->message(seq); },
                [this,
                 latency = nanoseconds(asked->row.latency)](const Result<MessageDetail>& answer) {
                    if (answer)
                        m_answers->addHeard(*answer, latency);
                });
        });
}

} // namespace murmur
