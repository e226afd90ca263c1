// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/findings/incidentbanner.h"

#include "views/base/numbers.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"
#include "views/findings/findingsfeed.h"
#include "views/findings/findingsview.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kBar = 4;
constexpr int kMargin = 14;
constexpr int kRoomy = 1500; // pixels

} // namespace

IncidentBanner::IncidentBanner(FindingsView* findings, QWidget* parent)
    : QFrame(parent)
    , m_findings(findings)
    , m_actions(new QWidget(this))
    , m_before(new QToolButton(m_actions))
    , m_next(new QToolButton(m_actions))
    , m_all(new QToolButton(m_actions))
{
    auto* line = new QHBoxLayout(m_actions);
    line->setContentsMargins(0, 3, 8, 3);
    line->setSpacing(6);
    const auto add = [&](const QString& text, const QString& tip,
                         void (FindingsView::*what)(std::uint64_t)) {
        auto* button = new QPushButton(text, m_actions);
        button->setToolTip(tip);
        button->setAutoDefault(false);
        connect(button, &QPushButton::clicked, this, [this, what] { (m_findings->*what)(m_id); });
        line->addWidget(button);
        return button;
    };
    m_before->setText(u"‹"_s);
    m_before->setAccessibleName(tr("The incident before this one"));
    m_next->setText(u"›"_s);
    m_next->setAccessibleName(tr("The next incident"));
    connect(m_before, &QToolButton::clicked, this, [this] { go(-1); });
    connect(m_next, &QToolButton::clicked, this, [this] { go(1); });
    line->addWidget(m_before);
    line->addWidget(m_next);
    add(tr("Show"), tr("Set the window, the lanes and the messages to it"),
        &FindingsView::showIncident);
    add(tr("Why"), tr("Say what it is judged by, and which messages show it"),
        &FindingsView::explain);
    m_affected = add(tr("Affected"), tr("Show the messages of the agents that it touches only"),
                     &FindingsView::showAffected);
    m_compare =
        add(tr("Compare with before"), tr("The same agents in the same length of time before it"),
            &FindingsView::compare);
    add(tr("Replay"), tr("Play from shortly before it"), &FindingsView::replay);
    m_check = add(tr("Make a check"), tr("Let murmur check fail when it happens again"),
                  static_cast<void (FindingsView::*)(std::uint64_t)>(&FindingsView::makeCheck));
    m_all->setText(u"⋯"_s);
    m_all->setToolTip(tr("Mute like this, what differs, copy a link, …"));
    m_all->setAccessibleName(tr("All that can be done with this incident"));
    connect(m_all, &QToolButton::clicked, this,
            [this] { m_findings->offerAll(m_id, m_all->mapToGlobal(QPoint(0, m_all->height()))); });
    line->addWidget(m_all);
    auto* close = new QToolButton(m_actions);
    close->setText(u"✕"_s);
    close->setToolTip(tr("Hide until there is another one"));
    close->setAccessibleName(tr("Hide this incident"));
    connect(close, &QToolButton::clicked, this, [this] {
        m_isDismissed = true;
        m_dismissed = m_findings->feed()->openIncidents().size();
        hide();
    });
    line->addWidget(close);
    connect(m_findings->feed(), &FindingsFeed::changed, this, &IncidentBanner::refresh);
    refresh();
}

