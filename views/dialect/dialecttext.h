// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPlainTextEdit>

namespace murmur {

/// The text of a dialect. What is written into it by the form can be taken back like what was
/// typed.
class DialectText : public QPlainTextEdit
{
    Q_OBJECT
public:
    explicit DialectText(QWidget* parent = nullptr);

    /// Changes only what differs, so that the cursor and what can be taken back stay.
    void replaceWith(const QString& text);
    /// The line that is wrong, from 1; 0: none.
    void setWrongLine(int line);
    [[nodiscard]] int wrongLine() const { return m_wrong; }
    void goToLine(int line);

Q_SIGNALS:
    void filesDropped(const QStringList& paths);

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void mark();

    int m_wrong = 0;
};

} // namespace murmur
