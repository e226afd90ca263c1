// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "stopsignals.h"

#include <QSocketNotifier>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace murmur::cli {

namespace {

// A signal handler can reach nothing else.
std::array<int, 2> pipeEnds{-1, -1};
std::atomic<int> count{0};

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};

extern "C" void onSignal(int)
{
    const int saved = errno;
    if (count.fetch_add(1) == 0) {
        const char byte = 1;
        static_cast<void>(!::write(pipeEnds[1], &byte, 1));
    } else {
        static constexpr char text[] =
            "murmur: already stopping; what was heard is being written.\n";
        static_cast<void>(!::write(STDERR_FILENO, text, sizeof text - 1));
    }
    errno = saved;
}

} // namespace

StopSignals::StopSignals(QObject* parent)
    : QObject(parent)
{
    if (::pipe2(pipeEnds.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        return; // without it the signals keep their usual effect
    count = 0;
    m_notifier = new QSocketNotifier(pipeEnds[0], QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, &StopSignals::read);
    struct sigaction action = {};
    action.sa_handler = onSignal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    for (const int signal : kSignals) {
        // nohup's "ignore" is the person's wish; that of SIGINT only means that a script started us
        // in the background, and it may still want to end us so.
        struct sigaction before = {};
        sigaction(signal, nullptr, &before);
        if (signal != SIGHUP || before.sa_handler != SIG_IGN)
            sigaction(signal, &action, nullptr);
    }
}

StopSignals::~StopSignals()
{
    for (const int signal : kSignals) {
        struct sigaction before = {};
        sigaction(signal, nullptr, &before);
        if (before.sa_handler == onSignal)
            std::signal(signal, SIG_DFL);
    }
    delete m_notifier;
    for (int& end : pipeEnds) {
        if (end >= 0)
            ::close(end);
        end = -1;
    }
}

bool StopSignals::isRequested() const
{
    return count.load() > 0;
}

void StopSignals::read()
{
    char bytes[16];
    while (::read(pipeEnds[0], bytes, sizeof bytes) > 0) {
    }
    Q_EMIT requested();
}

} // namespace murmur::cli
