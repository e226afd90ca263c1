// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/connectionchips.h"

#include "bus/fleet.h"
#include "views/base/numbers.h"
#include "views/base/theme.h"
#include "views/connect/connectiondetails.h"
#include "views/connect/connecttext.h"
#include "views/connect/fleetmodel.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QMenu>
#include <QPainter>
#include <QResizeEvent>

#include <algorithm>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr int kWidest = 200;
constexpr int kNarrowest = 132;
constexpr int kWidestFleet = 260;
constexpr int kRestWidth = 52;
constexpr int kSpacing = 8;
constexpr int kHeight = 30;
/// A chip that is wider shows what was lost beside the rate.
constexpr int kRoomForBoth = 170;
/// Up to so many connections have chips of their own.
constexpr std::size_t kMostAlone = 8;

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

/// For a chip on which the name would be cut.
QString shortestLost(std::int64_t lost, LostIs lostIs, const QString& otherwise)
{
    return lost == 0 && lostIs == LostIs::Unknown ? ConnectionChip::tr("lost ?") : otherwise;
}

} // namespace

ConnectionChip::ConnectionChip(QWidget* parent)
    : QAbstractButton(parent)
{
    setFocusPolicy(Qt::TabFocus);
    setAttribute(Qt::WA_Hover);
    setCursor(Qt::PointingHandCursor);
}

void ConnectionChip::show(const ConnectionInfo& connection, const QString& name,
                          const QString& figure)
{
    if (m_connections == std::vector{connection} && m_figure == figure && m_name == name)
        return;
    m_connections = {connection};
    m_name = name;
    m_figure = figure;
    m_lost = lostText(connection.lost, connection.lostIs);
    m_lostShort = m_lost.isEmpty()
                      ? QString()
                      : tr("lost %1").arg(shortLostText(connection.lost, connection.lostIs));
    m_lostShortest = shortestLost(connection.lost, connection.lostIs, m_lostShort);
    QStringList said{connection.url, stateWord(connection.state)};
    if (!connection.detail.isEmpty())
        said << connection.detail;
    say(connection, said.join(u'\n'));
}

void ConnectionChip::showFleet(const QString& label, const std::vector<ConnectionInfo>& members)
{
    if (m_connections == members && m_name == label)
        return;
    m_connections = members;
    m_name = label;
    m_figure = shortUpText(members);
    std::int64_t lost = 0;
    LostIs lostIs = LostIs::Exact;
    for (const ConnectionInfo& member : members) {
        lost += member.lost;
        lostIs = std::max(lostIs, member.lostIs);
    }
    m_lost = lostText(lost, lostIs);
    m_lostShort = m_lost.isEmpty() ? QString() : tr("lost %1").arg(shortLostText(lost, lostIs));
    m_lostShortest = shortestLost(lost, lostIs, m_lostShort);
    say(*std::ranges::min_element(members, {}, healthRank), label + u'\n' + upText(members));
}

void ConnectionChip::say(const ConnectionInfo& worst, const QString& tip)
{
    m_worst = worst;
    setToolTip(m_lost.isEmpty() ? tip : tip + u'\n' + m_lost);
    const QString state = m_connections.size() > 1 ? m_figure : stateWord(worst.state);
    setAccessibleName(
        tr("%1: %2, %3 %4", "connection: name, state, rate, loss")
            .arg(m_name, state, m_connections.size() > 1 ? QString() : m_figure, m_lost)
            .trimmed());
    update();
}

void ConnectionChip::showRest(const std::vector<ConnectionInfo>& rest)
{
    m_edge = QColor();
    m_connections = rest;
    m_name.clear();
    m_figure = u'+' + QString::number(rest.size());
    m_lost.clear();
    setToolTip(countText(static_cast<std::int64_t>(rest.size()), tr("1 more connection"),
                         tr("%1 more connections")));
    setAccessibleName(toolTip());
    update();
}

QSize ConnectionChip::sizeHint() const
{
    return {kWidest, kHeight};
}

