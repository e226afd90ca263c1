// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "programchild.h"

#include <QSocketNotifier>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

// A signal handler can reach nothing else.
constexpr pid_t kStarting = -1;
std::atomic<pid_t> program{0};
std::atomic<std::uint64_t> early{0}; // signals that came while it started
std::atomic<int> noticeEnd{-1};

constexpr std::array kPassed{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT};

/// What comes through the pipe: how the program ended, that nothing is left, or that we shall end.
struct Notice
{
    enum class What : int { Ended, AllEnded, Stop };
    What what = What::Ended;
    int status = 0;
};

void tell(int pipe, Notice notice)
{
    while (::write(pipe, &notice, sizeof notice) < 0 && errno == EINTR) {
    }
}

/// Those that came before anybody knew the program. Whoever comes second, the start or a handler,
/// finds them.
void passEarly(pid_t pid)
{
    const std::uint64_t signals = early.exchange(0);
    for (int number = 1; number < 64; ++number) {
        if ((signals >> number & 1) != 0)
            ::kill(pid, number);
    }
}

extern "C" void passSignal(int number, siginfo_t* info, void* /*context*/)
{
    const int saved = errno;
    const pid_t pid = program.load();
    // What the terminal sends goes to the whole group, the program included.
    const bool isFromTerminal = info != nullptr && info->si_code == SI_KERNEL;
    if (pid > 0 && (!isFromTerminal || number == SIGCONT)) {
        ::kill(pid, number);
    } else if (pid == kStarting) {
        if (number == SIGCONT)
            early &= ~(std::uint64_t(1) << SIGTSTP); // as the system does with one that waits
        early |= std::uint64_t(1) << number;
        if (const pid_t started = program.load(); started > 0)
            passEarly(started);
    }
    if (number == SIGTSTP)
        ::raise(SIGSTOP);
    else if (pid == 0 && (number == SIGINT || number == SIGTERM || number == SIGHUP))
        tell(noticeEnd.load(), {Notice::What::Stop, 0});
    errno = saved;
}

/// Waits for everything that is ours, which is also what the program left behind. It may wait for
/// longer than anybody is interested, so it owns its end of the pipe.
void waitForAll(pid_t pid, int pipe)
{
    for (;;) {
        int status = 0;
        const pid_t ended = ::waitpid(-1, &status, 0);
        if (ended < 0 && errno == EINTR)
            continue;
        if (ended < 0)
            break;
        if (ended == pid) {
            program = 0;
            tell(pipe, {Notice::What::Ended, status});
        }
    }
    tell(pipe, {Notice::What::AllEnded, 0});
    ::close(pipe);
}

/// Our own, with the changes in place of what had their names.
std::vector<QByteArray>
changedEnvironment(const std::vector<std::pair<QByteArray, QByteArray>>& changes)
{
    std::vector<QByteArray> result;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const QByteArray text(*variable);
        const QByteArray name = text.first(std::max<qsizetype>(text.indexOf('='), 0));
        const bool isChanged = std::any_of(changes.begin(), changes.end(), [&](const auto& change) {
            return change.first == name;
        });
        if (!isChanged)
            result.push_back(text);
    }
    for (const auto& [name, value] : changes)
        result.push_back(name + '=' + value);
    return result;
}

std::vector<char*> pointersTo(std::vector<QByteArray>& texts)
{
    std::vector<char*> pointers;
    for (QByteArray& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

} // namespace

ProgramChild::ProgramChild(QObject* parent)
    : QObject(parent)
{
}

ProgramChild::~ProgramChild()
{
    restoreSignals();
    delete m_notifier;
    if (m_pipe >= 0)
        ::close(m_pipe);
}

Status ProgramChild::start(const std::vector<QByteArray>& command,
                           const std::vector<std::pair<QByteArray, QByteArray>>& environment)
{
    std::vector<QByteArray> words = command;
    std::vector<QByteArray> variables = changedEnvironment(environment);
    const std::vector<char*> argv = pointersTo(words);
    const std::vector<char*> envp = pointersTo(variables);
    std::array<int, 2> ends{-1, -1};
    std::array<int, 2> ours{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return Error{ErrorCode::Unreadable, u"No pipe could be made: %1."_s.arg(
                                                QString::fromLocal8Bit(std::strerror(errno)))};
    ours = {ends[0], ::fcntl(ends[1], F_DUPFD_CLOEXEC, 0)};
    ::fcntl(ours[1], F_SETFL, O_NONBLOCK); // of the pipe: a notice is never waited for
    ::fcntl(ours[0], F_SETFL, O_NONBLOCK);
    m_pipe = ours[0];
    noticeEnd = ours[1];

    program = kStarting;
    early = 0;
    // What it leaves behind when it ends becomes ours instead of the system's.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    struct sigaction action = {};
    action.sa_sigaction = passSignal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART | SA_SIGINFO;
    for (const int signal : kPassed) {
        // What was ignored when we were started (nohup, a script's background) stays so, for both.
        struct sigaction before = {};
        sigaction(signal, nullptr, &before);
        if (before.sa_handler != SIG_IGN)
            sigaction(signal, &action, nullptr);
    }

    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t usual;
    sigemptyset(&usual);
    posix_spawnattr_setsigmask(&attributes, &usual);
    sigaddset(&usual, SIGPIPE); // ours ignores them
    sigaddset(&usual, SIGXFSZ);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    pid_t pid = 0;
    const int failure =
        ::posix_spawnp(&pid, argv.front(), nullptr, &attributes, argv.data(), envp.data());
    posix_spawnattr_destroy(&attributes);
    if (failure != 0) {
        ::close(ends[1]);
        return Error{
            failure == ENOENT ? ErrorCode::NotFound : ErrorCode::Unreadable,
            u"%1 could not be started: %2."_s.arg(QString::fromLocal8Bit(command.front()),
                                                  QString::fromLocal8Bit(std::strerror(failure)))};
    }
    program = pid;
    passEarly(pid);
    m_isRunning = m_hasRemaining = true;
    m_notifier = new QSocketNotifier(m_pipe, QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, &ProgramChild::read);
    std::thread(waitForAll, pid, ends[1]).detach();
    return Done{};
}

void ProgramChild::restoreSignals()
{
    program = 0;
    for (const int signal : kPassed) {
        struct sigaction before = {};
        sigaction(signal, nullptr, &before);
        if ((before.sa_flags & SA_SIGINFO) != 0 && before.sa_sigaction == passSignal)
            std::signal(signal, SIG_DFL);
    }
    if (const int end = noticeEnd.exchange(-1); end >= 0)
        ::close(end);
}

void ProgramChild::read()
{
    Notice notice;
    while (::read(m_pipe, &notice, sizeof notice) == static_cast<ssize_t>(sizeof notice)) {
        switch (notice.what) {
        case Notice::What::Ended:
            m_isRunning = false;
            m_code = WIFSIGNALED(notice.status) ? 128 + WTERMSIG(notice.status)
                                                : WEXITSTATUS(notice.status);
            Q_EMIT ended();
            break;
        case Notice::What::AllEnded:
            m_hasRemaining = false;
            Q_EMIT allEnded();
            break;
        case Notice::What::Stop:
            Q_EMIT stopRequested();
            break;
        }
    }
}

} // namespace murmur::cli
