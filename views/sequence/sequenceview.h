// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conversations/busiest.h"
#include "conversations/conversationjob.h"
#include "conversations/sequence.h"
#include "views/base/latestjob.h"
#include "views/base/view.h"

#include <QTimer>

#include <memory>

class QStackedLayout;
class QTableView;
class QToolButton;

namespace murmur {

class ClockFollower;
class EmptyNote;
class PaneHeader;
class SequenceDiagram;
class SequenceModel;

/// The conversation of the selected message, or else the busiest of the window, as a diagram of
/// space and time, or as a table. Looks only while it is seen.
class SequenceView : public View
{
    Q_OBJECT
public:
    explicit SequenceView(const ViewContext& context, QWidget* parent = nullptr);
    ~SequenceView() override;

    [[nodiscard]] QString asText() const override;
    [[nodiscard]] QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    [[nodiscard]] bool isSettled() const override;

    [[nodiscard]] SequenceDiagram* diagram() const { return m_diagram; }
    [[nodiscard]] SequenceModel* model() const { return m_model; }
    [[nodiscard]] QTableView* table() const { return m_table; }
    /// The conversation as Mermaid's text; empty while there is none.
    [[nodiscard]] QString mermaid() const;
    void setTable(bool isTable);
    [[nodiscard]] QSize sizeHint() const override { return {760, 320}; }

protected:
    void showEvent(QShowEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void onSessionChanged();
    void onMessageSelected();
    void onDataGrew();
    void look();
    void askBusiest();
    void ask(ConversationRequest request);
    void askGaps();
    void present();
    void mark(bool isRevealed);
    void updateNote();
    void copyMermaid();

    PaneHeader* m_header;
    QWidget* m_body;
    QStackedLayout* m_stack;
    SequenceDiagram* m_diagram;
    QTableView* m_table;
    SequenceModel* m_model;
    EmptyNote* m_note;
    QToolButton* m_tableButton;
    QToolButton* m_copyButton;
    ClockFollower* m_clocks;

    std::shared_ptr<const ConversationDetail> m_detail;
    std::shared_ptr<const Sequence> m_sequence;
    QString m_failure;
    QString m_nothing;        ///< why a selected message is not shown
    bool m_isBusiest = false; ///< nobody chose it
    bool m_isSampled = false;
    bool m_isStale = true;
    bool m_isPicking = false;
    QTimer m_soon;
    LatestJob m_busiest, m_asking, m_gaps;
};

} // namespace murmur
