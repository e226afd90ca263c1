// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/latestjob.h"
#include "views/timeline/lagtrack.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

class QToolButton;

namespace murmur {

class SharedView;

/// Below the lanes: how far consumers of others are behind, a row for each that ever was. Takes no
/// room while there is none.
class LagBand : public QWidget
{
    Q_OBJECT
public:
    LagBand(SharedView* shared, QWidget* parent);

    /// The room that it wants, `most` at most; 0: none.
    [[nodiscard]] int wantedHeight(int most) const;
    [[nodiscard]] bool isFolded() const { return m_isFolded; }
    void setFolded(bool folded);
    /// A line for each row, as of the playhead.
    [[nodiscard]] QString asText() const;
    [[nodiscard]] bool isSettled() const;
    /// Where the row of the track is drawn, the plot part; empty when it has none.
    [[nodiscard]] QRect rowRect(const QString& topic, const QString& consumer) const;

    /// How far the one that is farthest behind of those that read `topic` is, per pixel; empty:
    /// nobody was ever behind.
    [[nodiscard]] std::vector<std::int64_t> columnsOf(const QString& topic, const TimeAxis& axis,
                                                      int width) const;
    /// A line for each consumer of `topic` that was behind or is not at `time`.
    [[nodiscard]] QString textOf(const QString& topic, TimePoint time) const;
    /// The scale that all share.
    [[nodiscard]] std::int64_t top() const;
    /// Another one whenever columnsOf() may be.
    [[nodiscard]] quint64 revision() const { return m_revision; }

Q_SIGNALS:
    /// wantedHeight() may be another one.
    void heightChanged();
    void valuesChanged();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

private:
    void reset();
    void askWho();
    void askValues();
    void pace();
    void takeWho(const std::vector<Lag>& lags);
    [[nodiscard]] TimeAxis axis() const;
    [[nodiscard]] QRect plotRect() const;
    [[nodiscard]] int headerHeight() const;
    [[nodiscard]] int rowHeight() const;
    /// Those that have room, in order.
    [[nodiscard]] std::vector<std::size_t> shownRows() const;
    /// The values in sight of a row; an empty track when there are none.
    [[nodiscard]] const LagTrack& valuesOf(const LagTrack& row) const;
    void touch();
    void paintRow(QPainter& painter, const LagTrack& row, QRect rect) const;
    void paintHeader(QPainter& painter) const;
    void updateTitle();

    SharedView* m_shared;
    QToolButton* m_fold;
    LatestJob m_whoJob;
    LatestJob m_valuesJob;
    QTimer m_slow;                       ///< what need not follow every growth
    QElapsedTimer m_asked;               ///< since the values were asked for
    std::vector<LagTrack> m_rows;        ///< that were ever behind, without values
    std::int64_t m_knownUntil = kNoTime; ///< ns, of the newest value that m_rows know of
    std::vector<LagTrack> m_values;      ///< of m_range
    TimeRange m_range;                   ///< that m_values answer for
    nanoseconds m_step{0};               ///< how fine they are
    quint64 m_revision = 0;
    bool m_isFolded = false;
    bool m_knows = false;
};

} // namespace murmur
