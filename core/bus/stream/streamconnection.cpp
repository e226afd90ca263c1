// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/stream/streamconnection.h"

#include "base/clock.h"
#include "bus/stream/streamreader.h"
#include "bus/urlreader.h"

#include <QFileInfo>
#include <QTimer>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

/// Standard input cannot be shared: each line would reach one of the readers only.
std::atomic_flag stdinIsTaken;

class StreamConnection final : public Connection
{
public:
    StreamConnection(QUrl url, StreamOptions options)
        : m_url(std::move(url))
        , m_options(std::move(options))
    {
        connect(&m_ticker, &QTimer::timeout, this, &StreamConnection::tick);
    }
    ~StreamConnection() override
    {
        stop();
        m_reader.reset();
        if (m_ownsStdin)
            stdinIsTaken.clear();
    }

    Status start() override
    {
        if (m_reader)
            return Done{};
        if (m_options.isStdin && !m_ownsStdin) {
            if (stdinIsTaken.test_and_set())
                return Error{ErrorCode::WrongUse,
                             u"Standard input is read by another connection already."_s};
            m_ownsStdin = true;
        }
        m_reader = std::make_unique<StreamReader>(m_options, [this] {
            QMetaObject::invokeMethod(
                this, [this] { Q_EMIT statusChanged(); }, Qt::QueuedConnection);
        });
        if (Status started = m_reader->start(); !started) {
            m_reader.reset();
            m_failure = started.error().message;
            return started;
        }
        m_ticker.start(250ms);
        return Done{};
    }

    void stop() override
    {
        m_ticker.stop();
        if (m_reader)
            m_reader->stop();
    }

    [[nodiscard]] ConnectionStatus status() const override
    {
        ConnectionStatus status;
        status.effectiveUrl = m_url;
        status.subscribed = QStringList{m_options.isStdin ? u"standard input"_s : m_options.path};
        if (m_options.isStdin && m_options.waits) {
            status.presence << u"A program that writes into the pipe waits while the recording has "
                               "no room; with wait=0 it never does."_s;
        }
        if (m_reader) {
            const StreamReader::State state = m_reader->state();
            status.state = state.state;
            status.detail = state.detail;
            status.received = m_reader->received();
        } else if (!m_failure.isEmpty()) {
            status.state = ConnectionStatus::State::Failed;
            status.detail = m_failure;
        }
        return status;
    }

private:
    void tick()
    {
        if (const std::uint64_t received = m_reader->received(); received != m_told) {
            m_told = received;
            Q_EMIT statusChanged();
        }
    }

    const QUrl m_url;
    const StreamOptions m_options;
    std::unique_ptr<StreamReader> m_reader;
    QTimer m_ticker;
    std::uint64_t m_told = 0;
    QString m_failure;
    bool m_ownsStdin = false;
};

} // namespace

Result<std::unique_ptr<Connection>> createStreamConnection(const QUrl& url,
                                                           const ConnectionContext& context)
{
    const bool isStdin = url.scheme() == "stdin"_L1;
    UrlReader reader(url, isStdin ? u"Standard input"_s : u"A file"_s, processClock().nowNs());
    StreamOptions options;
    options.isStdin = isStdin;
    options.path = url.path(QUrl::FullyDecoded);
    options.connection = context.id;
    options.sink = context.sink;
    const QString format = reader.choice(u"format"_s, {"lines", "json", "nul"}, u"lines"_s);
    options.separator = format == "nul"_L1 ? '\0' : '\n';
    options.waits = reader.flag(u"wait"_s, true);
    const QString name = isStdin ? u"stdin"_s : QFileInfo(options.path).fileName();
    options.topic = reader.text(u"topic"_s, name).toUtf8();
    QString clock = u"received"_s;
    if (isStdin) {
        if (!options.path.isEmpty() || !url.host().isEmpty())
            reader.refuse(u"standard input is written stdin:, or - on the command line"_s);
    } else {
        options.follows = reader.flag(u"follow"_s);
        if (!options.follows)
            clock = u"stated"_s; // it was said before
        options.fromNow = reader.choice(u"from"_s, {"start", "now"}, u"start"_s) == "now"_L1;
        if (!url.host().isEmpty() && url.host() != "localhost"_L1) {
            reader.refuse(u"files of other machines cannot be read; a file here is written "
                          "file:/folder/name or file:name"_s);
        } else if (options.path.isEmpty()) {
            reader.refuse(u"the name of the file is missing, as in file:/folder/name"_s);
        }
    }
    options.statesTime = reader.choice(u"clock"_s, {"received", "stated"}, clock) == "stated"_L1;
    if (Status known = reader.finish(); !known)
        return known.error();
    return std::unique_ptr<Connection>(std::make_unique<StreamConnection>(url, std::move(options)));
}

} // namespace murmur
