// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QHBoxLayout;

namespace murmur {

/// The strip above a pane: what the pane is about on the left, its facts in figures on the right.
/// A narrow strip elides the facts first, the title last.
class PaneHeader : public QWidget
{
    Q_OBJECT
public:
    explicit PaneHeader(const QString& title, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    void setFacts(const QString& facts, const QColor& color = {}); ///< invalid: secondary text
    [[nodiscard]] QString title() const { return m_title; }
    [[nodiscard]] QString facts() const { return m_facts; }
    /// Puts a small widget (a combo box, a tool button) at the right end.
    void addWidget(QWidget* widget);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_title;
    QString m_facts;
    QColor m_factsColor;
    QHBoxLayout* m_layout;
};

} // namespace murmur
