// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/statehistory.h"
#include "views/base/latestjob.h"

#include <QTimer>
#include <QWidget>

#include <string>

class QLabel;
class QToolButton;

namespace murmur {

class HistoryPlot;
class SharedView;

/// The history of one key of an agent in the shared window, under the table of its state: a title
/// that says how often it changed, the plot, and a button that closes it.
class KeyHistory : public QWidget
{
    Q_OBJECT
public:
    explicit KeyHistory(SharedView* shared, QWidget* parent = nullptr);

    /// Shows itself, and follows the window until it is closed.
    void follow(AgentId agent, const std::string& key);
    void dismiss();
    [[nodiscard]] HistoryPlot* plot() const { return m_plot; }
    [[nodiscard]] QString title() const;
    /// Time, value and message of each step that changed something, a line each.
    [[nodiscard]] QString asText() const;
    [[nodiscard]] bool isSettled() const { return !m_job.isBusy() && !m_soon.isActive(); }
    void applyTheme();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void askSoon();
    void ask();

    SharedView* m_shared;
    QLabel* m_title;
    QToolButton* m_close;
    HistoryPlot* m_plot;
    AgentId m_agent{};
    std::string m_key;
    QTimer m_soon;
    LatestJob m_job;
};

} // namespace murmur
