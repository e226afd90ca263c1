// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/dialect/dialecteditor.h"

#include "dialect/dialectproblem.h"
#include "views/base/numbers.h"
#include "views/base/theme.h"
#include "views/dialect/coveragefigures.h"
#include "views/dialect/dialecttext.h"
#include "views/dialect/fieldsmodel.h"
#include "views/dialect/fieldstable.h"
#include "views/dialect/matchview.h"
#include "views/dialect/previewmodel.h"

#include <QCloseEvent>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QSaveFile>
#include <QScreen>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>

#include <functional>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr auto kPauseOfTyping = 120ms;
constexpr qint64 kLargestOpened = qint64(1) << 20;
constexpr QLatin1StringView kDialectEnding(".dialect.json");

QString editorText(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

} // namespace

DialectEditor::DialectEditor(QString directory, QWidget* parent)
    : QDialog(parent)
    , m_directory(std::move(directory))
{
    setAcceptDrops(true);
    m_pause.setSingleShot(true);
    m_pause.setInterval(kPauseOfTyping);
    connect(&m_pause, &QTimer::timeout, this, &DialectEditor::look);
    build();
    setApply({}, {});
    setTargets({});
    setSample(nullptr);
    UserDialect empty;
    empty.name = "mine";
    m_text->setPlainText(QString::fromStdString(empty.toJson()));
    m_text->document()->clearUndoRedoStacks();
    m_saved = m_text->toPlainText().toStdString();
    look();
    resize(QSize(1360, 760).boundedTo(screen()->availableSize() * 0.96));
}

DialectEditor::~DialectEditor()
{
    m_pause.stop();
}

std::shared_ptr<const UserDialect> DialectEditor::dialect() const
{
    return m_isRight ? m_dialect : nullptr;
}

bool DialectEditor::isChanged() const
{
    return m_text->toPlainText().toStdString() != m_saved;
}

QString DialectEditor::note() const
{
    return m_note->text();
}

void DialectEditor::say(const QString& sentence, bool isBad)
{
    QPalette palette = m_note->palette();
    palette.setColor(QPalette::WindowText,
                     isBad ? Theme::current().bad : Theme::current().secondary);
    m_note->setPalette(palette);
    m_note->setText(sentence);
}

void DialectEditor::setSample(std::shared_ptr<const MessageSample> sample)
{
    const auto shown = connection();
    m_sample = std::move(sample);
    {
        const QSignalBlocker blocker(m_connections);
        m_connections->clear();
        m_connections->addItem(tr("all connections"));
        if (m_sample) {
            for (const MessageSample::Connection& one : m_sample->connections)
                m_connections->addItem(editorText(one.name), one.id);
        }
    }
    const bool hasMessages = m_sample && !m_sample->messages.empty();
    m_sampled->setText(
        hasMessages ? tr("%1 of %2 looked at")
                          .arg(numberText(static_cast<std::int64_t>(m_sample->messages.size())),
                               numberText(m_sample->total))
                    : QString());
    m_connections->setEnabled(hasMessages);
    m_suggestions = hasMessages ? suggestionsFor(*m_sample) : std::vector<Suggestion>();
    setConnection(shown);
}

/// Those of the connection whose messages are shown.
void DialectEditor::showSuggestions()
{
    std::vector<Suggestion> shown;
    for (const Suggestion& one : m_suggestions) {
        if (!connection() || one.connection == *connection())
            shown.push_back(one);
    }
    m_fieldsTable->setSuggestions(std::move(shown));
}

void DialectEditor::setConnection(std::optional<std::uint32_t> connection)
{
    const int place = connection ? m_connections->findData(*connection) : 0;
    {
        const QSignalBlocker blocker(m_connections);
        m_connections->setCurrentIndex(std::max(0, place));
    }
    showSuggestions();
    preview(true);
}

std::optional<std::uint32_t> DialectEditor::connection() const
{
    const QVariant id = m_connections->currentData();
    return id.isValid() ? std::optional(id.toUInt()) : std::nullopt;
}

void DialectEditor::setTargets(const QStringList& targets)
{
    m_targets->clear();
    for (qsizetype i = 0; i < targets.size(); ++i) {
        QAction* action = m_targets->addAction(targets[i]);
        connect(action, &QAction::triggered, this, [this, i] {
            if (saveByName())
                Q_EMIT targetChosen(i);
        });
    }
    if (targets.isEmpty())
        m_targets->addAction(tr("No profile names this bus: save one under Connect first"))
            ->setEnabled(false);
}

void DialectEditor::setApply(const QString& text, const QString& tip)
{
    m_apply->setText(text.isEmpty() ? tr("Apply to this recording") : text);
    m_apply->setToolTip(text.isEmpty() ? tr("No recording is open that could be read by it") : tip);
    m_apply->setProperty("isPossible", !text.isEmpty());
    updateButtons();
}

void DialectEditor::writeText(const UserDialect& dialect)
{
    m_isWriting = true;
    m_text->replaceWith(QString::fromStdString(dialect.toJson()));
    m_isWriting = false;
}

