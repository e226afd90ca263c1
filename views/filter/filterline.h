// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/completion.h"

#include <QLineEdit>
#include <QStringList>

#include <functional>

namespace murmur {

class CompletionModel;
class CompletionPopup;

/// One line in which a filter is written: its pieces in colours, a list of what can stand at the
/// cursor (arrows choose, Tab or Return takes, Esc closes), and in an empty line on Down the
/// filters that are kept and those of before. Where nothing is chosen, Return belongs to the line.
class FilterLine : public QLineEdit
{
    Q_OBJECT
public:
    using Source = std::function<CompletionSource()>;

    explicit FilterLine(QWidget* parent = nullptr);

    /// Asked each time the list is made.
    void setSource(Source source);
    /// Whole filters, the newest first.
    void setHistory(const QStringList& texts);

    /// Colours what stands there: after a change that told nobody.
    void colour();
    /// The list is open.
    [[nodiscard]] bool isChoosing() const;
    [[nodiscard]] QStringList offered() const; ///< what the list shows
    void closeList();
    /// Makes the list again where it is open: more is known.
    void refreshList();

Q_SIGNALS:
    void listShown();

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void offer(bool isWanted);
    void offerWhole();
    void openList();
    bool takeChosen(bool orFirst);
    void take(const Completion& completion);

    Source m_source;
    QStringList m_history;
    CompletionModel* m_model;
    CompletionPopup* m_popup = nullptr; ///< child of the window
    CompletionList m_list;
    bool m_isColouring = false;
};

} // namespace murmur
