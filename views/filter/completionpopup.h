// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QListView>

namespace murmur {

class CompletionModel;

/// A list under a line of text. It never takes the keyboard: the line keeps it and moves the row.
class CompletionPopup : public QListView
{
    Q_OBJECT
public:
    CompletionPopup(CompletionModel* model, QWidget* window);

    /// Its upper left corner at `corner`, in the window's coordinates, as far as it fits in.
    void showAt(QPoint corner);
    /// Down (+1) or up (−1), through "nothing chosen" at either end.
    void move(int step);
    [[nodiscard]] int chosen() const; ///< −1: nothing
    using QWidget::move;

private:
    CompletionModel* m_model;
};

} // namespace murmur
