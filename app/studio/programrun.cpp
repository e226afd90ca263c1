// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "programrun.h"

#include "bus/connection.h"
#include "mainwindow.h"
#include "observe/bridgenotes.h"
#include "observe/observedenvironment.h"
#include "settings.h"
#include "studiosession.h"

#include <QDir>
#include <QTimer>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

const auto kRemembered = u"program"_s;
/// What was sent just before the end is under way for a moment.
constexpr auto kLastWords = std::chrono::milliseconds(700);

/// The URL of a connection that listens on a port by now; empty: none does.
QUrl listening(const std::vector<ConnectionInfo>& connections, QLatin1StringView scheme)
{
    for (auto it = connections.rbegin(); it != connections.rend(); ++it) {
        const QUrl url(it->url);
        if (url.scheme() == scheme && url.port() > 0 && url.host() == "127.0.0.1"_L1 &&
            it->state == ConnectionStatus::State::Up)
            return url;
    }
    return {};
}

} // namespace

ProgramRun::ProgramRun(MainWindow& window, QObject* parent)
    : QObject(parent)
    , m_window(window)
{
    StudioSession* session = m_window.session();
    for (const auto changed : {&StudioSession::connectionsChanged, &StudioSession::stateChanged,
                               &StudioSession::statusChanged})
        connect(session, changed, this, &ProgramRun::startWhenListening);
    connect(session, &StudioSession::failed, this, [this] { m_isWaiting = false; });
}

ProgramRun::~ProgramRun()
{
    if (m_process == nullptr)
        return;
    m_process->disconnect(this);
    m_process->terminate();
    // It is the person's: given a moment, then it goes on without us.
    m_process->waitForFinished(500);
}

void ProgramRun::ask()
{
    if (isRunning()) {
        if (m_shown)
            m_shown->raise();
        return;
    }
    ProgramWish proposal = ProgramWish::fromBytes(m_window.settings().bytes(kRemembered));
    if (proposal.folder.isEmpty())
        proposal.folder = QDir::currentPath();
    auto* dialog = new ProgramDialog(proposal, &m_window);
    connect(dialog, &ProgramDialog::runRequested, this, &ProgramRun::run);
    dialog->open();
}

void ProgramRun::run(const ProgramWish& wish)
{
    if (isRunning() || wish.words().isEmpty())
        return;
    StudioSession* session = m_window.session();
    if (session->isBusy()) {
        m_window.showFailure(
            {ErrorCode::WrongUse, tr("A recording is being opened or closed; run the program again "
                                     "in a moment.")});
        return;
    }
    m_wish = wish;
    // Variables may be secrets; they are asked for again.
    m_window.settings().setBytes(kRemembered, ProgramWish{wish.command, wish.folder, {}}.toBytes());
    m_isWaiting = true;
    const std::vector<ConnectionInfo>& present = session->connections();
    m_endsRecording = !session->isRecording();
    std::vector<QUrl> urls;
    if (m_endsRecording || listening(present, "listen"_L1).isEmpty())
        urls.emplace_back(u"listen://127.0.0.1:0"_s);
    if (m_endsRecording || listening(present, "otlp"_L1).isEmpty())
        urls.emplace_back(u"otlp://127.0.0.1:0"_s);
    if (urls.empty())
        startWhenListening();
    else
        session->attach(urls);
}

void ProgramRun::startWhenListening()
{
    const StudioSession* session = m_window.session();
    if (!m_isWaiting || !session->isRecording())
        return;
    const QUrl hub = listening(session->connections(), "listen"_L1);
    const QUrl otlp = listening(session->connections(), "otlp"_L1);
    if (hub.isEmpty() || otlp.isEmpty())
        return;
    m_isWaiting = false;
    start(hub, otlp);
}

void ProgramRun::start(const QUrl& hub, const QUrl& otlp)
{
    m_hub = hub;
    m_otlp = otlp;
    m_notes = std::make_unique<QTemporaryDir>();
    QProcessEnvironment variables = QProcessEnvironment::systemEnvironment();
    for (const QString& line : m_wish.variables.split(u'\n', Qt::SkipEmptyParts)) {
        const qsizetype equals = line.indexOf(u'=');
        if (equals > 0)
            variables.insert(line.first(equals).trimmed(), line.sliced(equals + 1));
    }
    ObservationPoints points{hub, otlp, bridgesFolder(), m_notes->path(),
                             secretOr({}, "MURMURSCOPE_TOKEN")};
    const ObservedEnvironment observed = observedEnvironment(
        [&](const char* name) { return variables.value(QString::fromLatin1(name)).toLocal8Bit(); },
        points);
    for (const auto& [name, value] : observed.changes)
        variables.insert(QString::fromLatin1(name), QString::fromLocal8Bit(value));

    m_shown = new ProgramWindow(m_wish.command, &m_window);
    m_shown->showState((QStringList{tr("Running.")} + observed.kept).join(u'\n'));
    m_process = new QProcess(this);
    m_process->setProcessEnvironment(variables);
    m_process->setProcessChannelMode(QProcess::MergedChannels);
    m_process->setStandardInputFile(QProcess::nullDevice());
    if (!m_wish.folder.isEmpty())
        m_process->setWorkingDirectory(m_wish.folder);
    connect(m_process, &QProcess::readyRead, this, [this] {
        const QByteArray output = m_process->readAll();
        if (m_shown)
            m_shown->append(output);
    });
    connect(m_shown, &ProgramWindow::stopRequested, m_process,
            [process = m_process](bool isByForce) {
                if (isByForce)
                    process->kill();
                else
                    process->terminate();
            });
    connect(m_process, &QProcess::finished, this, [this](int code, QProcess::ExitStatus how) {
        finish(how == QProcess::NormalExit ? tr("The program ended with exit code %1.").arg(code)
                                           : tr("The program was ended by signal %1.").arg(code));
    });
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error != QProcess::FailedToStart)
            return;
        const QString sentence = tr("%1 could not be started: there is no such program, or it "
                                    "cannot be run.")
                                     .arg(m_wish.words().front());
        m_window.showFailure({ErrorCode::NotFound, sentence});
        finish(sentence);
    });
    m_shown->show();
    const QStringList words = m_wish.words();
    m_process->start(words.front(), words.mid(1));
}

std::int64_t ProgramRun::received(const QUrl& url) const
{
    for (const ConnectionInfo& connection : m_window.session()->connections()) {
        if (QUrl(connection.url) == url)
            return connection.received;
    }
    return 0;
}

void ProgramRun::finish(const QString& sentence)
{
    m_process->deleteLater();
    m_process = nullptr;
    QTimer::singleShot(kLastWords, this, [this, sentence] {
        const QStringList missed =
            missedSentences(readBridgeNotes(m_notes->path()), received(m_hub), received(m_otlp));
        if (m_shown)
            m_shown->showEnd(sentence, missed);
        if (m_endsRecording && m_window.session()->isRecording())
            m_window.session()->stop();
    });
}

} // namespace murmur
