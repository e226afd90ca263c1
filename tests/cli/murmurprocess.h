// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRegularExpression>
#include <QString>
#include <QStringList>
#include <QTcpSocket>
#include <QTest>

#include <csignal>
#include <vector>

#include <linux/capability.h>
#include <sys/prctl.h>

namespace murmur {

struct Outcome
{
    int code = -1;
    QByteArray out;
    QByteArray err;

    [[nodiscard]] std::vector<QJsonObject> objects() const
    {
        std::vector<QJsonObject> lines;
        for (const QByteArray& line : out.split('\n')) {
            if (!line.isEmpty())
                lines.push_back(QJsonDocument::fromJson(line).object());
        }
        return lines;
    }
};

inline Outcome outcomeOf(QProcess& process)
{
    if (!process.waitForFinished(30'000))
        process.kill();
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2,
            process.readAllStandardOutput(), process.readAllStandardError()};
}

/// Runs `murmur` to its end.
inline Outcome murmur(const QStringList& arguments, const QString& directory = {})
{
    QProcess process;
    if (!directory.isEmpty())
        process.setWorkingDirectory(directory);
    process.start(QStringLiteral(MURMUR_PROGRAM), arguments);
    return outcomeOf(process);
}

/// The same as somebody whom permissions hold: root without the right to pass over them.
inline Outcome murmurHeldByPermissions(const QStringList& arguments)
{
    QProcess process;
    process.setChildProcessModifier([] {
        // Fails for who is not root, who has no such right.
        ::prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE);
        ::prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH);
    });
    process.start(QStringLiteral(MURMUR_PROGRAM), arguments);
    return outcomeOf(process);
}

/// `murmur record` with a hub on a free port.
class Recording
{
public:
    explicit Recording(const QString& file, const QStringList& more = {})
    {
        m_process.start(QStringLiteral(MURMUR_PROGRAM),
                        QStringList{QStringLiteral("record"),
                                    QStringLiteral("listen://127.0.0.1:0"), QStringLiteral("-o"),
                                    file} +
                            more);
    }
    ~Recording()
    {
        if (m_process.state() != QProcess::NotRunning) {
            m_process.kill();
            m_process.waitForFinished();
        }
    }

    /// The port that it says it listens on; 0 when it says none.
    quint16 port()
    {
        static const QRegularExpression said(QStringLiteral("127\\.0\\.0\\.1:(\\d+): Listening"));
        for (int i = 0; i < 100 && m_process.state() != QProcess::NotRunning; ++i) {
            const auto match = said.match(QString::fromUtf8(m_err));
            if (match.hasMatch())
                return match.captured(1).toUShort();
            m_process.waitForReadyRead(100);
            m_err += m_process.readAllStandardError();
        }
        return 0;
    }
    /// Waits until it says so on stderr.
    bool says(const QByteArray& text)
    {
        for (int i = 0; i < 100 && !m_err.contains(text); ++i) {
            if (m_process.state() == QProcess::NotRunning)
                break;
            m_process.waitForReadyRead(100);
            m_err += m_process.readAllStandardError();
        }
        return m_err.contains(text);
    }
    void signal(int number) { ::kill(static_cast<pid_t>(m_process.processId()), number); }
    [[nodiscard]] bool isRunning() const { return m_process.state() == QProcess::Running; }
    Outcome outcome()
    {
        Outcome outcome = outcomeOf(m_process);
        outcome.err = m_err + outcome.err;
        return outcome;
    }

private:
    QProcess m_process;
    QByteArray m_err;
};

/// What `curl -d body 127.0.0.1:port` does; the answer's body.
inline QByteArray post(quint16 port, const QByteArray& body)
{
    QTcpSocket socket;
    socket.connectToHost(QStringLiteral("127.0.0.1"), port);
    if (!socket.waitForConnected(5000))
        return {};
    socket.write("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: "
                 "application/x-www-form-urlencoded\r\nContent-Length: " +
                 QByteArray::number(body.size()) + "\r\n\r\n" + body);
    QByteArray answer;
    while (socket.waitForReadyRead(5000))
        answer += socket.readAll();
    return answer.mid(answer.indexOf("\r\n\r\n") + 4);
}

} // namespace murmur
