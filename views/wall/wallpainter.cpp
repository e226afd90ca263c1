// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/wall/wallpainter.h"

#include "views/base/blend.h"
#include "views/base/numbers.h"
#include "views/base/theme.h"

#include <QCoreApplication>
#include <QFontMetrics>
#include <QPainter>

#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

struct WallTr
{
    Q_DECLARE_TR_FUNCTIONS(Wall)
};

constexpr int kBar = 3; ///< the colour at the left of an ill tile
constexpr int kPad = 6;
constexpr qsizetype kMostLaid = 20'000; ///< texts

bool isIll(Health health)
{
    return health > Health::Well;
}

int letterWidth(int height)
{
    return std::max(14, height);
}

} // namespace

QString trafficText(const AgentRow& row)
{
    QString text = WallTr::tr("%1/s").arg(shortNumberText(row.rate));
    if (row.open > 0)
        text += u" · "_s + WallTr::tr("in flight %1").arg(numberText(row.open));
    if (row.p99.count() >= 0)
        text += u" · p99 "_s + durationText(row.p99);
    return text;
}

QString keyFigure(const AgentRow& row)
{
    switch (row.health) {
    case Health::Unseen:
        return {};
    case Health::Silent:
        return row.status.isEmpty() ? healthText(row.health) : row.status;
    case Health::Erring:
        return healthText(row.health, row.errors);
    case Health::Slow:
    case Health::Well:
        break;
    }
    return row.p99.count() >= 0 ? u"p99 "_s + durationText(row.p99)
                                : WallTr::tr("%1/s").arg(shortNumberText(row.rate));
}

QString shortFigure(const AgentRow& row)
{
    switch (row.health) {
    case Health::Unseen:
    case Health::Silent:
        return {};
    case Health::Erring:
        return numberText(row.errors);
    case Health::Slow:
    case Health::Well:
        break;
    }
    return row.p99.count() >= 0 ? durationText(row.p99)
                                : WallTr::tr("%1/s").arg(shortNumberText(row.rate));
}

void WallPainter::reset(const WallPlan& plan)
{
    m_texts.assign(plan.tiles().size(), {});
    makeFonts();
    const QSize size = plan.tiles().empty() ? QSize() : plan.tiles().front().rect.size();
    const Theme& theme = Theme::current();
    const QString fonts = theme.interfaceFont(10).key() + theme.numberFont(9).key();
    // Most texts are the same again when figures come: laying them out is most of the work.
    if (size == m_size && fonts == m_fonts && m_laid.size() < kMostLaid)
        return;
    m_size = size;
    m_fonts = fonts;
    m_laid.clear();
}

void WallPainter::makeFonts()
{
    const Theme& theme = Theme::current();
    m_faces = {theme.interfaceFont(10), theme.interfaceFont(9), theme.numberFont(9), 0, {}, {}};
    m_faces.line = QFontMetrics(m_faces.words).height();
    for (std::size_t i = 0; i < kHealthCount; ++i) {
        QStaticText& letter = m_faces.letters[i];
        letter.setText(healthLetter(static_cast<Health>(i)));
        letter.setTextFormat(Qt::PlainText);
        letter.prepare({}, m_faces.figures);
    }
}

/// The letter on a plate of its colour where something is wrong, alone where all is well.
void WallPainter::paintLetter(QPainter& painter, const QRect& box, Health health) const
{
    if (isIll(health)) {
        painter.fillRect(box, healthColor(health));
        painter.setPen(Theme::current().ground);
    } else {
        painter.setPen(healthColor(health));
    }
    const QStaticText& letter = m_faces.letters[static_cast<std::size_t>(health)];
    const QSizeF size = letter.size();
    painter.drawStaticText(QPointF(std::round(box.center().x() + 0.5 - size.width() / 2),
                                   std::round(box.center().y() + 0.5 - size.height() / 2)),
                           letter);
}