void ConnectionChip::setEdge(const QColor& color)
{
    if (color == m_edge)
        return;
    m_edge = color;
    update();
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
    if (m_edge.isValid()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_edge);
        painter.setClipRect(QRect(0, 0, 4, height()));
        painter.drawRoundedRect(QRectF(rect()), 5, 5);
        painter.setClipping(false);
    }

    QRect inner = rect().adjusted(10, 0, -10, 0);
    if (!m_name.isEmpty()) {
        const QRectF mark(inner.left(), rect().center().y() - 3.5, 8, 8);
        paintState(painter, mark, m_worst.state, isBad);
        inner.setLeft(inner.left() + 16);
    }
    // A name tells more than a rate.
    const bool hasRoom = inner.width() > kRoomForBoth;
    QString figure = m_figure;
    if (!m_lost.isEmpty())
        figure = hasRoom ? m_figure + u' ' + m_lostShort : m_lostShort;
    const int nameWidth = QFontMetrics(theme.interfaceFont()).horizontalAdvance(m_name);
    painter.setFont(theme.numberFont(9));
    if (!m_lost.isEmpty() &&
        nameWidth + 8 + painter.fontMetrics().horizontalAdvance(figure) > inner.width())
        figure = m_lostShortest;
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
    if (m_details && m_connections.empty())
        m_details->close();
    else if (m_details)
        m_details->setConnections(m_connections, rates(), m_isLive);
}

QHash<quint32, double> ConnectionChips::rates() const
{
    QHash<quint32, double> rates;
    if (!m_isLive)
        return rates;
    for (const ConnectionInfo& connection : m_connections)
        rates.insert(index(connection.id), m_rates.value(index(connection.id)).perSecond());
    return rates;
}

void ConnectionChips::group()
{
    QStringList urls;
    for (const ConnectionInfo& connection : m_connections)
        urls << connection.url;
    const auto count = static_cast<int>(m_connections.size());
    const bool isFolded =
        m_connections.size() > kMostAlone || count * (kNarrowest + kSpacing) - kSpacing > width();
    if (urls == m_grouped && isFolded == m_isFolded)
        return;
    m_grouped = urls;
    m_isFolded = isFolded;
    m_items.clear();
    if (!isFolded) {
        for (std::size_t i = 0; i < m_connections.size(); ++i)
            m_items.push_back({{}, {i}});
        return;
    }
    for (FleetGroup& fleet : fleetGroups(urls))
        m_items.push_back({std::move(fleet.label), std::move(fleet.members)});
}

void ConnectionChips::suggest(ConnectionId connection, const QStringList& patterns)
{
    if (m_details)
        m_details->suggest(connection, patterns);
}

void ConnectionChips::showLags(ConnectionId connection, const std::vector<Lag>& lags)
{
    if (m_details)
        m_details->showLags(connection, lags);
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
    // Not by what is folded: then it would never have room to unfold.
    const bool isAlone = m_connections.size() <= kMostAlone;
    const std::size_t chips = isAlone ? m_connections.size() : m_items.size();
    const int count = static_cast<int>(std::min<std::size_t>(chips, 4));
    return {count * (kWidest + kSpacing) +
                (count > 0 && !isAlone && m_items.size() < m_connections.size() ? 60 : 0),
            kHeight};
}

void ConnectionChips::resizeEvent(QResizeEvent*)
{
    arrange();
}

void ConnectionChips::arrange()
{
    group();
    const auto count = static_cast<int>(m_items.size());
    int shown = std::min(count, std::max(1, (width() + kSpacing) / (kNarrowest + kSpacing)));
    if (shown < count)
        shown = std::max(1, (width() - kRestWidth) / (kNarrowest + kSpacing));
    const bool hasRest = shown < count;
    while (static_cast<int>(m_chips.size()) < shown + (hasRest ? 1 : 0)) {
        auto* chip = new ConnectionChip(this);
        chip->setContextMenuPolicy(Qt::CustomContextMenu);
        connect(chip, &QAbstractButton::clicked, this, [this, chip] { showDetails(chip); });
        connect(chip, &QWidget::customContextMenuRequested, this,
                [this, chip](QPoint at) { showMenu(chip, chip->mapToGlobal(at)); });
        m_chips.push_back(chip);
    }

    const int forChips = width() - (hasRest ? kRestWidth + kSpacing : 0);
    const int widest = m_items.size() < m_connections.size() ? kWidestFleet : kWidest;
    const int each = shown > 0 ? std::clamp((forChips - (shown - 1) * kSpacing) / shown,
                                            std::min(kNarrowest, width()), widest)
                               : 0;
    int x = 0;
    for (int i = 0; i < static_cast<int>(m_chips.size()); ++i) {
        ConnectionChip* chip = m_chips[static_cast<std::size_t>(i)];
        chip->setVisible(i < shown || (hasRest && i == shown));
        if (i < shown) {
            fill(chip, m_items[static_cast<std::size_t>(i)]);
            chip->setGeometry(x, (height() - kHeight) / 2, each, kHeight);
            x += each + kSpacing;
        } else if (hasRest && i == shown) {
            std::vector<ConnectionInfo> rest;
            for (int item = shown; item < count; ++item) {
                for (const std::size_t member : m_items[static_cast<std::size_t>(item)].members)
                    rest.push_back(m_connections[member]);
            }
            chip->showRest(rest);
            chip->setGeometry(x, (height() - kHeight) / 2, kRestWidth, kHeight);
        }
    }
}