void IncidentBanner::refresh()
{
    const FindingsFeed& feed = *m_findings->feed();
    const auto open = feed.openIncidents();
    const FindingsReport& report = feed.report();
    if (open.size() != m_dismissed)
        m_isDismissed = m_isDismissed && open.size() < m_dismissed;
    m_dismissed = open.size();
    if (open.empty()) {
        m_id = 0;
        m_sentence.clear();
        m_isChosen = m_isDismissed = false;
        hide();
        return;
    }
    auto at = std::ranges::find_if(
        open, [&](std::size_t place) { return report.incidents[place].id == m_id; });
    if (!m_isChosen || at == open.end()) {
        at = open.begin();
        m_isChosen = false;
    }
    const Incident& incident = report.incidents[*at];
    m_id = incident.id;
    m_isBad = incident.severity == Severity::Critical;
    m_title = tr("Incident %1").arg(shownClock(fromNs(incident.start), 0));
    m_sentence = QString::fromStdString(incident.summary);
    m_place = open.size() > 1 ? tr("%1 of %2")
                                    .arg(at - open.begin() + 1)
                                    .arg(numberText(static_cast<std::int64_t>(open.size())))
                              : QString();
    m_before->setVisible(open.size() > 1);
    m_next->setVisible(open.size() > 1);
    m_affected->setText(
        tr("Affected %1").arg(numberText(static_cast<std::int64_t>(incident.agents.size()))));
    m_affected->setEnabled(!incident.agents.empty());
    setAccessibleName(m_title);
    setAccessibleDescription(m_sentence);
    setToolTip(m_sentence);
    setVisible(!m_isDismissed);
    arrange();
    update();
}

void IncidentBanner::go(int by)
{
    const auto open = m_findings->feed()->openIncidents();
    const FindingsReport& report = m_findings->feed()->report();
    const auto at = std::ranges::find_if(
        open, [&](std::size_t place) { return report.incidents[place].id == m_id; });
    if (at == open.end())
        return;
    const auto count = static_cast<std::ptrdiff_t>(open.size());
    const auto next = ((at - open.begin()) + by + count) % count;
    m_id = report.incidents[open[static_cast<std::size_t>(next)]].id;
    m_isChosen = true;
    refresh();
}

QSize IncidentBanner::sizeHint() const
{
    return {600, std::max(m_actions->sizeHint().height(), 32)};
}

void IncidentBanner::arrange()
{
    // In a narrow window the sentence needs the room more.
    const bool isNarrow = width() < kRoomy;
    m_compare->setText(isNarrow ? tr("Compare") : tr("Compare with before"));
    m_check->setText(isNarrow ? tr("Check…") : tr("Make a check"));
    m_compare->setAccessibleName(tr("Compare with before"));
    m_check->setAccessibleName(tr("Make a check"));
    const int wanted = m_actions->sizeHint().width();
    m_actions->setGeometry(width() - wanted, 0, wanted, height());
}

void IncidentBanner::changeEvent(QEvent* event)
{
    // Its time is written in another zone, perhaps.
    if (event->type() == QEvent::PaletteChange)
        refresh();
    QFrame::changeEvent(event);
}

void IncidentBanner::resizeEvent(QResizeEvent* event)
{
    QFrame::resizeEvent(event);
    arrange();
}

void IncidentBanner::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    const QColor tone = m_isBad ? theme.bad : theme.warning;
    QPainter painter(this);
    QColor ground = tone;
    ground.setAlphaF(theme.isDark ? 0.16F : 0.12F);
    painter.fillRect(rect(), theme.pane);
    painter.fillRect(rect(), ground);
    painter.fillRect(0, 0, kBar, height(), tone);
    painter.fillRect(0, height() - 1, width(), 1, theme.hairline);
    QRect place = rect().adjusted(kMargin, 0, 0, 0);
    place.setRight(m_actions->geometry().left() - kMargin);
    const auto write = [&](const QString& text, const QFont& font, const QColor& color, int gap) {
        if (text.isEmpty() || place.width() <= 0)
            return;
        const QFontMetrics metrics(font);
        painter.setFont(font);
        painter.setPen(color);
        painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(text, Qt::ElideRight, place.width()));
        place.setLeft(place.left() + metrics.horizontalAdvance(text) + gap);
    };
    QFont bold = theme.interfaceFont(10);
    bold.setWeight(QFont::DemiBold);
    write(m_title, bold, tone, 8);
    write(m_place, theme.interfaceFont(9), theme.secondary, 8);
    place.setLeft(place.left() + 6);
    write(m_sentence, theme.interfaceFont(10), theme.text, 0);
}

} // namespace murmur