const QImage& WallPainter::letterTile(Health health, QSize size, qreal pixelRatio)
{
    QImage& tile = m_faces.tiles[static_cast<std::size_t>(health)];
    const QSize pixels = size * pixelRatio;
    if (tile.size() == pixels)
        return tile;
    const Theme& theme = Theme::current();
    const QColor color = healthColor(health);
    const bool isSeen = health != Health::Unseen;
    tile = QImage(pixels, QImage::Format_RGB32);
    tile.setDevicePixelRatio(pixelRatio);
    tile.fill(isIll(health) ? color : isSeen ? blended(color, theme.ground, 0.16) : theme.pane);
    QPainter painter(&tile);
    painter.setFont(m_faces.figures);
    painter.setPen(isIll(health) ? theme.ground
                   : isSeen      ? blended(color, theme.ground, 0.7)
                                 : theme.faint);
    painter.drawText(QRect(QPoint(), size), Qt::AlignCenter, healthLetter(health));
    return tile;
}

QStaticText WallPainter::laid(Face face, const QString& text, int width)
{
    const QFont& font = face == Face::Name    ? m_faces.words
                        : face == Face::Small ? m_faces.small
                                              : m_faces.figures;
    const auto known = m_laid.constFind({static_cast<int>(face), text});
    if (known != m_laid.constEnd())
        return *known;
    QStaticText made(QFontMetrics(font).elidedText(
        text, face == Face::Name ? Qt::ElideMiddle : Qt::ElideRight, width));
    made.setTextFormat(Qt::PlainText);
    made.prepare({}, font);
    m_laid.insert({static_cast<int>(face), text}, made);
    return made;
}

WallPainter::Texts& WallPainter::textsOf(int tile, const WallPlan& plan, const AgentRow& row)
{
    Texts& texts = m_texts[static_cast<std::size_t>(tile)];
    if (texts.isMade)
        return texts;
    texts.isMade = true;
    const QRect rect = plan.tiles()[static_cast<std::size_t>(tile)].rect;
    const int letter = letterWidth(m_faces.line - 2);
    const int room = rect.width() - kBar - letter - 3 * kPad / 2;
    const int whole = rect.width() - kBar - 3 * kPad / 2;
    texts.name = laid(Face::Name, row.name, room);
    if (plan.size() == TileSize::Name) {
        const QString figure = shortFigure(row);
        const int width = QFontMetrics(m_faces.figures).horizontalAdvance(figure);
        // A name that is whole may have its figure beside it.
        if (QFontMetrics(m_faces.words).horizontalAdvance(row.name) + width + kPad < room) {
            texts.figure = laid(Face::Figure, figure, width + 1);
            texts.figureWidth = width;
        }
    } else if (plan.size() == TileSize::Brief) {
        texts.second = laid(Face::Small, keyFigure(row), whole);
    } else if (plan.size() == TileSize::Full) {
        const bool hasFigure = isIll(row.health) && row.health != Health::Silent;
        QStringList parts;
        if (hasFigure)
            parts << keyFigure(row);
        if (!row.status.isEmpty())
            parts << row.status;
        texts.second = laid(Face::Small, parts.join(u", "_s), whole);
        texts.third = laid(Face::Figure, trafficText(row), whole);
    }
    return texts;
}

void WallPainter::paintTile(QPainter& painter, int tile, const WallPlan& plan, const AgentRow& row)
{
    const Theme& theme = Theme::current();
    const QRect rect = plan.tiles()[static_cast<std::size_t>(tile)].rect;
    const QColor color = healthColor(row.health);
    if (plan.size() == TileSize::Letter) {
        painter.drawImage(rect.topLeft(), letterTile(row.health, rect.size(),
                                                     painter.device()->devicePixelRatioF()));
        return;
    }
    painter.fillRect(rect, isIll(row.health) ? blended(color, theme.ground, 0.16) : theme.pane);
    painter.fillRect(QRect(rect.topLeft(), QSize(kBar, rect.height())),
                     isIll(row.health) ? color : blended(color, theme.ground, 0.45));
    Texts& texts = textsOf(tile, plan, row);
    const int line = m_faces.line;
    const int letter = letterWidth(line - 2);
    const int pad = plan.size() == TileSize::Full ? 5 : (plan.size() == TileSize::Brief ? 3 : 2);
    const int left = rect.left() + kBar + kPad / 2;
    painter.setFont(m_faces.figures);
    paintLetter(painter, QRect(left, rect.top() + pad, letter, line), row.health);
    painter.setFont(m_faces.words);
    painter.setPen(row.health == Health::Unseen ? theme.faint : theme.text);
    painter.drawStaticText(left + letter + kPad / 2, rect.top() + pad, texts.name);
    if (plan.size() == TileSize::Name) {
        painter.setFont(m_faces.figures);
        painter.setPen(isIll(row.health) ? color : theme.faint);
        painter.drawStaticText(rect.right() - kPad / 2 - texts.figureWidth, rect.top() + pad + 1,
                               texts.figure);
        return;
    }
    painter.setFont(m_faces.small);
    painter.setPen(isIll(row.health) ? color : theme.secondary);
    painter.drawStaticText(left + kPad / 2, rect.top() + pad + line, texts.second);
    if (plan.size() != TileSize::Full)
        return;
    painter.setFont(m_faces.figures);
    painter.setPen(theme.secondary);
    painter.drawStaticText(left + kPad / 2, rect.top() + pad + 2 * line, texts.third);
}

