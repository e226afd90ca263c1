// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/recorder.h"
#include "session/session.h"
#include "sql/sqldatabase.h"
#include "support/traffic.h"

#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <charconv>
#include <memory>
#include <string>
#include <vector>

namespace murmur::test {

/// 2026-05-21T10:17:00Z.
inline constexpr std::int64_t kBegin = Traffic::kStart;

/// A result as text: cells with '|', rows with newlines, "NULL", and blobs as x'00ff'.
struct SqlResult
{
    std::string text;
    SqlSummary summary;
    Error error{ErrorCode::Internal, {}};
    bool isDone = false;
};

inline std::string cellOf(const SqlValue& value)
{
    switch (value.is) {
    case SqlValue::Is::Null:
        return "NULL";
    case SqlValue::Is::Integer:
        return std::to_string(value.integer);
    case SqlValue::Is::Real: {
        std::array<char, 32> digits{};
        return {digits.data(),
                std::to_chars(digits.data(), digits.data() + digits.size(), value.real).ptr};
    }
    case SqlValue::Is::Text:
        return std::string(value.bytes);
    case SqlValue::Is::Blob:
        break;
    }
    return "x'" +
           QByteArray(value.bytes.data(), static_cast<qsizetype>(value.bytes.size()))
               .toHex()
               .toStdString() +
           "'";
}

inline SqlResult runSql(SqlDatabase& database, std::string statement, std::stop_token stop = {})
{
    SqlResult result;
    SqlRequest request;
    request.statement = std::move(statement);
    request.stop = std::move(stop);
    request.row = [&](std::span<const SqlValue> row) {
        for (std::size_t i = 0; i < row.size(); ++i)
            result.text += (i == 0 ? "" : "|") + cellOf(row[i]);
        result.text += '\n';
        return true;
    };
    const auto summary = database.run(request);
    result.isDone = summary.ok();
    if (summary)
        result.summary = *summary;
    else
        result.error = summary.error();
    return result;
}

/// What a statement answers, or the sentence of its error.
inline QString answerOf(SqlDatabase& database, const std::string& statement)
{
    const SqlResult result = runSql(database, statement);
    return result.isDone ? QString::fromStdString(result.text).trimmed() : result.error.message;
}

/// JSON with ' for " and ` for a backslash: moc loses its way in raw strings with quotes.
inline QByteArray json(QByteArray text)
{
    return text.replace('\'', '"').replace('`', '\\');
}

/// A recording made by hand, live until close().
class SqlBed
{
public:
    explicit SqlBed(const QString& name = QStringLiteral("bed"))
    {
        RecorderOptions options;
        options.path = m_directory.filePath(name + QStringLiteral(".murmur"));
        m_recorder = std::make_unique<Recorder>(options);
        if (const auto status = m_recorder->start(); !status)
            qFatal("%s", qUtf8Printable(status.error().message));
        m_recorder->setWaitsForRoom(true);
        m_connection = m_recorder->registerConnection(
            QUrl(QStringLiteral("listen://127.0.0.1:7777")), QStringLiteral("hub"));
        auto session = Session::follow(m_recorder.get());
        if (!session)
            qFatal("%s", qUtf8Printable(session.error().message));
        m_session = std::move(*session);
    }
    ~SqlBed()
    {
        m_session.reset();
        m_recorder.reset();
    }

    /// `after` in ms from kBegin.
    void say(std::int64_t after, const QByteArray& topic, const QByteArray& raw,
             const HeaderList& headers = {}, const QByteArray& undecodable = {})
    {
        HeardMessage heard;
        heard.connection = m_connection;
        heard.received = kBegin + after * 1'000'000;
        heard.topic = topic;
        heard.raw = raw;
        heard.headers = QByteArray::fromStdString(headersToBytes(headers));
        heard.undecodable = undecodable;
        std::vector<HeardMessage> batch;
        batch.push_back(std::move(heard));
        hear(std::move(batch));
    }
    void hear(std::vector<HeardMessage> batch)
    {
        m_said += static_cast<Seq>(batch.size());
        m_recorder->sink().hear(std::move(batch));
    }
    void lose(Gap gap)
    {
        gap.connection = m_connection;
        m_recorder->sink().note(std::move(gap));
    }
    void observe(Lag lag)
    {
        lag.connection = m_connection;
        m_recorder->sink().observe({std::move(lag)});
    }
    [[nodiscard]] bool waitForAll() const
    {
        return QTest::qWaitFor([this] { return m_session->seen().last == m_said; }, 10'000);
    }
    [[nodiscard]] bool waitForDisk() const
    {
        return QTest::qWaitFor([this] { return m_session->durable().last == m_said; }, 10'000);
    }
    void close()
    {
        m_session.reset();
        (void)m_recorder->stop();
        auto session = Session::open(m_recorder->path());
        if (!session)
            qFatal("%s", qUtf8Printable(session.error().message));
        m_session = std::move(*session);
    }
    [[nodiscard]] Session& session() const { return *m_session; }
    [[nodiscard]] ConnectionId connection() const { return m_connection; }
    [[nodiscard]] QString path() const { return m_recorder->path(); }
    [[nodiscard]] std::unique_ptr<SqlDatabase> database() const
    {
        const std::array recordings{SqlDatabase::Recording{m_session.get(), "bed"}};
        auto made = SqlDatabase::over(recordings);
        if (!made)
            qFatal("%s", qUtf8Printable(made.error().message));
        return std::move(*made);
    }

private:
    QTemporaryDir m_directory;
    std::unique_ptr<Recorder> m_recorder;
    std::unique_ptr<Session> m_session;
    ConnectionId m_connection{};
    Seq m_said = 0;
};

} // namespace murmur::test
