// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/connectionchips.h"

#include "views/base/numbers.h"
#include "views/base/theme.h"
#include "views/connect/connectiondetails.h"
#include "views/connect/connecttext.h"

#include <QPainter>
#include <QResizeEvent>

#include <algorithm>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr int kWidest = 200;
constexpr int kNarrowest = 132;
constexpr int kRestWidth = 52;
constexpr int kSpacing = 8;
constexpr int kHeight = 30;

/// Not by colour alone: a dot is well, a triangle wants attention, a square has failed, a ring is
/// detached.
void paintState(QPainter& painter, const QRectF& box, ConnectionStatus::State state, bool hasLost)
{
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(stateColor(state, hasLost));
    switch (state) {
    case ConnectionStatus::State::Up:
        if (!hasLost) {
            painter.drawEllipse(box);
            return;
        }
        [[fallthrough]];
    case ConnectionStatus::State::Starting:
    case ConnectionStatus::State::Retrying:
        painter.drawPolygon(
            QPolygonF{QPointF(box.center().x(), box.top()), box.bottomRight(), box.bottomLeft()});
        return;
    case ConnectionStatus::State::Failed:
        painter.drawRect(box);
        return;
    case ConnectionStatus::State::Stopped:
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(stateColor(state, hasLost), 1.5));
        painter.drawEllipse(box.adjusted(1, 1, -1, -1));
        return;
    }
}

} // namespace

ConnectionChip::ConnectionChip(QWidget* parent)
    : QAbstractButton(parent)
{
    setFocusPolicy(Qt::TabFocus);
    setAttribute(Qt::WA_Hover);
    setCursor(Qt::PointingHandCursor);
}

void ConnectionChip::show(const ConnectionInfo& connection, const QString& figure)
{
    m_connections = {connection};
    m_name = shortName(connection);
    m_figure = figure;
    m_lost = lostText(connection.lost, connection.lostIs);
    QStringList said{connection.url, stateWord(connection.state)};
    if (!connection.detail.isEmpty())
        said << connection.detail;
    setToolTip(said.join(u'\n'));
    setAccessibleName(tr("%1: %2, %3 %4", "connection: name, state, rate, loss")
                          .arg(m_name, stateWord(connection.state), m_figure, m_lost)
                          .trimmed());
    update();
}

void ConnectionChip::showRest(const std::vector<ConnectionInfo>& rest)
{
    m_connections = rest;
    m_name.clear();
    m_figure = u'+' + QString::number(rest.size());
    m_lost.clear();
    setToolTip(tr("%n more connection(s)", nullptr, static_cast<int>(rest.size())));
    setAccessibleName(toolTip());
    update();
}

QSize ConnectionChip::sizeHint() const
{
    return {kWidest, kHeight};
}

void ConnectionChip::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool isBad = !m_lost.isEmpty() && !m_connections.empty();
    painter.setPen(hasFocus() || underMouse() ? theme.interaction
                                              : (isBad ? theme.warning : theme.hairline));
    painter.setBrush(underMouse() ? theme.header : theme.ground);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);

    QRect inner = rect().adjusted(10, 0, -10, 0);
    if (!m_name.isEmpty()) {
        const ConnectionInfo& connection = m_connections.front();
        const QRectF mark(inner.left(), rect().center().y() - 3.5, 8, 8);
        paintState(painter, mark, connection.state, isBad);
        inner.setLeft(inner.left() + 16);
    }
    const QString figure = m_lost.isEmpty() ? m_figure : m_figure + u' ' + m_lost;
    painter.setFont(theme.numberFont(9));
    painter.setPen(isBad ? theme.warning : theme.secondary);
    const int figureWidth = painter.fontMetrics().horizontalAdvance(figure);
    painter.drawText(inner, Qt::AlignRight | Qt::AlignVCenter, figure);
    inner.setRight(inner.right() - figureWidth - 8);
    painter.setFont(theme.interfaceFont());
    painter.setPen(theme.text);
    painter.drawText(inner, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(m_name, Qt::ElideRight, inner.width()));
}

ConnectionChips::ConnectionChips(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setAccessibleName(tr("Connections"));
}

void ConnectionChips::setConnections(std::vector<ConnectionInfo> connections, bool isLive,
                                     nanoseconds now)
{
    const bool sameNumber = connections.size() == m_connections.size();
    m_connections = std::move(connections);
    m_isLive = isLive;
    for (const ConnectionInfo& connection : m_connections)
        m_rates[index(connection.id)].note(connection.received, now);
    arrange();
    if (!sameNumber)
        updateGeometry();
}

QString ConnectionChips::asText() const
{
    QStringList lines;
    for (const ConnectionChip* chip : m_chips)
        if (chip->isVisibleTo(this))
            lines << chip->accessibleName();
    return lines.join(u'\n');
}

QSize ConnectionChips::minimumSizeHint() const
{
    return {m_connections.empty() ? 0 : kNarrowest, kHeight};
}

QSize ConnectionChips::sizeHint() const
{
    const int count = static_cast<int>(std::min<std::size_t>(m_connections.size(), 4));
    return {count * (kWidest + kSpacing), kHeight};
}

void ConnectionChips::resizeEvent(QResizeEvent*)
{
    arrange();
}

void ConnectionChips::arrange()
{
    const auto count = static_cast<int>(m_connections.size());
    int shown = std::min(count, std::max(1, (width() + kSpacing) / (kNarrowest + kSpacing)));
    if (shown < count)
        shown = std::max(1, (width() - kRestWidth) / (kNarrowest + kSpacing));
    const bool hasRest = shown < count;
    while (static_cast<int>(m_chips.size()) < shown + (hasRest ? 1 : 0)) {
        auto* chip = new ConnectionChip(this);
        connect(chip, &QAbstractButton::clicked, this, [this, chip] { showDetails(chip); });
        m_chips.push_back(chip);
    }

    const int forChips = width() - (hasRest ? kRestWidth + kSpacing : 0);
    const int each = shown > 0 ? std::clamp((forChips - (shown - 1) * kSpacing) / shown,
                                            std::min(kNarrowest, width()), kWidest)
                               : 0;
    int x = 0;
    for (int i = 0; i < static_cast<int>(m_chips.size()); ++i) {
        ConnectionChip* chip = m_chips[static_cast<std::size_t>(i)];
        chip->setVisible(i < shown || (hasRest && i == shown));
        if (i < shown) {
            const ConnectionInfo& connection = m_connections[static_cast<std::size_t>(i)];
            chip->show(connection, m_isLive
                                       ? rateText(m_rates.value(index(connection.id)).perSecond())
                                       : numberText(connection.recorded));
            chip->setGeometry(x, (height() - kHeight) / 2, each, kHeight);
            x += each + kSpacing;
        } else if (hasRest && i == shown) {
            chip->showRest({m_connections.begin() + shown, m_connections.end()});
            chip->setGeometry(x, (height() - kHeight) / 2, kRestWidth, kHeight);
        }
    }
}

void ConnectionChips::showDetails(ConnectionChip* chip)
{
    auto* details = new ConnectionDetails(chip->connections(), this);
    details->setAttribute(Qt::WA_DeleteOnClose);
    details->adjustSize();
    details->move(chip->mapToGlobal(QPoint(0, chip->height() + 4)));
    details->show();
}

} // namespace murmur
