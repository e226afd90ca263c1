// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/message.h"
#include "session/session.h"
#include "views/base/latestjob.h"

#include <QHash>
#include <QObject>

class QMenu;

namespace murmur {

class BookmarkBoard;
class SharedView;

/// The menu of what was bookmarked: sets and takes back one, goes from one to the next, and lists
/// them with time, topic and sender.
class BookmarkMenu : public QObject
{
    Q_OBJECT
public:
    BookmarkMenu(SharedView* shared, QMenu* menu);

private:
    void fill();
    void read(); ///< what the list says about each
    [[nodiscard]] QString titleOf(Seq seq) const;

    SharedView* m_shared;
    BookmarkBoard* m_board;
    QMenu* m_menu; // the parent
    QHash<Seq, MessageRow> m_rows;
    LatestJob m_job;
};

} // namespace murmur
