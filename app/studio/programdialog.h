// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QDialog>
#include <QProcessEnvironment>
#include <QString>
#include <QStringList>

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;

namespace murmur {

/// A program that a person wants to see run.
struct ProgramWish
{
    QString command; ///< as one types it; quotes keep words together, no shell reads it
    QString folder;
    QString variables; ///< NAME=value, a line each

    [[nodiscard]] QStringList words() const;
    [[nodiscard]] QByteArray toBytes() const;
    static ProgramWish fromBytes(const QByteArray& bytes);
};

/// Asks for a program, its folder and its environment.
class ProgramDialog : public QDialog
{
    Q_OBJECT
public:
    ProgramDialog(const ProgramWish& proposal, QWidget* parent);
    [[nodiscard]] ProgramWish wish() const;

Q_SIGNALS:
    void runRequested(const murmur::ProgramWish& wish);

private:
    void check();
    void chooseFolder();

    QLineEdit* m_command = nullptr;
    QLineEdit* m_folder = nullptr;
    QPlainTextEdit* m_variables = nullptr;
    QLabel* m_problem = nullptr;
    QPushButton* m_run = nullptr;
};

/// What a program writes while it runs, with a button that stops it.
class ProgramWindow : public QDialog
{
    Q_OBJECT
public:
    ProgramWindow(const QString& command, QWidget* parent);

    void append(const QByteArray& output);
    /// The last line: how it ended, and what could not be seen.
    void showEnd(const QString& sentence, const QStringList& missed);
    void showState(const QString& sentence);

Q_SIGNALS:
    /// The second time it is asked for by force.
    void stopRequested(bool isByForce);

private:
    QPlainTextEdit* m_output = nullptr;
    QLabel* m_state = nullptr;
    QPushButton* m_stop = nullptr;
    QByteArray m_rest; // of a line, and of a letter
    bool m_isStopping = false;
};

} // namespace murmur
