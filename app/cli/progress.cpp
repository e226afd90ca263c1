// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "progress.h"

#include "output.h"

#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

constexpr qint64 kRedrawMs = 100;

int terminalWidth()
{
    winsize size = {};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

} // namespace

Progress::Progress()
    : m_isTerminal(::isatty(STDERR_FILENO) != 0)
{
    m_since.start();
}

void Progress::update(const QString& step, std::int64_t done, std::int64_t total)
{
    if (!m_isTerminal || (m_lastShown.isValid() && m_lastShown.elapsed() < kRedrawMs))
        return;
    const double seconds = static_cast<double>(m_since.elapsed()) / 1000;
    const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    QString line = step;
    if (total > 0)
        line += u"  %1 %"_s.arg(done * 100 / total);
    if (total > done && rate > 0 && seconds > 0.5) {
        const double left = static_cast<double>(total - done) / rate;
        line +=
            u"  %1 left"_s.arg(durationText(nanoseconds(static_cast<std::int64_t>(left * 1e9))));
    }
    if (rate >= 1)
        line += u"  %1/s"_s.arg(grouped(static_cast<std::int64_t>(rate)));
    show(line);
}

void Progress::show(const QString& line)
{
    if (!m_isTerminal)
        return;
    const QByteArray text = line.left(terminalWidth() - 1).toUtf8();
    std::fprintf(stderr, "\r\033[K%s", text.constData());
    std::fflush(stderr);
    m_isDirty = true;
    m_lastShown.start();
}

void Progress::clear()
{
    if (!m_isDirty)
        return;
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
    m_isDirty = false;
}

} // namespace murmur::cli
