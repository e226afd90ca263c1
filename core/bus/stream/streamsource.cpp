// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/stream/streamsource.h"

#include <QFile>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

// So many bytes tell a file from the one that it was.
constexpr std::int64_t kHead = 256;

QString systemWords(int error)
{
    return QString::fromLocal8Bit(std::strerror(error));
}

int openedAt(const QString& path)
{
    // Without waiting: the writer of a named pipe may come later.
    return ::open(QFile::encodeName(path).constData(),
                  O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

} // namespace

StreamSource::StreamSource(QString path, bool isStdin, bool follows)
    : m_path(std::move(path))
    , m_isStdin(isStdin)
    , m_follows(follows)
{
}

StreamSource::~StreamSource()
{
    if (!m_isStdin && m_descriptor >= 0)
        ::close(m_descriptor);
}

StreamSource::Opened StreamSource::open(QString& reason)
{
    m_descriptor = m_isStdin ? STDIN_FILENO : openedAt(m_path);
    struct stat facts
    {
    };
    if (m_descriptor < 0 || ::fstat(m_descriptor, &facts) != 0) {
        const int error = errno;
        m_descriptor = -1;
        if (m_isStdin) {
            reason = u"Standard input cannot be read: %1."_s.arg(systemWords(error));
            return Opened::Refused;
        }
        reason = error == ENOENT
                     ? u"There is no file %1."_s.arg(m_path)
                     : u"The file %1 cannot be read: %2."_s.arg(m_path, systemWords(error));
        return error == ENOENT ? Opened::Missing : Opened::Refused;
    }
    if (S_ISDIR(facts.st_mode)) {
        reason =
            u"%1 is a folder; name one file in it."_s.arg(m_isStdin ? u"Standard input"_s : m_path);
        return Opened::Refused;
    }
    m_isPolled = !S_ISREG(facts.st_mode);
    return Opened::Yes;
}

void StreamSource::skipToEnd()
{
    if (const off_t end = ::lseek(m_descriptor, 0, SEEK_END); end > 0)
        m_offset = end;
}

StreamSource::Got StreamSource::read(std::span<char> into, std::size_t& count, QString& reason)
{
    count = 0;
    if (m_isPolled) {
        // Never read what may wait: standard input belongs to others as well, so it is not switched
        // to non-blocking.
        pollfd ready{m_descriptor, POLLIN, 0};
        if (::poll(&ready, 1, 0) <= 0)
            return Got::Nothing;
    }
    // Copied away, emptied and already longer than before: its beginning is another one.
    if (std::exchange(m_isAtEnd, false) && headNow() != m_head)
        return restart();
    const ssize_t got = ::read(m_descriptor, into.data(), into.size());
    if (got > 0) {
        m_offset += got;
        count = static_cast<std::size_t>(got);
        return Got::Bytes;
    }
    if (got < 0) {
        if (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)
            return Got::Nothing;
        reason = m_isStdin ? u"Standard input broke off: %1."_s.arg(systemWords(errno))
                           : u"Reading %1 broke off: %2."_s.arg(m_path, systemWords(errno));
        return Got::Failed;
    }
    return m_follows && !m_isPolled ? lookAgain() : Got::End;
}

StreamSource::Got StreamSource::restart()
{
    ::lseek(m_descriptor, 0, SEEK_SET);
    m_offset = 0;
    return Got::Restarted;
}

/// The beginning of what was read.
std::string StreamSource::headNow() const
{
    std::string head(static_cast<std::size_t>(std::min<std::int64_t>(kHead, m_offset)), '\0');
    const ssize_t got = ::pread(m_descriptor, head.data(), head.size(), 0);
    head.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return head;
}

/// At the end of a file that is followed.
StreamSource::Got StreamSource::lookAgain()
{
    struct stat ours
    {
    };
    struct stat named
    {
    };
    if (::fstat(m_descriptor, &ours) != 0)
        return Got::Nothing;
    if (ours.st_size < m_offset)
        return restart();
    m_isAtEnd = true;
    m_head = headNow();
    // Renamed and not made again yet: its writer may still have it open.
    if (ours.st_size > m_offset || ::stat(QFile::encodeName(m_path).constData(), &named) != 0)
        return Got::Nothing;
    if ((named.st_dev == ours.st_dev && named.st_ino == ours.st_ino) || !S_ISREG(named.st_mode))
        return Got::Nothing;
    const int next = openedAt(m_path);
    if (next < 0)
        return Got::Nothing;
    ::close(m_descriptor);
    m_descriptor = next;
    m_offset = 0;
    m_isAtEnd = false;
    return Got::Replaced;
}

} // namespace murmur