void WallPainter::paintHeader(QPainter& painter, const WallGroup& group,
                              const QString& noGroup) const
{
    const Theme& theme = Theme::current();
    QFont bold = theme.interfaceFont(10);
    bold.setWeight(QFont::DemiBold);
    painter.setFont(bold);
    painter.setPen(theme.text);
    const QFontMetrics metrics(bold);
    const QString name = metrics.elidedText(group.name.isEmpty() ? noGroup : group.name,
                                            Qt::ElideMiddle, group.header.width() / 2);
    painter.drawText(group.header, Qt::AlignVCenter | Qt::AlignLeft, name);
    int x = group.header.left() + metrics.horizontalAdvance(name) + 2 * kPad;
    const QFont figures = theme.numberFont(9);
    const QFontMetrics figureMetrics(figures);
    painter.setFont(figures);
    for (std::size_t i = group.counts.size(); i-- > 0;) {
        if (group.counts[i] == 0)
            continue;
        const auto health = static_cast<Health>(i);
        const QString text = u"%1 %2"_s.arg(healthLetter(health), numberText(group.counts[i]));
        painter.setPen(healthColor(health));
        painter.drawText(
            QRect(x, group.header.top(), group.header.right() - x, group.header.height()),
            Qt::AlignVCenter | Qt::AlignLeft, text);
        x += figureMetrics.horizontalAdvance(text) + 2 * kPad;
    }
    painter.fillRect(QRect(x, group.header.center().y(), std::max(0, group.header.right() - x), 1),
                     theme.hairline);
}

void WallPainter::paint(QPainter& painter, const QRect& area, const WallPlan& plan,
                        const std::vector<AgentRow>& rows, const QString& noGroup)
{
    const Theme& theme = Theme::current();
    painter.fillRect(area, theme.ground);
    const auto& tiles = plan.tiles();
    for (const WallGroup& group : plan.groups()) {
        if (group.header.intersects(area))
            paintHeader(painter, group, noGroup);
        if (group.count == 0 || group.header.top() > area.bottom() ||
            tiles[static_cast<std::size_t>(group.first + group.count - 1)].rect.bottom() <
                area.top())
            continue;
        for (int i = group.first; i < group.first + group.count; ++i) {
            const WallTile& tile = tiles[static_cast<std::size_t>(i)];
            if (tile.rect.intersects(area))
                paintTile(painter, i, plan, rows[static_cast<std::size_t>(tile.row)]);
        }
    }
}

void WallPainter::paintFrame(QPainter& painter, const QRect& tile, bool isSelected, bool hasFocus)
{
    const Theme& theme = Theme::current();
    painter.setBrush(Qt::NoBrush);
    painter.setPen(isSelected ? QPen(theme.interaction, hasFocus ? 2 : 1) : QPen(theme.faint, 1));
    painter.drawRect(tile.adjusted(isSelected ? -1 : 0, isSelected ? -1 : 0, isSelected ? 0 : -1,
                                   isSelected ? 0 : -1));
}

} // namespace murmur
