// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/agentrow.h"
#include "views/base/latestjob.h"

#include "session/session.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>
#include <vector>

class QWidget;

namespace murmur {

class AgentMoments;
class SharedView;

/// How all agents do: their state at the playhead, their traffic in the window. How well they are
/// is told from all traffic, whatever the filter lets through. Asked once for all
/// views of a window that show it, and only while one of them is seen. There is one, made when the
/// first one asks.
class AgentFigures : public QObject
{
    Q_OBJECT
public:
    static AgentFigures* of(SharedView* shared);

    /// Keeps the figures up to date while `viewer` is seen.
    void serve(QWidget* viewer);
    /// In the order of their ids; empty until both parts are known.
    [[nodiscard]] const std::vector<AgentRow>& rows() const { return m_rows; }
    /// Null: nothing is known of it.
    [[nodiscard]] const AgentRow* row(AgentId agent) const;
    /// Why they cannot be read, a sentence.
    [[nodiscard]] const QString& failure() const { return m_failure; }
    [[nodiscard]] bool isAsking() const
    {
        return m_stateJob.isBusy() || m_tilesJob.isBusy() || m_allJob.isBusy();
    }
    [[nodiscard]] bool isSettled() const { return !isAsking() && !m_soon.isActive(); }

Q_SIGNALS:
    /// Rows, the failure, or whether they are on their way.
    void changed();
    /// Another session: nothing of before counts.
    void restarted();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    explicit AgentFigures(SharedView* shared);
    void restart();
    void askSoon();
    void askAnew();
    void ask();
    using TilesPtr = std::shared_ptr<const TileSlice>;
    void askTraffic(LatestJob& job, TileRequest traffic, std::function<void(TilesPtr)> take);
    void present();
    [[nodiscard]] bool isSeen() const;

    SharedView* m_shared; // the parent
    AgentMoments* m_moments;
    std::vector<QWidget*> m_viewers;
    std::shared_ptr<const StateSlice> m_state;
    TilesPtr m_tiles; ///< what the filter lets through
    TilesPtr m_all;   ///< without the filter; the same where there is none
    std::vector<AgentRow> m_rows;
    QString m_failure;
    QTimer m_soon;
    LatestJob m_stateJob;
    LatestJob m_tilesJob;
    LatestJob m_allJob;
};

} // namespace murmur
