// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/agents/keyhistory.h"

#include "session/jobs.h"
#include "views/agents/historyplot.h"
#include "views/agents/statemodel.h"
#include "views/base/names.h"
#include "views/base/numbers.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>
#include <QtConcurrent>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kPause = 250; // milliseconds between two questions while the window moves

/// The history in the window, and what held at its begin.
Result<ValueHistory> historyIn(const Source& source, HistoryRequest request)
{
    auto history = historyJob(source, request);
    if (!history)
        return history;
    StateRequest before;
    before.at = request.range.begin;
    before.withValues = {request.agent};
    before.stop = request.stop;
    const auto state = stateJob(source, before);
    if (!state || history->left > 0)
        return history;
    const auto own =
        std::ranges::find(state->agents, source.names->resolved(request.agent), &AgentState::agent);
    if (own == state->agents.end())
        return history;
    for (const StateValue& value : own->values) {
        if (source.names->stateKeyName(value.key) == request.key &&
            (history->steps.empty() || history->steps.front().seq != value.setBy))
            history->steps.insert(history->steps.begin(),
                                  {value.setBy, value.since, value.value, true});
    }
    return history;
}

} // namespace

KeyHistory::KeyHistory(SharedView* shared, QWidget* parent)
    : QWidget(parent)
    , m_shared(shared)
    , m_title(new QLabel(this))
    , m_close(new QToolButton(this))
    , m_plot(new HistoryPlot(this))
{
    setAccessibleName(tr("History of a key"));
    m_close->setText(u"×"_s);
    m_close->setProperty("flat", true);
    m_close->setAutoRaise(true);
    m_close->setToolTip(tr("Close the history"));
    m_close->setAccessibleName(tr("Close the history"));
    const int gutter = Theme::current().gutter;
    auto* head = new QHBoxLayout;
    head->setContentsMargins(gutter, 4, 4, 0);
    head->addWidget(m_title, 1);
    head->addWidget(m_close);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(2);
    layout->addLayout(head);
    layout->addWidget(m_plot, 1);
    m_soon.setSingleShot(true);
    m_soon.setInterval(kPause);
    connect(&m_soon, &QTimer::timeout, this, &KeyHistory::ask);
    connect(m_close, &QToolButton::clicked, this, &KeyHistory::dismiss);
    connect(m_plot, &HistoryPlot::stepPicked, this, [this](const HistoryStep& step) {
        m_shared->setPlayhead(fromNs(step.time));
        m_shared->selectMessage(step.seq);
    });
    connect(shared, &SharedView::windowChanged, this, &KeyHistory::askSoon);
    connect(shared, &SharedView::dataGrew, this, &KeyHistory::askSoon);
    connect(shared, &SharedView::sessionChanged, this, &KeyHistory::dismiss);
    connect(shared, &SharedView::playheadChanged, this,
            [this] { m_plot->setPlayhead(m_shared->playhead()); });
    hide();
}

void KeyHistory::follow(AgentId agent, const std::string& key)
{
    const bool isOther = agent != m_agent || key != m_key;
    m_agent = agent;
    m_key = key;
    if (isOther) {
        m_job.cancel();
        m_title->setText(tr("%1: reading …").arg(QString::fromStdString(key)));
    }
    show();
    if (isOther)
        ask();
}

void KeyHistory::dismiss()
{
    m_job.cancel();
    m_soon.stop();
    m_key.clear();
    m_agent = {};
    hide();
}

void KeyHistory::askSoon()
{
    if (!m_key.empty() && isVisible() && !m_soon.isActive())
        m_soon.start();
}

void KeyHistory::ask()
{
    Session* session = m_shared->session();
    const auto source = session != nullptr ? session->source() : nullptr;
    if (!source || m_key.empty())
        return;
    if (m_job.isBusy() && !m_job.isSlow()) {
        m_soon.start();
        return;
    }
    const TimeRange window = m_shared->window();
    HistoryRequest request;
    request.agent = m_agent;
    request.key = m_key;
    request.range = window;
    m_job.start(
        this,
        [&](const std::stop_token& stop) {
            request.stop = stop;
            return QtConcurrent::run([source, request] { return historyIn(*source, request); });
        },
        [this, window](const Result<ValueHistory>& history) {
            if (!history) {
                if (history.error().code != ErrorCode::Cancelled)
                    m_title->setText(history.error().message);
                return;
            }
            const QString key = QString::fromStdString(m_key);
            const QString told = countText(history->told, tr("told once"), tr("told %1 times"));
            m_title->setText(
                history->told == 0
                    ? tr("%1: not told in this window").arg(key)
                    : tr("%1: %2, %3")
                          .arg(key, told,
                               history->changes <= 1
                                   ? tr("never changed")
                                   : countText(history->changes - 1, tr("changed once"),
                                               tr("changed %1 times"))));
            m_plot->setHistory(history->steps, window);
            m_plot->setPlayhead(m_shared->playhead());
            m_plot->setAccessibleDescription(asText());
        });
}

QString KeyHistory::title() const
{
    return m_title->text();
}

QString KeyHistory::asText() const
{
    QStringList lines{m_title->text()};
    for (const HistoryStep& step : m_plot->steps()) {
        if (step.isChange)
            lines << u"%1\t%2\t%3"_s.arg(isoTime(fromNs(step.time)), stateText(step.value))
                         .arg(step.seq);
    }
    return lines.join(u'\n');
}

void KeyHistory::applyTheme()
{
    const Theme& theme = Theme::current();
    m_title->setFont(theme.interfaceFont(9.5));
    QPalette palette = m_title->palette();
    palette.setColor(QPalette::WindowText, theme.secondary);
    m_title->setPalette(palette);
    m_plot->applyTheme();
}

void KeyHistory::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    askSoon();
}

} // namespace murmur
