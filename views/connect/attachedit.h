// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineEdit>
#include <QUrl>
#include <QWidget>

class QLabel;
class QPushButton;

namespace murmur {

/// Where the URL of a bus is typed: completes the schemes that this build has and the URLs used
/// before, suggests a free port, and shows for a hub the command that sends to it.
class AttachEdit : public QWidget
{
    Q_OBJECT
public:
    explicit AttachEdit(QWidget* parent = nullptr);

    void setRecentUrls(const QStringList& urls);
    [[nodiscard]] QString text() const;
    void setText(const QString& text);
    void focusText();

Q_SIGNALS:
    /// The person pressed Enter or the button; the URL is not empty.
    void attachRequested(const QUrl& url);

private:
    void updateNote();
    void request();

    QLineEdit* m_edit;
    QPushButton* m_button;
    QLabel* m_note;
    QLabel* m_command; ///< that sends to the hub
};

} // namespace murmur
