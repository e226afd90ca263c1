// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QRandomGenerator>
#include <QStandardPaths>
#include <QStringList>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QThread>

#include <sys/prctl.h>

#include <csignal>
#include <cstdint>
#include <memory>

namespace murmur::test {

/// A port on the loopback address that nobody listens on just now. Not one of those that systems
/// give to clients: what another test connects from would take it before our server is there.
inline std::uint16_t freePort()
{
    constexpr quint32 kFirst = 12'000;
    constexpr quint32 kEnd = 32'000;
    QTcpServer server;
    for (int i = 0; i < 100; ++i) {
        const auto port =
            static_cast<std::uint16_t>(QRandomGenerator::system()->bounded(kFirst, kEnd));
        if (server.listen(QHostAddress::LocalHost, port))
            return port;
    }
    server.listen(QHostAddress::LocalHost, 0);
    return server.serverPort();
}

/// A program that ends with us, whatever happens to us.
class ChildProgram : public QProcess
{
public:
    ChildProgram()
    {
        setChildProcessModifier([] { prctl(PR_SET_PDEATHSIG, SIGKILL); });
        setProcessChannelMode(QProcess::MergedChannels);
    }
    ~ChildProgram() override
    {
        if (state() == QProcess::NotRunning)
            return;
        terminate();
        if (!waitForFinished(5000)) {
            kill();
            waitForFinished(5000);
        }
    }
};

/// A real broker on a free loopback port. Debian puts some of them where only root looks.
class Broker
{
public:
    /// `arguments`: "%1" becomes the port, "%2" a folder of its own.
    Broker(QString program, QStringList arguments)
        : m_program(std::move(program))
        , m_arguments(std::move(arguments))
        , port(freePort())
    {
    }
    virtual ~Broker() = default;

    /// Waits until it answers; what went wrong, or nothing. Again after kill(): on the same port.
    QByteArray start()
    {
        QString path = QStandardPaths::findExecutable(m_program);
        if (path.isEmpty()) {
            path = QStandardPaths::findExecutable(
                m_program, {QStringLiteral("/usr/sbin"), QStringLiteral("/usr/local/sbin")});
        }
        if (path.isEmpty())
            return m_program.toUtf8() + " is not installed";
        QStringList arguments;
        for (const QString& argument : m_arguments)
            arguments << with(argument);
        m_process = std::make_unique<ChildProgram>();
        m_process->setWorkingDirectory(directory.path());
        m_process->start(path, arguments);
        if (!m_process->waitForStarted())
            return m_process->errorString().toUtf8();
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < 20'000) {
            QTcpSocket socket;
            socket.connectToHost(QStringLiteral("127.0.0.1"), port);
            // A port of the kind that clients get can be answered by the asking socket itself.
            if (socket.waitForConnected(200) && socket.localPort() != port)
                return {};
            if (m_process->state() == QProcess::NotRunning)
                break;
            QThread::msleep(20);
        }
        m_process->waitForReadyRead(100);
        return m_program.toUtf8() + " does not answer: " + m_process->readAll();
    }
    /// As when its machine loses power.
    void kill()
    {
        if (!m_process)
            return;
        m_process->kill();
        m_process->waitForFinished(10'000);
        m_process.reset();
    }
    [[nodiscard]] std::int64_t processId() const { return m_process ? m_process->processId() : 0; }

    /// Writes `content` into a file in the broker's folder and gives its path.
    [[nodiscard]] QString file(const QString& name, const QByteArray& content) const
    {
        const QString path = directory.filePath(name);
        QFile file(path);
        if (file.open(QIODevice::WriteOnly))
            file.write(with(QString::fromUtf8(content)).toUtf8());
        return path;
    }
    [[nodiscard]] QString with(QString text) const
    {
        return text.replace(QStringLiteral("%1"), QString::number(port))
            .replace(QStringLiteral("%2"), directory.path());
    }

    QTemporaryDir directory;

private:
    QString m_program;
    std::unique_ptr<ChildProgram> m_process;

public:
    QStringList m_arguments;
    std::uint16_t port;
};

/// A self-signed authority and a certificate of it for 127.0.0.1 and localhost, made by openssl in
/// `directory`: ca.pem, server.pem, server.key, and client.pem, client.key. What went wrong, or
/// nothing.
inline QByteArray makeCertificates(const QString& directory)
{
    const QByteArray script = R"(set -e
cd "$1"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout ca.key -out ca.pem -subj /CN=test-authority
for name in server client; do
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $name.key -out $name.csr -subj /CN=$name
    printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\n' > $name.ext
    openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out $name.pem -extfile $name.ext
done
)";
    QProcess openssl;
    openssl.setProcessChannelMode(QProcess::MergedChannels);
    openssl.start(QStringLiteral("sh"), {QStringLiteral("-c"), QString::fromUtf8(script),
                                         QStringLiteral("sh"), directory});
    if (openssl.waitForFinished(30'000) && openssl.exitCode() == 0)
        return {};
    return "openssl: " + openssl.readAll();
}

/// A node program of tests/bus/node, in `directory` where its packages are. Its output, merged.
class NodeProgram : public ChildProgram
{
public:
    NodeProgram(const QString& directory, const QString& script, const QStringList& arguments)
    {
        setWorkingDirectory(directory);
        start(QStringLiteral("node"), QStringList{script} + arguments);
    }
    /// Ends it by itself; its output when it failed or took too long.
    QByteArray outcome(int patience = 60'000)
    {
        // One that has ended already is not waited for: that would be called a failure.
        if (state() != QProcess::NotRunning && !waitForFinished(patience))
            return "node took too long: " + readAll();
        return exitStatus() == NormalExit && exitCode() == 0 ? QByteArray() : "node: " + readAll();
    }
};

} // namespace murmur::test
