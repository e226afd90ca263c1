// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/latestjob.h"
#include "views/base/menuowner.h"
#include "views/base/view.h"

#include "session/session.h"

#include <QTimer>

#include <memory>

class QMenu;

namespace murmur {

class BookmarkBoard;
class EmptyNote;
class MessageModel;
class MessageSearch;
class MessageTable;
class PaneHeader;

/// Every message, or those that the shared filter keeps, one row each. Picking a row selects the
/// message and moves the playhead there; the selection and the playhead of others are followed.
class MessagesView : public View, public MenuOwner
{
    Q_OBJECT
public:
    explicit MessagesView(const ViewContext& context, QWidget* parent = nullptr);
    ~MessagesView() override;

    [[nodiscard]] QString asText() const override; ///< the rows in view
    [[nodiscard]] QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    [[nodiscard]] bool isSettled() const override;
    [[nodiscard]] std::optional<Region> picked() const override; ///< the selected rows
    void fillPickedMenu(QMenu& menu) override;

    [[nodiscard]] MessageTable* table() const { return m_table; }
    [[nodiscard]] MessageModel* model() const { return m_model; }
    [[nodiscard]] QString facts() const;

    /// Puts the selected rows on the clipboard as soon as they are read.
    void copyRows();
    void copyRowsAsJson();
    /// Two selected rows with each other, one with the message that is held; else it is held.
    void compareRows();

    [[nodiscard]] QSize sizeHint() const override { return {800, 220}; }
    /// Selects the next (+1) or previous (-1) message that passes the filter; false: none is known.
    bool showMatch(int direction);
    /// Dots stand for payloads, and for the fields that a person has added.
    void setHidesPayloads(bool hides);

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void onSessionChanged();
    void onDataGrew();
    void onFilterChanged();
    void onMessageSelected();
    void onPlayheadChanged();
    void onModeChanged();
    void onFound(const std::vector<Seq>& seqs);
    void pick(int row);
    void updateHeader();
    void showMenu(const QPoint& globalPosition, int row);
    /// Of a cell only where there is a pointer.
    void fillRowMenu(QMenu& menu, int row, std::optional<QPoint> globalPosition);
    void fillColumnMenu(QMenu& menu, int column);
    void showColumnMenu(const QPoint& globalPosition, int column);
    /// The field of that cell; empty where nothing is offered.
    QString offerCell(QMenu& menu, const QPoint& globalPosition, int row);
    void addColumn(const QString& field);
    void narrow(const QString& condition);
    [[nodiscard]] QString compareTitle() const;
    enum class CopyForm { Text, Json, Csv, Markdown };
    void copy(CopyForm form);

    PaneHeader* m_header;
    MessageModel* m_model;
    MessageTable* m_table;
    EmptyNote* m_note;
    MessageSearch* m_search;
    BookmarkBoard* m_bookmarks; // the window's
    QString m_failure;
    bool m_followsEnd = true;
    QTimer m_followPause;        ///< runs while the newest rows stand
    bool m_showsPlayhead = true; ///< else the selected message, while they are far apart
    bool m_isPicking = false;    ///< the change comes from this table
    LatestJob m_playheadJob;
    LatestJob m_copyJob;
};

} // namespace murmur
