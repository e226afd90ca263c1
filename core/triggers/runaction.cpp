// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "triggers/runaction.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QStandardPaths>
#include <QTimer>

#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qsizetype kMostSaid = 16 * 1024; ///< of what a program writes, that is remembered

QString lastLine(const QByteArray& text)
{
    const QByteArray trimmed = text.trimmed();
    return QString::fromUtf8(trimmed.mid(trimmed.lastIndexOf('\n') + 1)).left(200);
}

/// A list of JSON, or words with quotes around what holds spaces.
Result<QStringList> commandFromText(const QString& text)
{
    QStringList words;
    if (text.startsWith(u'[')) {
        const QJsonDocument document = QJsonDocument::fromJson(text.toUtf8());
        for (const QJsonValue& word : document.array()) {
            if (!word.isString())
                words.clear();
            words << word.toString();
        }
    } else {
        words = QProcess::splitCommand(text);
    }
    if (words.isEmpty() || words.front().isEmpty())
        return Error{ErrorCode::WrongUse,
                     u"run needs a program: run:notify-team --urgent, or a list "
                     "run:[\"notify-team\",\"--urgent\"]."_s};
    return words;
}

bool canBeRun(const QString& program)
{
    if (!program.contains(u'/'))
        return !QStandardPaths::findExecutable(program).isEmpty();
    const QFileInfo file(program);
    return file.isFile() && file.isExecutable();
}

} // namespace

RunAction::RunAction(QStringList command, std::chrono::milliseconds patience)
    : m_command(std::move(command))
    , m_patience(patience)
{
}

RunAction::~RunAction()
{
    // Also those that were told to end, and have not yet.
    for (QProcess* process : findChildren<QProcess*>(QString(), Qt::FindDirectChildrenOnly)) {
        process->disconnect();
        process->kill();
        process->waitForFinished(1000);
    }
}

void RunAction::perform(const TriggerFiring& firing)
{
    if (m_waiting.size() >= kMostWaiting) {
        Q_EMIT told(u"%1 was not run: %2 wait for their turn already."_s.arg(m_command.front())
                        .arg(m_waiting.size()),
                    true);
        return;
    }
    m_waiting.push_back(firing);
    startNext();
}

void RunAction::startNext()
{
    while (!m_waiting.empty() && m_running.size() < kMostAtOnce) {
        const TriggerFiring firing = std::move(m_waiting.front());
        m_waiting.pop_front();
        start(firing);
    }
}

void RunAction::start(const TriggerFiring& firing)
{
    auto* process = new QProcess(this);
    m_running.push_back(process);
    process->setProcessChannelMode(QProcess::MergedChannels);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    // Those are for buses.
    for (const char* secret :
         {"MURMURSCOPE_TOKEN", "MURMURSCOPE_PASSWORD", "MURMURSCOPE_KEY_PASSWORD"})
        environment.remove(QString::fromLatin1(secret));
    for (const auto& [name, value] : firing.environment())
        environment.insert(name, value);
    process->setProcessEnvironment(environment);
    // What it says is its own affair; of a failure the end is told.
    connect(process, &QProcess::readyRead, this, [process] {
        const QByteArray said = process->property("said").toByteArray() + process->readAll();
        process->setProperty("said", said.right(kMostSaid));
    });
    connect(process, &QProcess::errorOccurred, this, [this, process](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            end(process,
                u"%1 could not be started: %2"_s.arg(m_command.front(), process->errorString()));
    });
    connect(process, &QProcess::finished, this, [this, process](int code, auto status) {
        const QString said = lastLine(process->property("said").toByteArray());
        QString failure;
        if (status != QProcess::NormalExit)
            failure = u"%1 was ended by a signal"_s.arg(m_command.front());
        else if (code != 0)
            failure = u"%1 ended with exit code %2"_s.arg(m_command.front()).arg(code);
        if (!failure.isEmpty() && !said.isEmpty())
            failure += u": "_s + said;
        end(process, failure);
    });
    auto* patience = new QTimer(process);
    patience->setSingleShot(true);
    connect(patience, &QTimer::timeout, this, [this, process] {
        process->disconnect(this);
        process->kill();
        end(process, u"%1 did not end within %2 and was ended"_s.arg(m_command.front(),
                                                                     durationText(m_patience)));
    });
    patience->start(m_patience);
    process->start(m_command.front(), m_command.mid(1));
    process->write(firing.toJson());
    process->closeWriteChannel();
}

void RunAction::end(QProcess* process, const QString& failure)
{
    if (std::erase(m_running, process) == 0)
        return;
    // One that was killed takes a moment.
    if (process->state() == QProcess::NotRunning)
        process->deleteLater();
    else
        connect(process, &QProcess::finished, process, &QObject::deleteLater);
    if (failure.isEmpty())
        Q_EMIT told(u"ran %1"_s.arg(m_command.front()), false);
    else
        Q_EMIT told(failure + u'.', true);
    startNext();
}

void RunAction::stop()
{
    if (!m_waiting.empty())
        Q_EMIT told(u"%1 was not run %2 times more: the recording is over."_s.arg(m_command.front())
                        .arg(m_waiting.size()),
                    true);
    m_waiting.clear();
    for (QProcess* process : std::vector(m_running)) {
        process->disconnect(this);
        process->kill();
        end(process, u"%1 was ended: the recording is over"_s.arg(m_command.front()));
    }
}

Result<std::unique_ptr<TriggerAction>> createRunAction(const QString& argument,
                                                       const TriggerRules& rules)
{
    auto command = commandFromText(argument);
    if (!command)
        return command.error();
    if (!rules.mayRun)
        return Error{ErrorCode::WrongUse,
                     u"%1 is not run: programs are off. Switch them on with --allow-run, or in the "
                     "window by the box under the triggers."_s.arg(command->front())};
    if (!canBeRun(command->front()))
        return Error{ErrorCode::WrongUse,
                     u"%1 cannot be run: there is no such program that may be executed. Name one "
                     "that is in PATH, or its whole path."_s.arg(command->front())};
    return std::unique_ptr<TriggerAction>(std::make_unique<RunAction>(std::move(*command)));
}

} // namespace murmur
