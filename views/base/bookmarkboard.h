// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/message.h"
#include "base/result.h"
#include "views/base/latestjob.h"

#include <QObject>

#include <vector>

class QKeyEvent;

namespace murmur {

class SharedView;

/// The messages of the session that people have bookmarked, for all views of a window. Reads and
/// keeps them in the background. There is one in a window, made when the first view asks.
class BookmarkBoard : public QObject
{
    Q_OBJECT
public:
    static BookmarkBoard* of(SharedView* shared);

    /// Ascending.
    [[nodiscard]] const std::vector<Seq>& messages() const { return m_messages; }
    [[nodiscard]] bool has(Seq seq) const;
    /// Puts one on a message, or takes it away. Holds at once; a failure is told by failed().
    void toggle(Seq seq);
    /// Selects the next (+1) or previous (-1) one as seen from the selected message, and moves the
    /// playhead there; false: there is none.
    bool go(int direction);
    /// Selects that message and moves the playhead there.
    void goTo(Seq seq);
    /// B on the selected message, N to the next and Shift+N to the previous one; true: it was one
    /// of these.
    bool takeKey(const QKeyEvent& event);
    [[nodiscard]] bool isSettled() const { return !m_read.isBusy() && !m_keep.isBusy(); }

Q_SIGNALS:
    void changed();
    void failed(const murmur::Error& error);

private:
    explicit BookmarkBoard(SharedView* shared);
    void read();
    void set(std::vector<Seq> messages);

    SharedView* m_shared; // the parent
    std::vector<Seq> m_messages;
    LatestJob m_read;
    LatestJob m_keep;
    LatestJob m_place;
};

} // namespace murmur
