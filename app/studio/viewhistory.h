// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "query/filter.h"
#include "session/lanekey.h"

#include <QByteArray>
#include <QMap>
#include <QObject>
#include <QTimer>

namespace murmur {

class SharedView;
class Workspace;

/// What is looked at, so that one can come back to it.
struct LookedAt
{
    bool isLive = false; ///< then window and playhead are those of the newest message
    TimeRange window;
    TimePoint playhead;
    Seq message = 0;
    AgentId agent{};
    FilterPtr filter;
    bool dims = false;
    LaneKey lanes;
    QMap<QString, QByteArray> views; ///< their order, folds and the like

    friend bool operator==(const LookedAt&, const LookedAt&) = default;
};

/// Every change of what is looked at that a person makes can be taken back, as in a browser: the
/// window of time, the playhead, the selection, the filter, what lanes are by, their order and
/// folds. What follows each other closely is one step; what moves by itself is none.
class ViewHistory : public QObject
{
    Q_OBJECT
public:
    /// Watches the widgets of `window` for what the person does.
    ViewHistory(SharedView* shared, Workspace* workspace, QWidget* window);

    /// What was changed and still waits for more is a step now.
    void settle();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    class Step;
    [[nodiscard]] LookedAt now() const;
    void show(const LookedAt& place);
    void forget();
    [[nodiscard]] QString wordFor(const LookedAt& before, const LookedAt& after) const;

    SharedView* m_shared;
    Workspace* m_workspace;
    QWidget* m_window;
    LookedAt m_current;
    QTimer m_pause;
    bool m_wasTouched = false; ///< by the person, since the last step
    bool m_isOurs = false;     ///< the stack changes by us
};

} // namespace murmur
