// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchanging.h"

#include "exchange/export.h"
#include "exchange/exportformat.h"
#include "exchange/import.h"
#include "exchange/importformat.h"
#include "keptnote.h"
#include "mainwindow.h"
#include "progressdialog.h"
#include "settings.h"
#include "statusline.h"
#include "views/base/sharedview.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QLocale>
#include <QMessageBox>
#include <QPushButton>
#include <QTimer>
#include <QtConcurrent>

#include <atomic>
#include <memory>
#include <utility>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

/// How far the work is: written by its thread, read by the window's.
struct HowFar
{
    std::atomic<std::int64_t> done = 0;
    std::atomic<std::int64_t> total = 0;
};
constexpr auto kShowEvery = std::chrono::milliseconds(100);

QString nameFor(const QString& folder, const QString& input)
{
    QString stem = QFileInfo(input).fileName();
    for (const auto ending : {".gz"_L1, ".zst"_L1}) {
        if (stem.endsWith(ending))
            stem.chop(ending.size());
    }
    stem = folder + u'/' + QFileInfo(stem).completeBaseName();
    QString path = stem + u".murmur"_s;
    for (int i = 2; QFileInfo::exists(path); ++i)
        path = u"%1 (%2).murmur"_s.arg(stem).arg(i);
    return path;
}

} // namespace

Exchanging::Exchanging(MainWindow& window, QString recordingsFolder, QObject* parent)
    : QObject(parent)
    , m_window(window)
    , m_recordingsFolder(std::move(recordingsFolder))
{
}

Exchanging::~Exchanging()
{
    m_stop.request_stop();
}

bool Exchanging::takes(const QStringList& files)
{
    return !files.isEmpty() && std::ranges::all_of(files, isImportable);
}

void Exchanging::askForImport()
{
    auto* dialog = new QFileDialog(
        &m_window, tr("Import messages from files"), m_window.settings().lastFolder(),
        tr("JSON lines and CSV (%1);;All files (*)").arg(importPatterns()));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& files) {
        if (files.isEmpty())
            return;
        m_window.settings().setLastFolder(QFileInfo(files.front()).path());
        import(files);
    });
    dialog->open();
}

void Exchanging::import(const QStringList& files)
{
    if (!QDir().mkpath(m_recordingsFolder)) {
        m_window.showFailure(
            {ErrorCode::Unwritable, tr("The folder %1 cannot be made; make it, or free its place.")
                                        .arg(shownPath(m_recordingsFolder))});
        return;
    }
    const QString target = nameFor(m_recordingsFolder, files.front());
    const QString title = files.size() == 1
                              ? tr("Importing %1").arg(QFileInfo(files.front()).fileName())
                              : tr("Importing %n files", nullptr, static_cast<int>(files.size()));
    run(
        title,
        [files, target](const Progress& progress, std::stop_token stop) -> Result<QString> {
            ImportOptions options;
            options.stop = std::move(stop);
            options.progress = [&](const QString& step, std::int64_t done, std::int64_t total) {
                // Reading and writing are a half each.
                progress(step == "reading"_L1 ? done : total + done, 2 * total);
            };
            const auto result = importMessages(files, target, options);
            if (!result)
                return result.error();
            QString text = tr("%L1 messages imported.").arg(result->messages);
            if (result->damaged > 0)
                text += u' ' + tr("%L1 lines are damaged and kept as they are: filter by "
                                  "header.murmur-line exists.")
                                   .arg(result->damaged);
            for (const QString& problem : result->problems)
                text += u' ' + problem;
            return text;
        },
        [this, target](const QString& sentence) {
            m_window.openFile(target);
            m_window.statusLine()->say(sentence);
        });
}

