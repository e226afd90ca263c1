// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/frametimer.h"
#include "views/sequence/sequencepainter.h"

#include <QAbstractScrollArea>

#include <memory>

namespace murmur {

/// The picture of a conversation: an agent is a line, a message an arrow, time runs down. Picks
/// messages, agents and moments by mouse and keys.
class SequenceDiagram : public QAbstractScrollArea
{
    Q_OBJECT
public:
    explicit SequenceDiagram(QWidget* parent = nullptr);

    void show(std::shared_ptr<const Sequence> sequence, std::shared_ptr<const Dictionaries> names);
    void setGaps(std::vector<Gap> gaps);
    void setSlo(nanoseconds slo);
    void setPlayhead(TimePoint time);
    void setAgent(AgentId agent);
    /// Shows that message as the one that is selected; -1: none. `isRevealed`: scrolls to it.
    void setSelected(int message, bool isRevealed);

    [[nodiscard]] const Sequence* sequence() const { return m_sequence.get(); }
    [[nodiscard]] int selected() const { return m_looks.selected; }
    [[nodiscard]] double zoom() const { return m_zoom; }
    /// So that what stands at `y` of the picture stays there.
    void setZoom(double zoom, double y);
    /// Where the arrow of a message ends, in the viewport.
    [[nodiscard]] QPoint endOf(int message) const;
    [[nodiscard]] QPoint headOf(int column) const;
    [[nodiscard]] const FrameTimer& frames() const { return m_frames; }

Q_SIGNALS:
    void messagePicked(murmur::Seq seq);
    void agentPicked(murmur::AgentId agent);
    void timePicked(murmur::TimePoint time);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    void lay();
    void updateBars();
    void pick(int message);
    void hover(int message);
    [[nodiscard]] int messageAt(QPoint position) const;
    [[nodiscard]] int columnAt(QPoint position) const;
    [[nodiscard]] double plannedY(double y) const;
    [[nodiscard]] SequencePainter painterOf() const;
    [[nodiscard]] QString sentence(int message) const;

    std::shared_ptr<const Sequence> m_sequence;
    std::shared_ptr<const Dictionaries> m_names;
    SequencePlan m_plan;
    SequenceLooks m_looks;
    double m_zoom = 1;
    QPoint m_pressed;
    QPoint m_scrolled;
    bool m_isDragging = false;
    bool m_isPressed = false;
    FrameTimer m_frames;
};

} // namespace murmur
