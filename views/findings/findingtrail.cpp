// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/findings/findingtrail.h"

#include "session/findinglineage.h"
#include "views/base/numbers.h"
#include "views/base/sharedview.h"

#include <QStringList>
#include <QtConcurrent>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// A filter of more is no filter that a person can read or keep.
constexpr std::size_t kMostShown = 500;

QString surely(Grade grade)
{
    switch (grade) {
    case Grade::Stated:
        return FindingTrail::tr("every step of the way is stated");
    case Grade::Carried:
        return FindingTrail::tr("at least one step of the way is only carried");
    case Grade::Inferred:
        return FindingTrail::tr("at least one step of the way is a guess");
    }
    return {};
}

} // namespace

FindingTrail::FindingTrail(SharedView* shared, QObject* parent)
    : QObject(parent)
    , m_shared(shared)
{
    connect(shared, &SharedView::sessionChanged, this, &FindingTrail::restart);
    restart();
}

FindingTrail::~FindingTrail() = default;

void FindingTrail::restart()
{
    m_job.cancel();
    m_lineage = std::make_shared<Lineage>();
}

void FindingTrail::goToFirstCause(const Finding& finding, Seq firstKept)
{
    walk(finding, firstKept, false);
}

void FindingTrail::showEffects(const Finding& finding, Seq firstKept)
{
    walk(finding, firstKept, true);
}

void FindingTrail::walk(const Finding& finding, Seq firstKept, bool toEffects)
{
    Session* session = m_shared->session();
    const auto source = session != nullptr ? session->source() : nullptr;
    std::vector<Seq> messages;
    for (const Seq seq : finding.messages) {
        if (seq >= firstKept)
            messages.push_back(seq);
    }
    if (!source || messages.empty()) {
        Q_EMIT told(tr("No message of this finding is in the recording."));
        return;
    }
    std::ranges::sort(messages);
    Q_EMIT told(tr("Looking for causes …"));
    m_job.start(
        this,
        [&](const std::stop_token& stop) {
            return QtConcurrent::run([lineage = m_lineage, source, messages, stop] {
                LineageRequest request;
                request.limit = kMostShown;
                request.stop = stop;
                return lineageOf(*lineage, *source, messages, request);
            });
        },
        [this, messages, toEffects, begin = finding.start,
         end = finding.end](const Result<FindingLineage>& whole) {
            if (!whole) {
                if (whole.error().code != ErrorCode::Cancelled)
                    Q_EMIT failed(whole.error());
                return;
            }
            if (!toEffects) {
                const auto steps = static_cast<std::int64_t>(whole->first.way.size());
                select(whole->first.way.empty() ? whole->start : whole->first.root(),
                       steps == 0
                           ? tr("It begins here: nothing is known to have caused this message.")
                           : tr("First cause, %1; %2.")
                                 .arg(countText(steps, tr("1 step before"), tr("%1 steps before")),
                                      surely(whole->first.grade())));
                return;
            }
            const auto count = static_cast<std::int64_t>(whole->effects.size());
            if (count == 0) {
                Q_EMIT told(tr("Nothing is known to follow from this finding."));
                return;
            }
            QString sentence = tr("%1, %2.").arg(
                countText(count, tr("1 message follows"), tr("%1 messages follow")),
                countText(std::ssize(whole->agents), tr("of one agent"), tr("of %1 agents")));
            std::vector<Seq> seqs = messages;
            seqs.insert(seqs.end(), whole->effects.begin(), whole->effects.end());
            std::ranges::sort(seqs);
            if (!whole->isWhole || seqs.size() > kMostShown)
                sentence += u' ' + tr("The first ones are shown.");
            seqs.resize(std::min(seqs.size(), kMostShown));
            filterTo(std::move(seqs), {fromNs(begin), fromNs(std::max(end, whole->lastTime))},
                     sentence);
        });
}

/// Where the playhead goes is known once the message has been read.
void FindingTrail::select(Seq seq, const QString& sentence)
{
    Session* session = m_shared->session();
    RowRequest request;
    request.seqs = {seq};
    m_job.start(
        this, [&](const std::stop_token&) { return session->rows(request); },
        [this, seq, sentence](const Result<std::vector<MessageRow>>& rows) {
            if (rows && !rows->empty())
                m_shared->setPlayhead(rows->front().time);
            m_shared->selectMessage(seq);
            Q_EMIT told(sentence);
        });
}

void FindingTrail::filterTo(std::vector<Seq> seqs, TimeRange time, const QString& sentence)
{
    QStringList numbers;
    for (const Seq seq : seqs)
        numbers << QString::number(seq);
    const auto filter = parseFilter(u"seq in ["_s + numbers.join(u", "_s) + u']', {});
    if (!filter) {
        Q_EMIT failed(filter.error());
        return;
    }
    const nanoseconds margin =
        std::max<nanoseconds>(time.length() / 20, std::chrono::milliseconds(5));
    m_shared->setFilter(*filter);
    m_shared->setWindow({time.begin - margin, time.end + margin});
    Q_EMIT told(sentence);
}

} // namespace murmur
