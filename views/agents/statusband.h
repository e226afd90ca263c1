// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"

#include <QWidget>

#include <memory>
#include <vector>

namespace murmur {

/// A stretch of what one agent did.
struct BandSegment
{
    enum class What : std::uint8_t { Quiet, Received, Sent, Error, Silent };
    TimeRange range;
    What what = What::Quiet;
    /// Of errors: which part of what was sent they are, in eighths, at least one.
    std::uint8_t eighths = 0;
    friend bool operator==(const BandSegment&, const BandSegment&) = default;
};

/// How many of `sent` are errors, in eighths; one as soon as there is any.
[[nodiscard]] std::uint8_t errorEighths(std::uint64_t errors, std::uint64_t sent) noexcept;

/// The window as stretches of one agent's doing, neighbours that are alike merged. After its last
/// message it is silent up to `playhead`, if it was known as silent then.
std::vector<BandSegment> bandSegments(const TileSlice& slice, const AgentState& state,
                                      TimePoint playhead);

/// A thin band over the shared window that shows them, with the playhead. Errors hang from its top,
/// as deep as their part of what was sent: one among thousands does not colour all of it.
class StatusBand : public QWidget
{
    Q_OBJECT
public:
    explicit StatusBand(QWidget* parent = nullptr);

    void setBand(TimeRange window, TimePoint playhead, std::vector<BandSegment> segments);
    [[nodiscard]] const std::vector<BandSegment>& segments() const { return m_segments; }
    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    void timePicked(murmur::TimePoint time);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    TimeRange m_window;
    TimePoint m_playhead;
    std::vector<BandSegment> m_segments;
};

} // namespace murmur
