// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/base/bookmarkboard.h"

#include "session/bookmarks.h"
#include "views/base/sharedview.h"

#include <QKeyEvent>
#include <QtConcurrent>

#include <algorithm>

namespace murmur {

BookmarkBoard* BookmarkBoard::of(SharedView* shared)
{
    if (auto* known = shared->findChild<BookmarkBoard*>(QString(), Qt::FindDirectChildrenOnly))
        return known;
    return new BookmarkBoard(shared);
}

BookmarkBoard::BookmarkBoard(SharedView* shared)
    : QObject(shared)
    , m_shared(shared)
{
    connect(shared, &SharedView::sessionChanged, this, [this] {
        m_keep.cancel();
        set({});
        read();
    });
    read();
}

bool BookmarkBoard::has(Seq seq) const
{
    return std::ranges::binary_search(m_messages, seq);
}

void BookmarkBoard::set(std::vector<Seq> messages)
{
    if (messages == m_messages)
        return;
    m_messages = std::move(messages);
    Q_EMIT changed();
}

void BookmarkBoard::read()
{
    m_read.cancel();
    const Session* session = m_shared->session();
    const auto source = session != nullptr ? session->source() : nullptr;
    if (!source)
        return;
    m_read.start(
        this,
        [source](const std::stop_token&) {
            return QtConcurrent::run([source] { return bookmarksOf(*source); });
        },
        [this](const Result<std::vector<Bookmark>>& bookmarks) {
            if (!bookmarks)
                return; // whoever shows messages tells why nothing can be read
            std::vector<Seq> messages;
            for (const Bookmark& bookmark : *bookmarks) {
                if (bookmark.seq != 0)
                    messages.push_back(bookmark.seq);
            }
            std::ranges::sort(messages);
            set(std::move(messages));
        });
}

void BookmarkBoard::toggle(Seq seq)
{
    const Session* session = m_shared->session();
    const auto source = session != nullptr ? session->source() : nullptr;
    if (!source || seq == 0 || m_keep.isBusy())
        return;
    m_read.cancel();
    std::vector<Seq> messages = m_messages;
    const auto at = std::ranges::lower_bound(messages, seq);
    const bool adds = at == messages.end() || *at != seq;
    if (adds)
        messages.insert(at, seq);
    else
        messages.erase(at);
    set(std::move(messages));
    m_keep.start(
        this,
        [source, seq, adds](const std::stop_token&) {
            return QtConcurrent::run([source, seq, adds] {
                return adds ? keepBookmark(*source, seq, {}) : removeBookmark(*source, seq);
            });
        },
        [this](const Status& status) {
            if (!status && status.error().code != ErrorCode::Cancelled) {
                Q_EMIT failed(status.error());
                read(); // as it is kept
            }
        });
}

bool BookmarkBoard::go(int direction)
{
    const Seq from = m_shared->selectedMessage();
    Seq to = 0;
    if (direction > 0) {
        const auto next = std::ranges::upper_bound(m_messages, from);
        to = next == m_messages.end() ? 0 : *next;
    } else {
        const auto here = std::ranges::lower_bound(m_messages, from);
        to = here == m_messages.begin() ? 0 : *(here - 1);
    }
    if (to == 0 || m_shared->session() == nullptr)
        return false;
    goTo(to);
    return true;
}

void BookmarkBoard::goTo(Seq seq)
{
    Session* session = m_shared->session();
    if (session == nullptr)
        return;
    m_shared->selectMessage(seq);
    RowRequest request;
    request.seqs = {seq};
    m_place.start(
        this, [&](const std::stop_token&) { return session->rows(request); },
        [this, seq](const Result<std::vector<MessageRow>>& rows) {
            if (rows && !rows->empty() && m_shared->selectedMessage() == seq)
                m_shared->setPlayhead(rows->front().time);
        });
}

bool BookmarkBoard::takeKey(const QKeyEvent& event)
{
    if (event.key() == Qt::Key_B && event.modifiers() == Qt::NoModifier) {
        toggle(m_shared->selectedMessage());
        return true;
    }
    if (event.key() == Qt::Key_N && !(event.modifiers() & ~Qt::ShiftModifier)) {
        go(event.modifiers().testFlag(Qt::ShiftModifier) ? -1 : 1);
        return true;
    }
    return false;
}

} // namespace murmur
