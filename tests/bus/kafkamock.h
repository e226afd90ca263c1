// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/message.h"
#include "base/transport.h"
#include "bus/kafka/kafkaconnection.h"
#include "support/attached.h"
#include "support/brokers.h"
#include "support/sanitized.h"

#include <map>

namespace murmur::test {

inline constexpr int kMany = kIsSanitized ? 20'000 : 200'000;

/// librdkafka's mock cluster in a process of its own; it chooses its ports.
class KafkaMock
{
public:
    /// `topics`: "name:partitions". What went wrong, or nothing.
    QByteArray start(const QStringList& topics, int brokers = 1)
    {
        m_process.start(QStringLiteral(KAFKA_MOCK), QStringList{QString::number(brokers)} + topics);
        const QByteArray line = readLine();
        if (!line.startsWith("bootstrap "))
            return "the mock cluster does not start: " + line;
        m_bootstrap = QString::fromLatin1(line.mid(10).split(',').first());
        return {};
    }
    /// The answer behind "ok", or what is wrong.
    QByteArray command(const QByteArray& line)
    {
        m_process.write(line + '\n');
        const QByteArray answer = readLine();
        return answer.startsWith("ok") ? answer.mid(3) : "failed: " + answer;
    }
    [[nodiscard]] QString bootstrap() const { return m_bootstrap; }
    [[nodiscard]] std::uint16_t port() const
    {
        return m_bootstrap.section(QLatin1Char(':'), 1).toUShort();
    }
    [[nodiscard]] QString url(const QString& query = {}) const
    {
        return QStringLiteral("kafka://") + m_bootstrap +
               (query.isEmpty() ? QString() : QLatin1Char('?') + query);
    }
    void kill()
    {
        m_process.kill();
        m_process.waitForFinished();
    }
    /// Sends each line as a message, by kcat. What went wrong, or nothing.
    QByteArray produce(const QString& topic, int partition, const QByteArray& lines,
                       const QStringList& more = {}) const
    {
        ChildProgram kcat;
        kcat.start(QStringLiteral("kcat"),
                   QStringList{QStringLiteral("-P"), QStringLiteral("-q"), QStringLiteral("-b"),
                               m_bootstrap, QStringLiteral("-t"), topic, QStringLiteral("-p"),
                               QString::number(partition)} +
                       more);
        if (!kcat.waitForStarted())
            return "kcat: " + kcat.errorString().toUtf8();
        kcat.write(lines);
        kcat.closeWriteChannel();
        if (kcat.waitForFinished(60'000) && kcat.exitCode() == 0)
            return {};
        return "kcat: " + kcat.readAll();
    }

private:
    QByteArray readLine()
    {
        while (!m_process.canReadLine()) {
            if (!m_process.waitForReadyRead(20'000))
                return "silent: " + m_process.errorString().toUtf8();
        }
        return m_process.readLine().trimmed();
    }

    ChildProgram m_process;
    QString m_bootstrap;
};

/// "1\n2\n…" from `first` to before `end`.
inline QByteArray numbers(int first, int end)
{
    QByteArray lines;
    for (int i = first; i < end; ++i)
        lines += QByteArray::number(i) + '\n';
    return lines;
}

/// The first of that name, or "-".
inline QByteArray headerOf(const HeardMessage& message, std::string_view name)
{
    for (const auto& [key, value] : headersFromBytes(
             {message.headers.constData(), static_cast<std::size_t>(message.headers.size())})) {
        if (key == name)
            return QByteArray::fromStdString(value);
    }
    return "-";
}

/// What is wrong with numbered messages of several partitions, in each of which the numbers have to
/// grow and none may come twice.
inline QByteArray disorderOf(const std::vector<HeardMessage>& messages, int count)
{
    std::map<QByteArray, int> last;
    std::vector<bool> seen(static_cast<std::size_t>(count), false);
    for (const HeardMessage& message : messages) {
        const int number = message.raw.toInt();
        const QByteArray scope = message.topic + '/' + headerOf(message, transport::kPartition);
        if (number < 0 || number >= count)
            return "unknown: " + message.raw;
        if (seen[static_cast<std::size_t>(number)])
            return "twice: " + message.raw;
        seen[static_cast<std::size_t>(number)] = true;
        const auto [place, isFirst] = last.try_emplace(scope, number);
        if (!isFirst && number <= place->second)
            return "out of order in " + scope + ": " + message.raw;
        place->second = number;
    }
    for (int i = 0; i < count; ++i) {
        if (!seen[static_cast<std::size_t>(i)])
            return "lost: " + QByteArray::number(i);
    }
    return {};
}

} // namespace murmur::test