void DialectEditor::setDialect(const UserDialect& dialect)
{
    m_isByForm = false;
    writeText(dialect);
    look();
}

void DialectEditor::begin(const UserDialect& dialect)
{
    setDialect(dialect);
    m_saved = m_text->toPlainText().toStdString();
}

void DialectEditor::openFile(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        say(tr("%1 cannot be read: %2.").arg(path, file.errorString()), true);
        return;
    }
    if (file.size() > kLargestOpened) {
        say(tr("%1 is larger than 1 MiB; that is no dialect.").arg(path), true);
        return;
    }
    m_path = path;
    m_isByForm = false;
    m_text->replaceWith(QString::fromUtf8(file.readAll()));
    m_saved = m_text->toPlainText().toStdString();
    look();
    if (!m_isRight)
        m_tabs->setCurrentWidget(m_text);
}

void DialectEditor::look()
{
    m_pause.stop();
    const std::string json = m_text->toPlainText().toStdString();
    const auto problem = problemOfDialect(json);
    m_isRight = !problem.has_value();
    m_text->setWrongLine(problem ? problem->line : 0);
    m_toProblem->setVisible(problem && problem->line > 0);
    if (problem) {
        say(problem->line > 0 ? tr("Line %1: %2.").arg(problem->line).arg(problem->what)
                              : problem->what,
            true);
    } else {
        const QString name = m_path.isEmpty() ? u"mine"_s : QFileInfo(m_path).fileName();
        if (auto parsed = UserDialect::parse(json, name))
            m_dialect = std::make_shared<const UserDialect>(std::move(*parsed));
        say({});
    }
    showForm();
    updateButtons();
    preview(false);
}

void DialectEditor::showForm()
{
    // What the form itself wrote stays as it was typed, also while it is wrong.
    const bool isStale = !m_isRight && !m_isByForm;
    m_formNote->setVisible(isStale);
    m_form->setEnabled(!isStale);
    if (!m_isRight || !m_dialect)
        return;
    m_isShowing = true;
    const auto show = [this](QLineEdit* edit, const QString& text) {
        const bool isTyped = m_isByForm && edit->hasFocus();
        if (isTyped || edit->text() == text)
            return;
        edit->setText(text);
        edit->setCursorPosition(0);
    };
    show(m_name, QString::fromStdString(m_dialect->name));
    show(m_description, QString::fromStdString(m_dialect->description));
    QStringList topics;
    for (const std::string& topic : m_dialect->topics)
        topics << QString::fromStdString(topic);
    show(m_topics, topics.join(u", "_s));
    m_base->setCurrentIndex(std::max(0, m_base->findData(QString::fromStdString(m_dialect->base))));
    m_fields->setDialect(*m_dialect);
    m_isShowing = false;
    setWindowTitle(tr("Dialect %1").arg(QString::fromStdString(m_dialect->name)));
}

void DialectEditor::readForm()
{
    if (m_isShowing)
        return;
    UserDialect dialect = m_dialect ? *m_dialect : UserDialect();
    dialect.name = m_name->text().trimmed().toStdString();
    dialect.description = m_description->text().toStdString();
    dialect.base = m_base->currentData().toString().toStdString();
    dialect.topics.clear();
    for (const QString& topic : m_topics->text().split(u',', Qt::SkipEmptyParts)) {
        if (!topic.trimmed().isEmpty())
            dialect.topics.push_back(topic.trimmed().toStdString());
    }
    m_fields->writeTo(dialect);
    m_isByForm = true;
    writeText(dialect);
    look();
}

void DialectEditor::undo()
{
    m_isByForm = false;
    m_text->undo();
    look();
}

void DialectEditor::redo()
{
    m_isByForm = false;
    m_text->redo();
    look();
}

void DialectEditor::preview(bool isNew)
{
    if (!m_sample || m_sample->messages.empty()) {
        m_read.cancel();
        m_preview->setRows({});
        m_figures->clear();
        m_match->clearMessage(
            tr("Open a recording, or record, to see what the dialect makes of its messages."));
        return;
    }
    if (!m_isRight && !isNew)
        return; // what it made before stays in sight while it is mended
    PreviewRequest request{m_sample, m_dialect, connection()};
    m_read.start(
        this, [request](const std::stop_token&) { return previewLater(request); },
        [this](const Result<DialectPreview>& read) {
            if (!read)
                return;
            const int row = std::max(0, m_previewTable->currentIndex().row());
            m_preview->setRows(read->rows);
            m_figures->setCoverage(read->before, read->after);
            if (m_preview->rowCount() > 0)
                m_previewTable->setCurrentIndex(
                    m_preview->index(std::min(row, m_preview->rowCount() - 1), 0));
            showMatch();
        });
}

void DialectEditor::showMatch()
{
    const QModelIndex current = m_previewTable->currentIndex();
    if (!m_sample || !current.isValid() || current.row() >= m_preview->rowCount()) {
        m_match->clearMessage();
        return;
    }
    m_match->showMessage({m_sample, m_dialect, connection()},
                         m_preview->row(current.row()).message);
}

