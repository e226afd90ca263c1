// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conversations/conversationjob.h"
#include "views/base/latestjob.h"
#include "views/base/menuowner.h"
#include "views/base/view.h"
#include "views/conversations/conversationmodel.h"

#include <QElapsedTimer>
#include <QThreadPool>
#include <QTimer>

#include <memory>

class QComboBox;
class QLineEdit;
class QSplitter;
class QTableView;
class QToolButton;

namespace murmur {

class ConversationPage;
class EmptyNote;
class PaneHeader;

/// Every conversation of the recording as a row, told while it grows; beside the list the one that
/// is chosen, with what it waited for. With two chosen: one beside the other. Looks only while it
/// is seen: it reads all messages once.
class ConversationsView : public View, public MenuOwner
{
    Q_OBJECT
public:
    explicit ConversationsView(const ViewContext& context, QWidget* parent = nullptr);
    ~ConversationsView() override;

    void fillPickedMenu(QMenu& menu) override;
    [[nodiscard]] QString asText() const override;
    [[nodiscard]] QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    [[nodiscard]] bool isSettled() const override;
    [[nodiscard]] std::optional<Region> picked() const override; ///< the conversation in sight

    [[nodiscard]] ConversationModel* model() const { return m_model; }
    [[nodiscard]] QTableView* list() const { return m_list; }
    [[nodiscard]] ConversationPage* page() const { return m_page; }
    [[nodiscard]] QLineEdit* search() const { return m_search; }
    [[nodiscard]] QComboBox* rule() const { return m_rule; }
    [[nodiscard]] QSize sizeHint() const override { return {760, 320}; }

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void build();
    void onSessionChanged();
    void onMessageSelected();
    void onDataGrew();
    void restart(); ///< another session, rule or filter
    void look();
    void arrange();
    void choose();
    void ask(ConversationRequest request);
    void askOther(const QString& name);
    void present();
    void showMenu(const QPoint& globalPosition);
    void showStretch(qint64 begin, qint64 end);
    void setRule(const QString& text);
    void updateNote();

    PaneHeader* m_header;
    QLineEdit* m_search;
    QComboBox* m_rule;
    QWidget* m_body;
    QSplitter* m_across;
    QTableView* m_list;
    ConversationPage* m_page;
    ConversationModel* m_model;
    EmptyNote* m_note;

    ConversationRule m_by;
    std::shared_ptr<ConversationPass> m_pass; ///< one job at a time has it
    std::shared_ptr<const ConversationList> m_conversations;
    std::shared_ptr<const ConversationDetail> m_detail;
    std::shared_ptr<const ConversationDetail> m_other; ///< what it is compared with
    QString m_failure;
    bool m_isStale = true;     ///< nobody looked at it yet
    int m_percent = 0;         ///< of what is there has been read
    bool m_hasMore = false;    ///< more came while it looked
    bool m_isChoosing = false; ///< the selection follows, nobody picked it
    Seq m_wanted = 0;          ///< message that was selected elsewhere
    QElapsedTimer m_took;
    QTimer m_soon;
    QThreadPool m_pool; ///< long work must not keep short work waiting; waits for it at the end
    LatestJob m_job, m_arranging, m_asking, m_askingOther;
};

} // namespace murmur
