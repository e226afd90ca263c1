// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/trialpane.h"

#include "bus/listening.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/theme.h"
#include "views/connect/trialmodel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QTableView>
#include <QTextBrowser>
#include <QVBoxLayout>

#include <algorithm>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t kMostShown = 50;
constexpr qsizetype kMostInButton = 3;
using Verdict = TrialConnection::Verdict;

QColor colorOf(Verdict verdict)
{
    const Theme& theme = Theme::current();
    switch (verdict) {
    case Verdict::Attached:
        return theme.good;
    case Verdict::Waiting:
        return theme.secondary;
    case Verdict::Unanswered:
        return theme.warning;
    case Verdict::Failed:
        return theme.bad;
    }
    return theme.secondary;
}

QString wordOf(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Attached:
        return TrialPane::tr("● attached");
    case Verdict::Waiting:
        return TrialPane::tr("○ attaching");
    case Verdict::Unanswered:
        return TrialPane::tr("▲ no answer");
    case Verdict::Failed:
        return TrialPane::tr("■ failed");
    }
    return {};
}

} // namespace

TrialPane::TrialPane(QWidget* parent)
    : QWidget(parent)
    , m_header(new PaneHeader(tr("Test"), this))
    , m_results(new QTextBrowser(this))
    , m_model(new TrialModel(this))
    , m_table(new QTableView(this))
    , m_note(new QLabel(this))
    , m_narrow(new QPushButton(this))
{
    m_results->setAccessibleName(tr("How each bus answered"));
    m_results->setOpenLinks(false);
    m_results->setFrameShape(QFrame::NoFrame);
    m_table->setAccessibleName(tr("First messages"));
    m_table->setModel(m_model);
    m_table->setShowGrid(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(Theme::current().tableRow);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setHighlightSections(false);
    const int widths[] = {104, 160, 120, 112, 64};
    for (int column = 0; column < TrialModel::Payload; ++column)
        m_table->setColumnWidth(column, widths[column]);
    m_note->setWordWrap(true);
    m_note->setContentsMargins(Theme::current().gutter, 10, Theme::current().gutter, 10);
    m_note->setForegroundRole(QPalette::PlaceholderText);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(m_note);
    column->addWidget(m_results);
    auto* narrowLine = new QHBoxLayout;
    narrowLine->setContentsMargins(Theme::current().gutter, 0, Theme::current().gutter, 6);
    narrowLine->addWidget(m_narrow);
    narrowLine->addStretch(1);
    column->addLayout(narrowLine);
    column->addWidget(m_table, 1);
    m_narrow->hide();
    m_narrow->setAutoDefault(false);
    connect(m_narrow, &QPushButton::clicked, this,
            [this] { Q_EMIT narrowRequested(m_wide, m_patterns); });
    m_results->hide();
    m_table->hide();
    column->addStretch(0);
    m_note->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_note->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Expanding);
    m_note->setText(tr("Test attaches for real, says how each bus answers, and shows the first "
                       "messages. Nothing is written anywhere, and it ends with this dialog."));
}

TrialPane::~TrialPane() = default;

Status TrialPane::begin(const std::vector<QUrl>& urls, const ConnectionOptions& options,
                        const IntakeRules& rules)
{
    m_trial.reset();
    m_model->clear();
    m_narrow->hide();
    m_isDecided = false;
    auto trial = std::make_unique<Trial>(urls, options, rules);
    connect(trial.get(), &Trial::changed, this, &TrialPane::refresh);
    if (auto started = trial->start(); !started)
        return started;
    m_trial = std::move(trial);
    m_note->hide();
    m_results->show();
    m_table->hide();
    refresh();
    return Done{};
}

void TrialPane::end()
{
    if (!m_trial && m_ending > 0)
        return; // the last one is still letting go
    if (!m_trial) {
        QMetaObject::invokeMethod(this, &TrialPane::ended, Qt::QueuedConnection);
        return;
    }
    Trial* trial = m_trial.release();
    trial->disconnect(this);
    connect(trial, &Trial::stopped, this, [this, trial] {
        trial->deleteLater();
        if (--m_ending == 0)
            Q_EMIT ended();
    });
    trial->setParent(this);
    ++m_ending;
    trial->stop();
}

