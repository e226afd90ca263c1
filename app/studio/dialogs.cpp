// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialogs.h"

#include "views/base/theme.h"
#include "views/connect/attachedit.h"

#include <QCoreApplication>
#include <QDesktopServices>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(Dialogs)
};

QVBoxLayout* makeColumn(QDialog* dialog, const QString& title, const QString& words)
{
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setModal(true);
    dialog->setMinimumWidth(460);
    auto* column = new QVBoxLayout(dialog);
    column->setContentsMargins(22, 20, 22, 16);
    column->setSpacing(10);
    auto* heading = new QLabel(title, dialog);
    QFont font = Theme::current().interfaceFont(13);
    font.setWeight(QFont::DemiBold);
    heading->setFont(font);
    column->addWidget(heading);
    if (!words.isEmpty()) {
        auto* text = new QLabel(words, dialog);
        text->setWordWrap(true);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse);
        column->addWidget(text);
    }
    column->addSpacing(8);
    return column;
}

} // namespace

StopQuestion::StopQuestion(const RecorderStatus& status, const QString& path,
                           const QString& keepText, QWidget* parent)
    : QDialog(parent)
{
    setWindowTitle(tr("A recording is running"));
    const Kept soFar{status.length, status.recorded, status.lost, status.lostIsKnown, path};
    auto* column =
        makeColumn(this, tr("A recording is running"),
                   tr("So far %1, in %2.\n\nWhat is still on its way is written before the file is "
                      "closed.")
                       .arg(figuresText(soFar), shownPath(path)));
    auto* buttons = new QDialogButtonBox(this);
    QPushButton* keep = buttons->addButton(keepText, QDialogButtonBox::AcceptRole);
    QPushButton* discard = buttons->addButton(tr("&Discard"), QDialogButtonBox::DestructiveRole);
    buttons->addButton(QDialogButtonBox::Cancel)->setIcon({});
    keep->setDefault(true);
    discard->setToolTip(tr("Ends the recording and deletes its file"));
    column->addWidget(buttons);
    connect(keep, &QPushButton::clicked, this, [this] {
        accept();
        Q_EMIT keepChosen();
    });
    connect(discard, &QPushButton::clicked, this, [this] {
        reject();
        Q_EMIT discardChosen();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

KeptNote::KeptNote(const Kept& kept, const QString& problem, QWidget* parent)
    : QDialog(parent)
{
    setWindowTitle(tr("Recording ended"));
    const QString words =
        problem.isEmpty() ? keptSentence(kept) : keptSentence(kept) + u"\n\n"_s + problem;
    auto* column = makeColumn(
        this, kept.path.isEmpty() ? tr("The recording was discarded") : tr("The recording is kept"),
        words);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok, this);
    if (!kept.path.isEmpty()) {
        QPushButton* show = buttons->addButton(tr("&Show in folder"), QDialogButtonBox::ActionRole);
        connect(show, &QPushButton::clicked, this, [path = kept.path] {
            QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(path).path()));
        });
    }
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    buttons->button(QDialogButtonBox::Ok)->setIcon({});
    buttons->button(QDialogButtonBox::Ok)->setFocus();
}

AttachDialog::AttachDialog(const QStringList& recentUrls, bool isRecording, QWidget* parent)
    : QDialog(parent)
{
    setWindowTitle(tr("Attach to a bus"));
    auto* column = makeColumn(
        this, tr("Attach to a bus"),
        isRecording ? tr("It is added to the recording that is running.")
                    : tr("What is said on it is recorded from now on, into a new file."));
    auto* edit = new AttachEdit(this);
    edit->setRecentUrls(recentUrls);
    column->addWidget(edit);
    connect(edit, &AttachEdit::linkRequested, this, [this](const QString& link) {
        accept();
        Q_EMIT linkRequested(link);
    });
    connect(edit, &AttachEdit::attachRequested, this, [this](const AttachWish& wish) {
        accept();
        Q_EMIT attachRequested(wish);
    });
    edit->focusText();
    m_edit = edit;
}

void AttachDialog::setText(const QString& text)
{
    m_edit->setText(text);
    m_edit->focusText();
}

void askForRecordings(QWidget* parent, const QString& folder,
                      std::function<void(const QStringList&)> then)
{
    auto* dialog = new QFileDialog(parent, Tr::tr("Open a recording, or several as one session"),
                                   folder, Tr::tr("Recordings (*.murmur);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    QObject::connect(dialog, &QFileDialog::filesSelected, parent,
                     [then = std::move(then)](const QStringList& paths) {
                         if (!paths.isEmpty())
                             then(paths);
                     });
    dialog->open();
}

void askWhereToSave(QWidget* parent, const QString& folder, const QString& name,
                    std::function<void(const QString&)> then)
{
    auto* dialog = new QFileDialog(parent, Tr::tr("Save the recording as"), folder,
                                   Tr::tr("Recordings (*.murmur)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(u"murmur"_s);
    dialog->selectFile(name);
    QObject::connect(dialog, &QFileDialog::fileSelected, parent, std::move(then));
    dialog->open();
}

} // namespace murmur
