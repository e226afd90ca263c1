// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/frametimer.h"
#include "views/wall/wallpainter.h"
#include "views/wall/wallplan.h"

#include <QAbstractScrollArea>

namespace murmur {

/// The wall as a picture: hover, pick, keys. Scrolls where tiles are as small as they get.
class WallCanvas : public QAbstractScrollArea
{
    Q_OBJECT
public:
    explicit WallCanvas(QWidget* parent = nullptr);

    void show(std::vector<AgentRow> rows);
    void setFilter(const QString& text);
    /// Empty: the largest at which all can be seen.
    void setTileSize(std::optional<TileSize> size);
    [[nodiscard]] std::optional<TileSize> tileSize() const { return m_wish.size; }
    void select(AgentId agent, bool isRevealed);
    /// What else is known of the agent that is hovered: its last message.
    void setHoverNote(AgentId agent, const QString& note);

    [[nodiscard]] const std::vector<AgentRow>& rows() const { return m_rows; }
    [[nodiscard]] const WallPlan& plan() const { return m_plan; }
    [[nodiscard]] const AgentRow* rowOf(int tile) const; ///< null: no such tile
    [[nodiscard]] int tileOf(AgentId agent) const;       ///< -1: none
    [[nodiscard]] AgentId selectedAgent() const { return m_selected; }
    /// In the viewport.
    [[nodiscard]] QRect rectOf(int tile) const;
    [[nodiscard]] QString sentenceOf(int tile) const;
    [[nodiscard]] const FrameTimer& frames() const { return m_frames; }
    void applyTheme();

Q_SIGNALS:
    void agentPicked(murmur::AgentId agent);
    void agentOpened(murmur::AgentId agent); ///< double click, Return
    void agentHovered(murmur::AgentId agent);
    void tileSizeChanged();

protected:
    bool viewportEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void arrange();
    void hover(int tile);
    void pick(int tile);
    void resizeTiles(int direction);
    void updateTile(int tile);
    [[nodiscard]] int tileUnder(QPoint position) const;
    [[nodiscard]] int offset() const;

    std::vector<AgentRow> m_rows;
    WallPlan::Wish m_wish;
    WallPlan m_plan;
    WallPainter m_painter;
    AgentId m_selected{};
    AgentId m_hovered{};
    AgentId m_noted{};
    QString m_note;
    QPoint m_hoveredAt; // global
    FrameTimer m_frames;
};

} // namespace murmur