void DialectEditor::updateButtons()
{
    m_save->setEnabled(m_isRight);
    m_fromNowOn->setEnabled(m_isRight);
    m_apply->setEnabled(m_isRight && m_apply->property("isPossible").toBool());
}

bool DialectEditor::saveTo(const QString& path)
{
    look();
    if (!m_isRight)
        return false; // the note says why
    // As it was written, not as we would write it.
    QSaveFile file(path);
    const QByteArray json = m_text->toPlainText().toUtf8();
    QDir().mkpath(QFileInfo(path).absolutePath());
    if (!file.open(QIODevice::WriteOnly) || file.write(json) != json.size() || !file.commit()) {
        say(tr("The dialect cannot be written to %1: %2. Save it elsewhere with “Save as”.")
                .arg(path, file.errorString()),
            true);
        return false;
    }
    m_path = path;
    m_saved = json.toStdString();
    say(tr("Saved as %1").arg(path));
    Q_EMIT saved(path);
    return true;
}

bool DialectEditor::save()
{
    look();
    if (!m_isRight)
        return false;
    const bool isItsFile =
        QFileInfo(m_path).fileName() == QString::fromStdString(m_dialect->name) + kDialectEnding;
    return isItsFile ? saveTo(m_path) : saveByName();
}

bool DialectEditor::saveByName()
{
    look();
    if (!m_isRight)
        return false;
    const QString name = QString::fromStdString(m_dialect->name);
    const QString path = QDir(m_directory).filePath(name + kDialectEnding);
    if (path != m_path && QFile::exists(path)) {
        say(tr("There is a dialect %1 already. Give this one another name, or replace that one "
               "with “Save as”.")
                .arg(name),
            true);
        return false;
    }
    return saveTo(path);
}

void DialectEditor::askWhereToSave()
{
    look();
    if (!m_isRight)
        return;
    auto* dialog = new QFileDialog(this, tr("Save the dialect"),
                                   m_path.isEmpty() ? m_directory : QFileInfo(m_path).path(),
                                   tr("Dialects (*.dialect.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(u"dialect.json"_s);
    dialog->selectFile(QString::fromStdString(m_dialect->name) + kDialectEnding);
    connect(dialog, &QFileDialog::fileSelected, this, &DialectEditor::saveTo);
    dialog->open();
}

void DialectEditor::askWhatToOpen()
{
    auto* dialog = new QFileDialog(this, tr("Open a dialect"), m_directory,
                                   tr("Dialects (*.dialect.json *.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QFileDialog::fileSelected, this, &DialectEditor::openFile);
    dialog->open();
}

void DialectEditor::fillOpen()
{
    m_open->clear();
    for (const UserDialects::Entry& entry : UserDialects::all(m_directory)) {
        QAction* action = m_open->addAction(
            entry.problem.isEmpty() ? entry.name : tr("%1 (cannot be used)").arg(entry.name));
        connect(action, &QAction::triggered, this,
                [this, path = entry.path] { whenKept([this, path] { openFile(path); }); });
    }
    if (!m_open->isEmpty())
        m_open->addSeparator();
    connect(m_open->addAction(tr("A file…")), &QAction::triggered, this,
            [this] { whenKept([this] { askWhatToOpen(); }); });
}

void DialectEditor::whenKept(std::function<void()> then)
{
    if (!isChanged()) {
        then();
        return;
    }
    auto* question = new QMessageBox(QMessageBox::Question, tr("Dialect"),
                                     tr("What was changed in this dialect is not saved."),
                                     QMessageBox::Cancel, this);
    question->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton* keep = question->addButton(tr("&Save"), QMessageBox::AcceptRole);
    QPushButton* drop = question->addButton(tr("&Discard"), QMessageBox::DestructiveRole);
    question->setDefaultButton(keep);
    keep->setEnabled(m_isRight);
    connect(keep, &QPushButton::clicked, this, [this, then] {
        if (m_path.isEmpty() ? save() : saveTo(m_path))
            then();
    });
    connect(drop, &QPushButton::clicked, this, [then] { then(); });
    question->open();
}

void DialectEditor::closeThen(std::function<void()> then)
{
    whenKept([this, then] {
        m_isClosing = true;
        QDialog::reject();
        then();
    });
}

void DialectEditor::reject()
{
    closeThen([] {});
}

void DialectEditor::closeEvent(QCloseEvent* event)
{
    if (m_isClosing || !isChanged()) {
        QDialog::closeEvent(event);
        return;
    }
    event->ignore();
    reject();
}

void DialectEditor::dragEnterEvent(QDragEnterEvent* event)
{
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.size() == 1 && urls.front().isLocalFile())
        event->acceptProposedAction();
}

void DialectEditor::dropEvent(QDropEvent* event)
{
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.size() != 1 || !urls.front().isLocalFile())
        return;
    event->acceptProposedAction();
    whenKept([this, path = urls.front().toLocalFile()] { openFile(path); });
}

} // namespace murmur
