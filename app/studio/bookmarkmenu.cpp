// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bookmarkmenu.h"

#include "views/base/bookmarkboard.h"
#include "views/base/names.h"
#include "views/base/numbers.h"
#include "views/base/sharedview.h"
#include "views/base/shownzone.h"

#include <QMenu>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::ptrdiff_t kMostBookmarksListed = 30;

/// Those nearest to a message.
std::vector<Seq> bookmarksNear(const std::vector<Seq>& all, Seq seq)
{
    if (std::ssize(all) <= kMostBookmarksListed)
        return all;
    const auto at = std::ranges::lower_bound(all, seq) - all.begin();
    const auto first = std::clamp<std::ptrdiff_t>(at - kMostBookmarksListed / 2, 0,
                                                  std::ssize(all) - kMostBookmarksListed);
    return {all.begin() + first, all.begin() + first + kMostBookmarksListed};
}

} // namespace

BookmarkMenu::BookmarkMenu(SharedView* shared, QMenu* menu)
    : QObject(menu)
    , m_shared(shared)
    , m_board(BookmarkBoard::of(shared))
    , m_menu(menu)
{
    connect(menu, &QMenu::aboutToShow, this, &BookmarkMenu::fill);
    connect(m_board, &BookmarkBoard::changed, this, &BookmarkMenu::read);
    connect(shared, &SharedView::sessionChanged, this, [this] {
        m_job.cancel();
        m_rows.clear();
    });
}

void BookmarkMenu::read()
{
    Session* session = m_shared->session();
    RowRequest request;
    for (const Seq seq : bookmarksNear(m_board->messages(), m_shared->selectedMessage())) {
        if (!m_rows.contains(seq))
            request.seqs.push_back(seq);
    }
    if (session == nullptr || request.seqs.empty())
        return;
    m_job.start(
        this, [&](const std::stop_token&) { return session->rows(request); },
        [this](const Result<std::vector<MessageRow>>& rows) {
            if (!rows)
                return; // their numbers are known anyway
            for (const MessageRow& row : *rows)
                m_rows.insert(row.seq, row);
            if (m_menu->isVisible())
                fill();
        });
}

QString BookmarkMenu::titleOf(Seq seq) const
{
    const auto row = m_rows.constFind(seq);
    if (row == m_rows.constEnd())
        return tr("Message %1").arg(numberText(seq));
    const Dictionaries& names = *m_shared->session()->dictionaries();
    QString title = u"%1  %2  %3"_s.arg(shownClock(row->time), agentText(names, row->sender),
                                        QString::fromStdString(names.topicName(row->topic)));
    return title.left(90).replace(u'&', u"&&"_s);
}

void BookmarkMenu::fill()
{
    m_menu->clear();
    const std::vector<Seq>& all = m_board->messages();
    const Seq selected = m_shared->selectedMessage();
    QAction* toggle =
        m_menu->addAction(m_board->has(selected) ? tr("&Remove from the selected message\tB")
                                                 : tr("&Bookmark the selected message\tB"),
                          m_board, [this] { m_board->toggle(m_shared->selectedMessage()); });
    toggle->setEnabled(m_shared->session() != nullptr && selected != 0);
    const auto go = [this](const QString& text, int direction) {
        m_menu->addAction(text, m_board, [this, direction] { m_board->go(direction); })
            ->setEnabled(!m_board->messages().empty());
    };
    go(tr("&Next\tN"), 1);
    go(tr("&Previous\tShift+N"), -1);
    m_menu
        ->addAction(tr("&Only bookmarked messages"), m_shared,
                    [this] { (void)m_shared->narrow(u"bookmarked"_s); })
        ->setEnabled(!all.empty());
    m_menu->addSeparator();
    if (all.empty())
        m_menu->addAction(tr("No message is bookmarked"))->setEnabled(false);
    for (const Seq seq : bookmarksNear(all, selected))
        m_menu->addAction(titleOf(seq), m_board, [this, seq] { m_board->goTo(seq); });
    if (std::ssize(all) > kMostBookmarksListed)
        m_menu->addAction(tr("%1 in all; these are the nearest").arg(numberText(std::ssize(all))))
            ->setEnabled(false);
    read(); // the nearest are others once another message is selected
}

} // namespace murmur
