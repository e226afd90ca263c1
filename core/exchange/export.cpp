// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/export.h"

#include "exchange/exportformat.h"
#include "session/jobs.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::int64_t kSearchedAtOnce = 500'000;
constexpr std::int64_t kFoundAtOnce = 8192;
constexpr std::ptrdiff_t kReadAtOnce = 1024;
constexpr std::size_t kWrittenAtOnce = std::size_t(256) << 10;

/// A file that gets its name when it is whole, or standard output.
class Output
{
public:
    Output(const QString& target, bool replaces)
        : m_target(target)
        , m_part(u"%1.%2.part"_s.arg(target).arg(QCoreApplication::applicationPid()))
        , m_isStdout(target == "-"_L1)
        , m_replaces(replaces)
    {
    }
    ~Output()
    {
        if (m_isStdout || m_descriptor < 0)
            return;
        ::close(m_descriptor);
        QFile::remove(m_part);
    }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    Status open()
    {
        if (m_isStdout) {
            m_descriptor = STDOUT_FILENO;
            return Done{};
        }
        if (!m_replaces && QFileInfo::exists(m_target))
            return Error{
                ErrorCode::Unwritable,
                u"Cannot write %1: the file exists; choose another name or move it away."_s.arg(
                    m_target)};
        m_descriptor = ::open(QFile::encodeName(m_part).constData(),
                              O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        return m_descriptor < 0 ? Status(failure()) : Status(Done{});
    }
    /// The file, new and empty, is the format's to write.
    Status lend(ExportFormat& format)
    {
        if (m_isStdout)
            return Error{ErrorCode::WrongUse,
                         u"This format needs a file; it cannot be written to standard output."_s};
        if (auto status = open(); !status)
            return status;
        return format.openAt(m_part);
    }
    /// False in `isRead`: whoever read standard output went away.
    Status write(std::string& text, bool& isRead)
    {
        for (std::string_view rest = text; !rest.empty();) {
            const ssize_t written = ::write(m_descriptor, rest.data(), rest.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0 && errno == EPIPE && m_isStdout) {
                isRead = false;
                return Done{};
            }
            if (written < 0)
                return failure();
            rest.remove_prefix(static_cast<std::size_t>(written));
        }
        text.clear();
        return Done{};
    }
    Status finish()
    {
        if (m_isStdout)
            return Done{};
        if (::fsync(m_descriptor) != 0 && errno != EINVAL && errno != EROFS)
            return failure();
        const bool isNamed = m_replaces ? std::rename(QFile::encodeName(m_part).constData(),
                                                      QFile::encodeName(m_target).constData()) == 0
                                        : QFile::rename(m_part, m_target);
        if (!isNamed)
            return Error{ErrorCode::Unwritable,
                         u"The file could not be given its name %1."_s.arg(m_target)};
        ::close(m_descriptor);
        m_descriptor = -1;
        return Done{};
    }

private:
    [[nodiscard]] Error failure() const
    {
        const int reason = errno;
        const QString where = m_isStdout ? u"Standard output"_s : m_target;
        if (reason == ENOSPC || reason == EDQUOT)
            return {ErrorCode::DiskFull,
                    u"%1 cannot be written: the disk is full. Make room, or write elsewhere."_s.arg(
                        where)};
        return {ErrorCode::Unwritable, u"%1 cannot be written: %2."_s.arg(
                                           where, QString::fromLocal8Bit(std::strerror(reason)))};
    }

    const QString m_target;
    const QString m_part;
    const bool m_isStdout;
    const bool m_replaces;
    int m_descriptor = -1;
};

/// Its header could be read and the rest could not: the block is damaged there.
bool isWithoutPayload(const MessageDetail& message)
{
    return message.row.size > 0 && message.raw.isEmpty() && message.headers.empty() &&
           (message.row.flags & Withheld) == 0;
}

class Export
{
public:
    Export(const Source& source, const ExportOptions& options)
        : m_source(source)
        , m_options(options)
        , m_format(options.format->create(source.names, source.set != nullptr))
    {
    }

    Result<ExportResult> run(const QString& target)
    {
        Seq first = 1;
        Seq last = 0;
        {
            const auto view = SourceView::of(m_source);
            if (!view)
                return view.error();
            first = view->first();
            last = view->last();
        }
        Output output(target, m_options.replaces);
        if (m_options.format->isStream) {
            if (auto status = output.open(); !status)
                return status.error();
        } else if (auto status = output.lend(*m_format); !status) {
            return status.error();
        }
        m_format->begin(m_text);
        for (Seq next = first; next <= last && m_isRead;) {
            if (auto status = writeStretch(next, last, output); !status)
                return status.error();
            if (m_options.progress)
                m_options.progress(next - first, last - first + 1);
        }
        if (auto status = m_format->tellBeside(m_source, m_options.stop); !status)
            return status.error();
        m_format->end(m_text);
        if (auto status = m_format->status(); !status)
            return status.error();
        if (auto status = flush(output); !status)
            return status.error();
        if (auto status = output.finish(); !status)
            return status.error();
        if (!m_options.format->isStream)
            m_result.bytes = QFileInfo(target).size();
        return m_result;
    }

private:
    Status writeStretch(Seq& next, Seq last, Output& output)
    {
        MatchRequest request;
        request.filter = m_options.filter;
        request.first = next;
        request.last =
            std::min(last, next + (m_options.filter ? kSearchedAtOnce : kFoundAtOnce) - 1);
        request.limit = kFoundAtOnce;
        request.stop = m_options.stop;
        const auto found = searchJob(m_source, request);
        if (!found)
            return found.error();
        m_result.unreadable += found->unreadable;
        const bool isFull = static_cast<std::int64_t>(found->seqs.size()) >= kFoundAtOnce;
        next = (isFull ? found->seqs.back() : request.last) + 1;
        for (auto from = found->seqs.begin(); from != found->seqs.end() && m_isRead;) {
            RowRequest rows;
            rows.seqs.assign(from, from + std::min(kReadAtOnce, found->seqs.end() - from));
            rows.stop = m_options.stop;
            const auto messages = messagesJob(m_source, rows);
            if (!messages)
                return messages.error();
            // Large messages come in smaller pages.
            const Seq read = messages->empty() ? rows.seqs.back() : messages->back().row.seq;
            const auto after = std::upper_bound(from, found->seqs.end(), read);
            m_result.unreadable += (after - from) - static_cast<std::ptrdiff_t>(messages->size());
            from = after;
            if (auto status = write(*messages, output); !status)
                return status;
        }
        return Done{};
    }

    Status write(const std::vector<MessageDetail>& messages, Output& output)
    {
        for (const MessageDetail& message : messages) {
            m_format->write(m_text, message);
            if (auto status = m_format->status(); !status)
                return status;
            ++m_result.messages;
            m_result.unreadable += isWithoutPayload(message) ? 1 : 0;
            if (m_text.size() < kWrittenAtOnce)
                continue;
            if (auto status = flush(output); !status)
                return status;
            if (!m_isRead)
                return Done{};
        }
        return Done{};
    }

    Status flush(Output& output)
    {
        m_result.bytes += static_cast<std::int64_t>(m_text.size());
        return output.write(m_text, m_isRead);
    }

    const Source& m_source;
    const ExportOptions& m_options;
    const std::unique_ptr<ExportFormat> m_format;
    std::string m_text;
    bool m_isRead = true;
    ExportResult m_result;
};

} // namespace

Result<ExportResult> exportMessages(const Source& source, const QString& target,
                                    const ExportOptions& options)
{
    return Export(source, options).run(target);
}

} // namespace murmur
