// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/filter.h"
#include "session/session.h"

#include <QLineEdit>
#include <QTimer>
#include <QWidget>

#include <stop_token>

class QLabel;

namespace murmur {

class SharedView;

/// The filter bar: checks the expression as it is typed, shows an error under the column where it
/// stands, applies it with Enter, clears it with Esc and says how many messages match.
class FilterEdit : public QWidget
{
    Q_OBJECT
public:
    explicit FilterEdit(SharedView* shared, QWidget* parent = nullptr);
    ~FilterEdit() override;

    void setText(const QString& text);
    [[nodiscard]] QString text() const { return m_edit->text(); }
    /// Checks and applies what stands there; false when it is wrong.
    bool apply();
    void clear();
    void focusText();

    [[nodiscard]] QString error() const { return m_errorText; }
    [[nodiscard]] QString countText() const;

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

    SharedView* m_shared;
    QLineEdit* m_edit;
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