void ConnectionChips::setEdges(const QHash<QString, QColor>& edges)
{
    m_edges = edges;
    arrange();
}

void ConnectionChips::fill(ConnectionChip* chip, const Item& item)
{
    chip->setEdge(item.members.empty() ? QColor()
                                       : m_edges.value(m_connections[item.members.front()].url));
    if (item.members.size() > 1) {
        std::vector<ConnectionInfo> members;
        members.reserve(item.members.size());
        for (const std::size_t member : item.members)
            members.push_back(m_connections[member]);
        chip->showFleet(item.label, members);
        return;
    }
    const ConnectionInfo& connection = m_connections[item.members.front()];
    const bool isOver = connection.state == ConnectionStatus::State::Stopped;
    QString figure = m_isLive && !isOver ? rateText(m_rates.value(index(connection.id)).perSecond())
                                         : numberText(connection.recorded);
    // A rate of nothing would hide why nothing comes.
    if (m_isLive && connection.state == ConnectionStatus::State::Failed)
        figure = stateWord(connection.state);
    else if (m_isLive && connection.state == ConnectionStatus::State::Retrying)
        figure = tr("retrying");
    if (const QString share = shareText(connection); m_isLive && !share.isEmpty())
        figure = share + u"  "_s + figure;
    // "mqtt 1883" tells nothing where another is called so, too.
    const QString name = shortName(connection);
    const auto others = std::ranges::count(m_connections, name, shortName);
    chip->show(connection, others > 1 ? placeName(connection) : name, figure);
}

void ConnectionChips::showDetails(ConnectionChip* chip)
{
    std::vector<ConnectionId> ids;
    for (const ConnectionInfo& connection : chip->connections())
        ids.push_back(connection.id);
    if (m_details)
        m_details->close();
    auto* details = new ConnectionDetails(std::move(ids), this);
    details->setAttribute(Qt::WA_DeleteOnClose);
    m_details = details;
    connect(details, &ConnectionDetails::wished, this, &ConnectionChips::wished);
    connect(details, &ConnectionDetails::shown, this, &ConnectionChips::detailsShown);
    connect(details, &ConnectionDetails::lagsWanted, this, &ConnectionChips::lagsWanted);
    details->setConnections(m_connections, rates(), m_isLive);
    details->move(chip->mapToGlobal(QPoint(0, chip->height() + 4)));
    details->show();
}

void ConnectionChips::showMenu(ConnectionChip* chip, QPoint at)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("Details …"), this, [this, chip] { showDetails(chip); });
    menu->addAction(tr("Copy the URL", nullptr), this, [chip] {
        QStringList urls;
        for (const ConnectionInfo& connection : chip->connections())
            urls << connection.url;
        QGuiApplication::clipboard()->setText(urls.join(u'\n'));
    });
    if (m_isLive) {
        menu->addSeparator();
        const auto offer = [&](const QString& text, ConnectionWish::What what, bool isOver) {
            std::vector<ConnectionId> ids;
            for (const ConnectionInfo& connection : chip->connections()) {
                if ((connection.state == ConnectionStatus::State::Stopped ||
                     connection.state == ConnectionStatus::State::Failed) == isOver)
                    ids.push_back(connection.id);
            }
            QAction* const action = menu->addAction(text, this, [this, what, ids] {
                for (const ConnectionId id : ids)
                    Q_EMIT wished({what, id, {}});
            });
            action->setEnabled(!ids.empty());
        };
        offer(tr("Detach"), ConnectionWish::What::Detach, false);
        offer(tr("Attach again"), ConnectionWish::What::AttachAgain, true);
    }
    menu->popup(at);
}

} // namespace murmur
