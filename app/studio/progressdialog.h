// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QLabel;
class QProgressBar;
class QPushButton;

namespace murmur {

/// Stands before the window while something long is done. Closing it, Escape and its button cancel.
class ProgressDialog : public QDialog
{
    Q_OBJECT
public:
    ProgressDialog(const QString& title, QWidget* parent);
    /// `total` 0: not known.
    void setProgress(qint64 done, qint64 total);
    /// Closes it without cancelling.
    void finish();
    void reject() override;

Q_SIGNALS:
    void cancelRequested();

private:
    QProgressBar* m_bar;
    QLabel* m_words;
    QPushButton* m_cancel;
};

} // namespace murmur
