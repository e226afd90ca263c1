// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/agents/statemodel.h"
#include "views/base/latestjob.h"
#include "views/base/view.h"

#include "session/session.h"

#include <QHash>
#include <QTimer>

#include <optional>

class QLabel;
class QTableView;
class QToolButton;

namespace murmur {

class AgentMoments;
class ClockFollower;
class EmptyNote;
class KeyHistory;
class KnowledgeFollower;
class PaneHeader;
class StateComparison;
class StatusBand;

/// What one agent was and knew at the playhead: status and since when, the calls that it waits for
/// and owes, what it could have known of keys that it shares, its keys and values with the messages
/// that set them, against another moment or agent where that is wanted, and the history of the key
/// that the person stands on. Shows the selected agent, else
/// the receiver or sender of the selected message; pinned, it stays with its agent.
class StateView : public View
{
    Q_OBJECT
public:
    explicit StateView(const ViewContext& context, QWidget* parent = nullptr);
    ~StateView() override;

    [[nodiscard]] QString asText() const override;
    [[nodiscard]] bool isSettled() const override;

    [[nodiscard]] AgentId agent() const { return m_agent; }
    [[nodiscard]] StateModel* model() const { return m_model; }
    [[nodiscard]] StatusBand* band() const { return m_band; }
    [[nodiscard]] QToolButton* pin() const { return m_pin; }
    [[nodiscard]] StateComparison* comparison() const { return m_comparison; }
    [[nodiscard]] KeyHistory* history() const { return m_history; }
    [[nodiscard]] QTableView* table() const { return m_table; }
    [[nodiscard]] AgentMoments* moments() const { return m_moments; }

    [[nodiscard]] QSize sizeHint() const override { return {360, 320}; }

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void onSessionChanged();
    void onSelectionChanged();
    void setAgent(AgentId agent, const QString& why);
    void askSoon();
    void ask();
    void present();
    void fitKeys();
    [[nodiscard]] StateRow rowOf(const StateValue& value, const Dictionaries& names) const;
    void compareRows(std::vector<StateRow>& rows, const Dictionaries& names);
    void fillCompareMenu();
    void askForAgent();
    void presentKnowledge();
    void showHistory(const QModelIndex& index);
    void presentBand();
    void presentClock();
    void askPrevious();
    void follow(const QString& link);
    void updateNote();
    void applyTheme();
    [[nodiscard]] QString statusWords() const;
    [[nodiscard]] QString statusSentence() const;
    [[nodiscard]] QString callsText(const std::vector<OpenCall>& calls, bool areOwed,
                                    bool asLinks) const;

    PaneHeader* m_header;
    QToolButton* m_pin;
    QToolButton* m_compare;
    QWidget* m_body;
    QLabel* m_status;
    QLabel* m_openName;
    QLabel* m_open;
    QLabel* m_mailboxName;
    QLabel* m_mailbox;
    QLabel* m_knewName;
    QLabel* m_knew;
    QLabel* m_clockName;
    QLabel* m_clock;
    QTableView* m_table;
    QLabel* m_tableNote;
    StateModel* m_model;
    StatusBand* m_band;
    EmptyNote* m_note;
    ClockFollower* m_clocks; // the window's
    AgentMoments* m_moments; // the window's
    StateComparison* m_comparison;
    KnowledgeFollower* m_knowledge;
    KeyHistory* m_history;

    AgentId m_agent{};
    QString m_why; ///< this agent
    std::optional<AgentState> m_state;
    std::optional<TileSlice> m_tiles;
    TimePoint m_at;
    QString m_failure;
    /// What a message replaced: (message, key) to the JSON text before. A fact, so it stays true.
    QHash<QPair<qint64, quint32>, QByteArray> m_previous;
    QTimer m_soon;
    LatestJob m_stateJob;
    LatestJob m_tilesJob;
    LatestJob m_previousJob;
    LatestJob m_messageJob;
};

} // namespace murmur