void TrialPane::refresh()
{
    const auto connections = m_trial->connections();
    const bool isTimeUp = m_trial->isTimeUp();
    const QString text = html(connections, isTimeUp);
    if (text != m_results->property("shown").toString()) {
        m_results->setProperty("shown", text);
        const int place = m_results->verticalScrollBar()->value();
        m_results->setHtml(text);
        m_results->verticalScrollBar()->setValue(place);
    }
    const bool isAtEnd =
        m_table->verticalScrollBar()->value() == m_table->verticalScrollBar()->maximum();
    m_model->append(m_trial->takeMessages());
    offerNarrower(connections);
    arrange();
    if (isAtEnd)
        m_table->scrollToBottom();

    std::int64_t heard = 0;
    std::size_t up = 0;
    for (const TrialConnection& connection : connections) {
        heard += connection.heard;
        up += connection.verdict(isTimeUp) == Verdict::Attached ? 1 : 0;
    }
    const QString messages = tr("%1 messages heard").arg(numberText(heard));
    const QString first = heard > m_model->rowCount()
                              ? tr("the first %1 shown").arg(numberText(m_model->rowCount()))
                              : QString();
    QStringList facts{tr("%1 of %2 attached").arg(up).arg(connections.size()), messages};
    if (!first.isEmpty())
        facts << first;
    m_header->setFacts(facts.join(u" · "_s));
    const bool isDecided =
        std::ranges::none_of(connections, [isTimeUp](const TrialConnection& connection) {
            return connection.verdict(isTimeUp) == Verdict::Waiting;
        });
    if (!m_isDecided && isDecided) {
        m_isDecided = true;
        Q_EMIT decided(up == connections.size());
    }
}

/// Of the first that takes more than there is to hear: asking a bus for everything costs it most.
void TrialPane::offerNarrower(const std::vector<TrialConnection>& connections)
{
    for (std::size_t i = 0; i < connections.size(); ++i) {
        const TrialConnection& connection = connections[i];
        if (!listensToAll(connection.url, connection.status.subscribed))
            continue;
        const QStringList patterns =
            narrowerPatterns(connection.url.scheme(), m_model->topicsOf(i));
        if (patterns.isEmpty())
            continue;
        m_wide = connection.url;
        m_patterns = patterns;
        m_narrow->setText(patterns.size() <= kMostInButton
                              ? tr("Na&rrow to %1").arg(patterns.join(u", "_s))
                              : tr("Na&rrow to %1 patterns").arg(patterns.size()));
        m_narrow->setToolTip(
            tr("Nearly all that came is under %1: it then listens to these only, not to everything")
                .arg(patterns.join(u", "_s)));
        m_narrow->show();
        return;
    }
    m_narrow->hide();
}

/// The sentences have all the room until there is a message; then what they need, up to
/// two fifths.
void TrialPane::arrange()
{
    const bool hasMessages = m_model->rowCount() > 0;
    m_table->setVisible(hasMessages);
    const int needed = static_cast<int>(m_results->document()->size().height()) + 6;
    m_results->setFixedHeight(
        std::clamp(needed, 48, std::max(48, hasMessages ? height() * 2 / 5 : height() - 40)));
}

void TrialPane::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    if (!m_results->isHidden())
        arrange();
}

QString TrialPane::html(const std::vector<TrialConnection>& connections, bool isTimeUp) const
{
    const Theme& theme = Theme::current();
    // The worst first: of a fleet, that is what one looks for.
    std::vector<const TrialConnection*> order;
    for (const TrialConnection& connection : connections)
        order.push_back(&connection);
    std::ranges::stable_sort(
        order, std::ranges::greater(),
        [isTimeUp](const TrialConnection* connection) { return connection->verdict(isTimeUp); });
    QString rows;
    for (std::size_t i = 0; i < std::min(order.size(), kMostShown); ++i) {
        const TrialConnection& connection = *order[i];
        const Verdict verdict = connection.verdict(isTimeUp);
        QStringList more;
        if (verdict == Verdict::Attached) {
            if (!connection.status.subscribed.isEmpty())
                more << tr("Listens to %1.").arg(connection.status.subscribed.join(u", "_s));
            more += connection.status.presence;
        }
        rows +=
            u"<tr><td style='color:%1; padding-right:12px' nowrap>%2</td><td>"
            "<span style='font-family:JetBrains Mono,monospace'>%3</span><br>%4"_s.arg(
                colorOf(verdict).name(), wordOf(verdict), shownUrl(connection.url).toHtmlEscaped(),
                connection.sentence(isTimeUp).toHtmlEscaped());
        for (const QString& sentence : more)
            rows += u"<br><span style='color:%1'>%2</span>"_s.arg(theme.secondary.name(),
                                                                  sentence.toHtmlEscaped());
        rows += u"</td></tr>"_s;
    }
    if (order.size() > kMostShown)
        rows += u"<tr><td></td><td>%1</td></tr>"_s.arg(
            tr("and %1 more").arg(order.size() - kMostShown));
    return u"<table cellspacing='0' cellpadding='3'>%1</table>"_s.arg(rows);
}

QString TrialPane::asText() const
{
    return m_results->isHidden() ? m_note->text() : m_results->toPlainText();
}

} // namespace murmur
