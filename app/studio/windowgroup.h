// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <functional>
#include <vector>

namespace murmur {

class MainWindow;
class SharedView;

/// The windows on one session, for several screens. Each has its panes and its filter; those that
/// are linked have one window of time, one playhead and one selection. The first one owns the
/// session: while others are open it hides instead of closing.
class WindowGroup : public QObject
{
    Q_OBJECT
public:
    explicit WindowGroup(MainWindow* first);
    /// The others go first: they show what the first one owns.
    ~WindowGroup() override;

    [[nodiscard]] MainWindow* first() const { return m_first; }
    /// One more window on what the first one has open; the first one again where it was hidden.
    MainWindow* openAnother(MainWindow* beside);
    [[nodiscard]] bool hasOthersSeen(const MainWindow* window) const;
    /// All windows, the first one first.
    [[nodiscard]] std::vector<MainWindow*> windows() const;
    void closeOthers();

    [[nodiscard]] bool isLinked(const MainWindow* window) const;
    void setLinked(MainWindow* window, bool isLinked);

Q_SIGNALS:
    /// Windows came or went, or are linked otherwise.
    void changed();

private:
    struct Member
    {
        MainWindow* window = nullptr;
        SharedView* shared = nullptr; ///< outlives the window by nothing: for comparing only
        bool isLinked = true;
    };
    void add(MainWindow* window);
    void remove(const QObject* window);
    void follow(SharedView* from, const std::function<void(SharedView&)>& set);
    void adopt(SharedView& shared);

    MainWindow* m_first;
    std::vector<Member> m_members;
    bool m_isFollowing = false;
};

/// What the windows share, from one to another.
void showSame(const SharedView& from, SharedView& to);

} // namespace murmur
