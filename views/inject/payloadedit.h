// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPlainTextEdit>
#include <QString>

namespace murmur {

/// Where a payload is written: JSON in colours, checked as it is typed. Return sends, Shift+Return
/// makes a line.
class PayloadEdit : public QPlainTextEdit
{
    Q_OBJECT
public:
    explicit PayloadEdit(QWidget* parent = nullptr);

    /// Bytes that are no text are shown as a sentence and go out as they are.
    void setBytes(const QByteArray& bytes);
    [[nodiscard]] QByteArray bytes() const;
    [[nodiscard]] bool isText() const { return m_isText; }
    /// "JSON", "text", or what is wrong with it; variables count as values.
    [[nodiscard]] QString verdict() const;
    [[nodiscard]] bool isValid() const;
    /// JSON with line breaks; what is none, or has variables outside of texts, stays.
    void format();

Q_SIGNALS:
    void sendWanted();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QByteArray m_bytes;
    bool m_isText = true;
};

} // namespace murmur
