// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/causewalk.h"

#include "session/lineage.h"
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

QString gradeWords(Grade grade)
{
    switch (grade) {
    case Grade::Stated:
        return CauseWalk::tr("every step of the way is stated");
    case Grade::Carried:
        return CauseWalk::tr("at least one step of the way is only carried");
    case Grade::Inferred:
        return CauseWalk::tr("at least one step of the way is a guess");
    }
    return {};
}

QString countsText(const BlastRadius& radius)
{
    QStringList parts;
    if (radius.byGrade[0] > 0)
        parts << CauseWalk::tr("%1 stated").arg(numberText(radius.byGrade[0]));
    if (radius.byGrade[1] > 0)
        parts << CauseWalk::tr("%1 carried").arg(numberText(radius.byGrade[1]));
    if (radius.byGrade[2] > 0)
        parts << CauseWalk::tr("%1 guessed").arg(numberText(radius.byGrade[2]));
    return parts.join(u", "_s);
}

} // namespace

CauseWalk::CauseWalk(SharedView* shared, QObject* parent)
    : QObject(parent)
    , m_shared(shared)
{
    connect(shared, &SharedView::sessionChanged, this, &CauseWalk::restart);
    restart();
}

CauseWalk::~CauseWalk() = default;

void CauseWalk::restart()
{
    cancel();
    m_lineage = std::make_shared<Lineage>();
}

void CauseWalk::cancel()
{
    m_job.cancel();
    Q_EMIT told({});
}

void CauseWalk::goToFirstCause(Seq seq)
{
    Session* session = m_shared->session();
    const auto source = session != nullptr ? session->source() : nullptr;
    if (!source || seq == 0)
        return;
    Q_EMIT told(tr("Looking for the first cause …"));
    m_job.start(
        this,
        [lineage = m_lineage, source, seq](const std::stop_token& stop) {
            return QtConcurrent::run([lineage, source, seq, stop] {
                LineageRequest request;
                request.seq = seq;
                request.stop = stop;
                return lineage->firstCauseOf(*source, request);
            });
        },
        [this](const Result<FirstCause>& first) {
            if (!first) {
                Q_EMIT told(first.error().code == ErrorCode::Cancelled ? QString()
                                                                       : first.error().message);
                return;
            }
            if (first->way.empty()) {
                Q_EMIT told(tr("Nothing is known to have caused this message."));
                return;
            }
            const QString sentence =
                (first->way.size() == 1 ? tr("First cause, %1 step before; %2.")
                                        : tr("First cause, %1 steps before; %2."))
                    .arg(numberText(static_cast<std::int64_t>(first->way.size())),
                         gradeWords(first->grade()));
            select(first->root(), sentence);
        });
}

/// Where the playhead goes is known once the message has been read.
void CauseWalk::select(Seq seq, const QString& sentence)
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

void CauseWalk::showEffects(const MessageRow& origin)
{
    Session* session = m_shared->session();
    const auto source = session != nullptr ? session->source() : nullptr;
    if (!source || origin.seq == 0)
        return;
    Q_EMIT told(tr("Looking for what follows …"));
    m_job.start(
        this,
        [lineage = m_lineage, source, seq = origin.seq](const std::stop_token& stop) {
            return QtConcurrent::run([lineage, source, seq, stop] {
                LineageRequest request;
                request.seq = seq;
                request.limit = kMostShown;
                request.stop = stop;
                return lineage->effectsOf(*source, request);
            });
        },
        [this, origin](const Result<Effects>& effects) {
            if (!effects) {
                Q_EMIT told(effects.error().code == ErrorCode::Cancelled ? QString()
                                                                         : effects.error().message);
                return;
            }
            const BlastRadius& radius = effects->radius;
            if (radius.count == 0) {
                Q_EMIT told(tr("Nothing is known to follow from this message."));
                return;
            }
            QStringList seqs{QString::number(origin.seq)};
            for (const auto& member : radius.members)
                seqs << QString::number(member.seq);
            const TimePoint begin = std::min(origin.time, fromNs(effects->firstTime));
            const TimePoint end = std::max(origin.time, fromNs(effects->lastTime));
            auto filter = parseFilter(u"seq in ["_s + seqs.join(u", "_s) + u']', {});
            if (!filter)
                return;
            const auto agents = static_cast<std::int64_t>(effects->agents.size());
            QString sentence = (radius.count == 1 ? tr("%1 message follows (%2), %3.")
                                                  : tr("%1 messages follow (%2), %3."))
                                   .arg(numberText(radius.count), countsText(radius),
                                        agents == 1 ? tr("of one agent")
                                                    : tr("of %1 agents").arg(numberText(agents)));
            if (!std::cmp_equal(radius.members.size(), radius.count))
                sentence +=
                    u' ' + tr("The first %1 are shown.")
                               .arg(numberText(static_cast<std::int64_t>(radius.members.size())));
            const nanoseconds margin =
                std::max<nanoseconds>((end - begin) / 20, std::chrono::milliseconds(5));
            m_shared->setFilter(*filter);
            m_shared->setWindow({begin - margin, end + margin});
            Q_EMIT told(sentence);
        });
}

} // namespace murmur