void Exchanging::askForExport()
{
    if (m_window.shared()->session() == nullptr)
        return;
    if (m_window.shared()->filter() == nullptr) {
        askWhereToExport(false);
        return;
    }
    auto* question =
        new QMessageBox(QMessageBox::Question, tr("Export messages"),
                        tr("All messages of the session, or only those that pass the filter?"),
                        QMessageBox::Cancel, &m_window);
    question->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton* all = question->addButton(tr("&All messages"), QMessageBox::AcceptRole);
    QPushButton* some = question->addButton(tr("Only &filtered"), QMessageBox::AcceptRole);
    question->setDefaultButton(some);
    connect(all, &QPushButton::clicked, this, [this] { askWhereToExport(false); });
    connect(some, &QPushButton::clicked, this, [this] { askWhereToExport(true); });
    question->open();
}

void Exchanging::askWhereToExport(bool isFiltered)
{
    auto* dialog =
        new QFileDialog(&m_window, tr("Export messages"), m_window.settings().lastFolder(),
                        tr("JSON lines (*.jsonl);;CSV (*.csv)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(u"jsonl"_s);
    dialog->selectFile(QFileInfo(m_window.shared()->session()->path()).completeBaseName());
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.contains(u"*.csv"_s) ? u"csv"_s : u"jsonl"_s);
    });
    connect(dialog, &QFileDialog::fileSelected, this, [this, isFiltered](const QString& file) {
        m_window.settings().setLastFolder(QFileInfo(file).path());
        exportTo(file, isFiltered);
    });
    dialog->open();
}

void Exchanging::exportTo(const QString& file, bool isFiltered)
{
    const auto session = m_window.shared()->session();
    if (session == nullptr)
        return;
    ExportOptions given;
    given.format = exportFormatOf(file);
    if (given.format == nullptr)
        given.format = &exportFormats().front();
    if (isFiltered)
        given.filter = m_window.shared()->filter();
    given.replaces = true; // the dialog has asked
    run(
        tr("Exporting into %1").arg(QFileInfo(file).fileName()),
        [file, given, source = session->source()](const Progress& progress,
                                                  std::stop_token stop) -> Result<QString> {
            ExportOptions options = given;
            options.stop = std::move(stop);
            options.progress = progress;
            const auto result = exportMessages(*source, file, options);
            if (!result)
                return result.error();
            QString text =
                tr("%L1 messages exported into %2.").arg(result->messages).arg(shownPath(file));
            if (result->unreadable > 0)
                text += u' ' + tr("%L1 in damaged blocks are left out.").arg(result->unreadable);
            return text;
        },
        [this](const QString& sentence) { m_window.statusLine()->say(sentence); });
}

void Exchanging::run(
    const QString& title,
    std::function<Result<QString>(const Progress& progress, std::stop_token stop)> work,
    std::function<void(const QString& sentence)> done)
{
    if (isRunning())
        return;
    m_stop = std::stop_source();
    m_dialog = new ProgressDialog(title, &m_window);
    connect(m_dialog, &ProgressDialog::cancelRequested, this, [this] { m_stop.request_stop(); });
    const auto howFar = std::make_shared<HowFar>();
    auto* timer = new QTimer(m_dialog);
    connect(timer, &QTimer::timeout, m_dialog, [dialog = m_dialog.data(), howFar] {
        dialog->setProgress(howFar->done, howFar->total);
    });
    timer->start(kShowEvery);
    m_dialog->open();
    QtConcurrent::run([work = std::move(work), howFar, stop = m_stop.get_token()] {
        const Progress progress = [howFar](std::int64_t now, std::int64_t total) {
            howFar->done = now;
            howFar->total = total;
        };
        return work(progress, stop);
    }).then(this, [this, done = std::move(done)](const Result<QString>& result) {
        if (m_dialog)
            m_dialog->finish();
        m_dialog = nullptr;
        if (result)
            done(*result);
        else if (result.error().code != ErrorCode::Cancelled)
            m_window.showFailure(result.error());
        else
            m_window.statusLine()->say(tr("Cancelled: nothing was written."));
    });
}

} // namespace murmur
