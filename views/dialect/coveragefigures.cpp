// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/dialect/coveragefigures.h"

#include "views/base/theme.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QStringList>

#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QString wordOf(DialectField field)
{
    switch (field) {
    case DialectField::Sender:
        return CoverageFigures::tr("sender");
    case DialectField::Receivers:
        return CoverageFigures::tr("receivers");
    case DialectField::Kind:
        return CoverageFigures::tr("kind");
    case DialectField::Correlation:
        return CoverageFigures::tr("call");
    default:
        return CoverageFigures::tr("trace");
    }
}

void setColor(QLabel* label, const QColor& color)
{
    QPalette palette = label->palette();
    palette.setColor(QPalette::WindowText, color);
    label->setPalette(palette);
}

} // namespace

QString coverageText(double share)
{
    const double percent = 100 * share;
    if (percent > 0 && percent < 1)
        return u"%1 %"_s.arg(std::max(0.1, std::floor(percent * 10) / 10));
    return u"%1 %"_s.arg(percent >= 99.5 && percent < 100 ? 99 : std::lround(percent));
}

CoverageFigures::CoverageFigures(QWidget* parent)
    : QWidget(parent)
{
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 4, 0, 4);
    grid->setHorizontalSpacing(6);
    grid->setVerticalSpacing(0);
    QFont large = Theme::current().numberFont(14);
    large.setBold(true);
    for (std::size_t i = 0; i < m_figures.size(); ++i) {
        Figure& figure = m_figures[i];
        figure.share = new QLabel(this);
        figure.share->setFont(large);
        figure.word = new QLabel(wordOf(kCoveredFields[i]), this);
        figure.before = new QLabel(this);
        figure.before->setFont(Theme::current().interfaceFont(9));
        const int column = static_cast<int>(i);
        grid->addWidget(figure.share, 0, column);
        grid->addWidget(figure.word, 1, column);
        grid->addWidget(figure.before, 2, column);
        grid->setColumnStretch(column, 1);
    }
    setToolTip(tr("Of how many of the messages it is known. A kind counts when it is more than an "
                  "event."));
    clear();
}

void CoverageFigures::setCoverage(const Coverage& before, const Coverage& after)
{
    QStringList words;
    for (std::size_t i = 0; i < m_figures.size(); ++i) {
        const DialectField field = kCoveredFields[i];
        const double now = before.share(field);
        const double then = after.share(field);
        m_tones[i] = then > now ? 1 : then < now ? -1 : 0;
        m_figures[i].share->setText(coverageText(then));
        m_figures[i].before->setText(then > now   ? tr("▲ from %1").arg(coverageText(now))
                                     : then < now ? tr("▼ from %1").arg(coverageText(now))
                                                  : tr("as now"));
        words
            << tr("%1 have a %2, %3 now").arg(coverageText(then), wordOf(field), coverageText(now));
    }
    m_text = words.join(u"; "_s);
    setAccessibleName(m_text);
    color();
}

void CoverageFigures::clear()
{
    for (Figure& figure : m_figures) {
        figure.share->setText(u"—"_s);
        figure.before->clear();
    }
    m_tones = {};
    m_text.clear();
    setAccessibleName(tr("No messages to try the dialect on"));
    color();
}

void CoverageFigures::color()
{
    const Theme& theme = Theme::current();
    for (std::size_t i = 0; i < m_figures.size(); ++i) {
        setColor(m_figures[i].word, theme.secondary);
        setColor(m_figures[i].before, m_tones[i] > 0   ? theme.good
                                      : m_tones[i] < 0 ? theme.warning
                                                       : theme.faint);
    }
}

void CoverageFigures::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::ApplicationPaletteChange)
        color();
}

} // namespace murmur
