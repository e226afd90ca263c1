// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "programdialog.h"

#include "views/base/theme.h"

#include <QDataStream>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QIODevice>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProcess>
#include <QPushButton>
#include <QVBoxLayout>

#include <utility>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMostLines = 5000;

/// The first line of variables that is not NAME=value; empty: all are.
QString wrongLine(const QString& variables)
{
    for (const QString& line : variables.split(u'\n', Qt::SkipEmptyParts)) {
        if (!line.trimmed().isEmpty() && line.trimmed().indexOf(u'=') < 1)
            return line.trimmed();
    }
    return {};
}

} // namespace

QStringList ProgramWish::words() const
{
    return QProcess::splitCommand(command);
}

QByteArray ProgramWish::toBytes() const
{
    QByteArray bytes;
    QDataStream stream(&bytes, QIODevice::WriteOnly);
    stream << command << folder << variables;
    return bytes;
}

ProgramWish ProgramWish::fromBytes(const QByteArray& bytes)
{
    ProgramWish wish;
    QDataStream stream(bytes);
    stream >> wish.command >> wish.folder >> wish.variables;
    return wish;
}

ProgramDialog::ProgramDialog(const ProgramWish& proposal, QWidget* parent)
    : QDialog(parent)
{
    setWindowTitle(tr("Run a program under observation"));
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(true);
    setMinimumWidth(560);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(22, 20, 22, 16);
    column->setSpacing(12);
    auto* words = new QLabel(tr("Agents of CrewAI, LangGraph and whatever speaks OpenTelemetry are "
                                "seen without a change of the program. What it reports is "
                                "recorded until it ends."),
                             this);
    words->setWordWrap(true);
    column->addWidget(words);

    auto* form = new QFormLayout;
    form->setLabelAlignment(Qt::AlignLeft);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_command = new QLineEdit(proposal.command, this);
    m_command->setObjectName(u"program-command"_s);
    m_command->setFont(Theme::current().numberFont());
    m_command->setPlaceholderText(u"python crew.py"_s);
    form->addRow(tr("&Command"), m_command);
    auto* folderRow = new QHBoxLayout;
    m_folder = new QLineEdit(proposal.folder, this);
    m_folder->setObjectName(u"program-folder"_s);
    m_folder->setFont(Theme::current().numberFont());
    auto* choose = new QPushButton(tr("C&hoose…"), this);
    choose->setAutoDefault(false);
    connect(choose, &QPushButton::clicked, this, &ProgramDialog::chooseFolder);
    folderRow->addWidget(m_folder, 1);
    folderRow->addWidget(choose);
    auto* folderLabel = new QLabel(tr("&Folder"), this);
    folderLabel->setBuddy(m_folder);
    form->addRow(folderLabel, folderRow);
    m_variables = new QPlainTextEdit(proposal.variables, this);
    m_variables->setObjectName(u"program-variables"_s);
    m_variables->setFont(Theme::current().numberFont());
    m_variables->setPlaceholderText(tr("OPENAI_API_KEY=…   one variable a line"));
    m_variables->setTabChangesFocus(true);
    m_variables->setFixedHeight(m_variables->fontMetrics().lineSpacing() * 4 + 14);
    form->addRow(tr("&Environment"), m_variables);
    column->addLayout(form);

    m_problem = new QLabel(this);
    m_problem->setWordWrap(true);
    column->addWidget(m_problem);
    auto* buttons = new QDialogButtonBox(this);
    m_run = buttons->addButton(tr("&Run"), QDialogButtonBox::AcceptRole);
    m_run->setDefault(true);
    buttons->addButton(QDialogButtonBox::Cancel)->setIcon({});
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        const ProgramWish wanted = wish();
        accept();
        Q_EMIT runRequested(wanted);
    });
    for (const QLineEdit* edit : {m_command, m_folder})
        connect(edit, &QLineEdit::textChanged, this, &ProgramDialog::check);
    connect(m_variables, &QPlainTextEdit::textChanged, this, &ProgramDialog::check);
    check();
}

ProgramWish ProgramDialog::wish() const
{
    return {m_command->text().trimmed(), m_folder->text().trimmed(), m_variables->toPlainText()};
}

void ProgramDialog::check()
{
    const ProgramWish wanted = wish();
    QString problem;
    if (!wanted.folder.isEmpty() && !QFileInfo(wanted.folder).isDir())
        problem = tr("There is no folder %1.").arg(wanted.folder);
    else if (const QString wrong = wrongLine(wanted.variables); !wrong.isEmpty())
        problem = tr("“%1” is no variable: write NAME=value.").arg(wrong);
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    m_run->setEnabled(problem.isEmpty() && !wanted.words().isEmpty());
}

void ProgramDialog::chooseFolder()
{
    auto* dialog = new QFileDialog(this, tr("Where the program runs"), m_folder->text());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, m_folder, &QLineEdit::setText);
    dialog->open();
}

ProgramWindow::ProgramWindow(const QString& command, QWidget* parent)
    : QDialog(parent)
{
    setWindowTitle(command);
    setAttribute(Qt::WA_DeleteOnClose);
    resize(720, 320);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(14, 12, 14, 12);
    m_output = new QPlainTextEdit(this);
    m_output->setObjectName(u"program-output"_s);
    m_output->setAccessibleName(tr("What the program writes"));
    m_output->setReadOnly(true);
    m_output->setMaximumBlockCount(kMostLines);
    m_output->setFont(Theme::current().numberFont());
    m_output->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_output->setPlaceholderText(tr("What the program writes appears here."));
    column->addWidget(m_output, 1);
    auto* row = new QHBoxLayout;
    m_state = new QLabel(this);
    m_state->setWordWrap(true);
    m_state->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_stop = new QPushButton(tr("&Stop"), this);
    m_stop->setToolTip(tr("Asks the program to end; a second time ends it by force"));
    row->addWidget(m_state, 1);
    row->addWidget(m_stop, 0, Qt::AlignBottom);
    column->addLayout(row);
    connect(m_stop, &QPushButton::clicked, this, [this] {
        const bool isByForce = std::exchange(m_isStopping, true);
        m_stop->setText(tr("End by &force"));
        Q_EMIT stopRequested(isByForce);
    });
}

void ProgramWindow::append(const QByteArray& output)
{
    m_rest += output;
    const qsizetype end = m_rest.lastIndexOf('\n');
    if (end < 0)
        return;
    m_output->appendPlainText(QString::fromUtf8(m_rest.first(end)));
    m_rest.remove(0, end + 1);
}

void ProgramWindow::showState(const QString& sentence)
{
    m_state->setText(sentence);
}

void ProgramWindow::showEnd(const QString& sentence, const QStringList& missed)
{
    if (!m_rest.isEmpty())
        m_output->appendPlainText(QString::fromUtf8(std::exchange(m_rest, {})));
    m_state->setText((QStringList{sentence} + missed).join(u'\n'));
    m_stop->setText(tr("&Close"));
    m_stop->setToolTip({});
    m_stop->disconnect(this);
    connect(m_stop, &QPushButton::clicked, this, &QDialog::accept);
}

} // namespace murmur
