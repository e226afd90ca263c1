// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/trial.h"

#include <QStringList>
#include <QUrl>
#include <QWidget>

#include <memory>

class QLabel;
class QPushButton;
class QTableView;
class QTextBrowser;

namespace murmur {

class PaneHeader;
class TrialModel;

/// What a test of the connection says: how each bus fares, and the first messages as they come.
/// Nothing of it is kept.
class TrialPane : public QWidget
{
    Q_OBJECT
public:
    explicit TrialPane(QWidget* parent = nullptr);
    ~TrialPane() override;

    /// Begins anew. The error is one of the rules.
    Status begin(const std::vector<QUrl>& urls, const ConnectionOptions& options,
                 const IntakeRules& rules);
    /// Detaches; `ended` follows, at once when nothing runs. What was shown stays.
    void end();
    [[nodiscard]] bool isRunning() const { return m_trial != nullptr; }
    [[nodiscard]] QString asText() const;
    [[nodiscard]] QTableView* table() const { return m_table; }

Q_SIGNALS:
    void ended();
    void decided(bool isWell);
    /// A person wants a connection that listens to everything to listen to these only.
    void narrowRequested(const QUrl& url, const QStringList& patterns);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void refresh();
    void arrange();
    void offerNarrower(const std::vector<TrialConnection>& connections);
    [[nodiscard]] QString html(const std::vector<TrialConnection>& connections,
                               bool isTimeUp) const;

    std::unique_ptr<Trial> m_trial;
    PaneHeader* m_header;
    QTextBrowser* m_results;
    TrialModel* m_model;
    QTableView* m_table;
    QLabel* m_note;
    QPushButton* m_narrow;
    QUrl m_wide; ///< the connection that m_narrow is about
    QStringList m_patterns;
    bool m_isDecided = false;
    int m_ending = 0; ///< trials that let go
};

} // namespace murmur
