// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/findings/findingsfeed.h"

#include "views/base/sharedview.h"

#include "session/findingslook.h"
#include "session/source.h"

#include <QPointer>
#include <QUndoCommand>
#include <QUndoStack>
#include <QtConcurrent>

#include <algorithm>

namespace murmur {

namespace {

constexpr int kPause = 500; // milliseconds between two looks at what grows

struct Looked
{
    FindingsReport report;
    Judgements judgements;
};

class JudgeCommand : public QUndoCommand
{
public:
    JudgeCommand(FindingsFeed* feed, Judgements after, const QString& what)
        : QUndoCommand(what)
        , m_feed(feed)
        , m_before(feed->judgements())
        , m_after(std::move(after))
    {
    }
    void undo() override
    {
        if (m_feed)
            m_feed->apply(m_before);
    }
    void redo() override
    {
        if (m_feed)
            m_feed->apply(m_after);
    }

private:
    QPointer<FindingsFeed> m_feed; // the stack outlives it
    const Judgements m_before;
    const Judgements m_after;
};

} // namespace

FindingsFeed::FindingsFeed(SharedView* shared, QObject* parent)
    : QObject(parent)
    , m_shared(shared)
{
    m_soon.setSingleShot(true);
    m_soon.setInterval(kPause);
    connect(&m_soon, &QTimer::timeout, this, &FindingsFeed::look);
    connect(m_shared, &SharedView::sessionChanged, this, &FindingsFeed::onSessionChanged);
    connect(m_shared, &SharedView::dataGrew, this, [this] {
        if (m_job.isBusy())
            m_hasMore = true;
        else if (!m_soon.isActive())
            m_soon.start();
    });
    onSessionChanged();
}

FindingsFeed::~FindingsFeed() = default;

void FindingsFeed::onSessionChanged()
{
    m_job.cancel();
    m_soon.stop();
    m_look.reset();
    m_report = {};
    m_judgements = {};
    m_failure.clear();
    m_isWhole = m_hasMore = m_hasJudgements = false;
    if (m_shared->session() != nullptr) {
        m_look = std::make_shared<FindingsLook>();
        look();
    }
    Q_EMIT changed();
}

void FindingsFeed::look()
{
    if (!m_look || m_job.isBusy() || m_shared->session() == nullptr)
        return;
    m_hasMore = false;
    // The job keeps what it works with: the window may go on to another session meanwhile.
    m_job.start(
        this,
        [look = m_look, source = m_shared->session()->source(),
         known = m_hasJudgements ? std::optional(m_judgements)
                                 : std::nullopt](const std::stop_token& stop) {
            return QtConcurrent::run([look, source, known, stop]() -> Result<Looked> {
                auto report = look->look(*source, {}, stop);
                if (!report)
                    return report.error();
                Judgements judgements = known ? *known : judgementsOf(*source, &*report);
                settle(*report, judgements, *source->names);
                return Looked{std::move(*report), std::move(judgements)};
            });
        },
        [this](Result<Looked> looked) {
            const bool isLive = m_shared->session() != nullptr && m_shared->session()->isLive();
            if (looked) {
                m_report = std::move(looked->report);
                if (!m_hasJudgements)
                    m_judgements = std::move(looked->judgements);
                m_hasJudgements = true;
                m_isWhole =
                    !isLive || m_report.messages > 0 || m_shared->session()->durable().last == 0;
                // Something was judged meanwhile.
                settle(m_report, m_judgements, *m_shared->session()->dictionaries());
            } else if (looked.error().code != ErrorCode::Cancelled) {
                m_failure = looked.error().message;
                m_isWhole = true;
            }
            Q_EMIT changed();
            // Also silence is told, and the recorder looks at its own pace.
            if (m_hasMore || isLive)
                m_soon.start();
        });
}

std::vector<std::size_t> FindingsFeed::openIncidents() const
{
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < m_report.incidents.size(); ++i) {
        if (!isQuiet(m_report.incidents[i], m_report.findings))
            open.push_back(i);
    }
    std::ranges::stable_sort(open, [this](std::size_t a, std::size_t b) {
        return m_report.incidents[a].severity > m_report.incidents[b].severity;
    });
    return open;
}

const Incident* FindingsFeed::incident(std::uint64_t id) const
{
    const auto at = std::ranges::find(m_report.incidents, id, &Incident::id);
    return at == m_report.incidents.end() ? nullptr : &*at;
}

void FindingsFeed::judge(const Judgements& judgements, const QString& what)
{
    if (judgements != m_judgements)
        m_shared->undoStack()->push(new JudgeCommand(this, judgements, what));
}

void FindingsFeed::apply(const Judgements& judgements)
{
    Session* session = m_shared->session();
    if (session == nullptr)
        return;
    m_judgements = judgements;
    m_hasJudgements = true;
    settle(m_report, m_judgements, *session->dictionaries());
    Q_EMIT changed();
    QtConcurrent::run([source = session->source(), judgements, report = m_report] {
        return keepJudgements(*source, judgements, &report);
    }).then(this, [this](const Status& status) {
        if (!status)
            Q_EMIT notKept(status.error());
    });
}

} // namespace murmur
