// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

namespace murmur {

/// What the marks mean: each kind with its shape and word, then calls, silence, gaps and the
/// playhead. A popup; any key or a click outside closes it.
class Legend : public QFrame
{
    Q_OBJECT
public:
    explicit Legend(QWidget* parent);

    /// Over the lower right corner of `view`.
    void showOver(const QWidget* view);
    [[nodiscard]] QString asText() const;
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
};

} // namespace murmur
