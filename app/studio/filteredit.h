// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/filter.h"
#include "session/session.h"

#include <QStringList>
#include <QTimer>
#include <QWidget>

#include <stop_token>

class QLabel;
class QMenu;
class QToolButton;

namespace murmur {

class FilterLine;
class RecordingValues;
class SharedView;

/// The filter bar: completes and checks the expression as it is typed, shows an error under the
/// column where it stands, applies it with Enter, clears it with Esc and says how many messages
/// match. Keeps filters under names, and those of before.
class FilterEdit : public QWidget
{
    Q_OBJECT
public:
    explicit FilterEdit(SharedView* shared, QWidget* parent = nullptr);
    ~FilterEdit() override;

    void setText(const QString& text);
    [[nodiscard]] QString text() const;
    /// Filters that were applied before, the newest first.
    void setHistory(const QStringList& texts);
    [[nodiscard]] QStringList history() const { return m_history; }
    /// Checks and applies what stands there; false when it is wrong.
    bool apply();
    void clear();
    void focusText();
    /// Asks under which name the filter is kept.
    void keep();

    [[nodiscard]] QString error() const { return m_errorText; }
    [[nodiscard]] QString countText() const;

Q_SIGNALS:
    /// The list of those of before has changed.
    void historyChanged();
    /// The filters that are kept cannot be read or written.
    void failed(const murmur::Error& error);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    Result<FilterPtr> parse() const;
    void check();
    void showError(const QString& message);
    void placeError();
    void restartCount();
    void countOn();
    void showCount();
    void buildKept();
    void fillKept();
    void keepAs(const QString& name);
    void importKept();
    void exportKept();
    void remember(const QString& text);
    void refreshEffect();

    SharedView* m_shared;
    FilterLine* m_edit;
    RecordingValues* m_values;
    QToolButton* m_effect;
    QToolButton* m_kept;
    QMenu* m_keptMenu;
    QStringList m_history;
    QLabel* m_count;
    QLabel* m_error; // floats over the window, below the column
    QString m_errorText;
    QTimer m_pause;
    QTimer m_growth;
    std::stop_source m_stop;
    quint64 m_generation = 0;
    Seq m_counted = 0;
    std::int64_t m_matches = 0;
    bool m_isCounting = false;
};

/// The column (from 1) that an error message of the filter language names; 0: none.
int columnOf(QStringView message);

} // namespace murmur
