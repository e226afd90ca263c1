// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "cli/murmurprocess.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>

#include <csignal>

using namespace murmur;
using namespace Qt::StringLiterals;

/// `murmur run -- CMD`: what it passes through, and what it keeps of it.
class TestCliRun : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theExitCodeIsThePrograms_data()
    {
        QTest::addColumn<QStringList>("command");
        QTest::addColumn<int>("code");
        QTest::newRow("success") << QStringList{u"true"_s} << 0;
        QTest::newRow("failure") << QStringList{u"sh"_s, u"-c"_s, u"exit 42"_s} << 42;
        QTest::newRow("signal") << QStringList{u"sh"_s, u"-c"_s, u"kill -TERM $$"_s}
                                << 128 + SIGTERM;
        QTest::newRow("crash") << QStringList{u"sh"_s, u"-c"_s, u"kill -SEGV $$"_s}
                               << 128 + SIGSEGV;
        QTest::newRow("no such program") << QStringList{u"no-such-program-here"_s} << 127;
        QTest::newRow("no program") << QStringList{u"/etc/passwd"_s} << 126;
    }
    void theExitCodeIsThePrograms()
    {
        QFETCH(const QStringList, command);
        QFETCH(const int, code);
        const QString file = path();
        const Outcome end = run(file, command);
        QCOMPARE(end.code, code);
        const bool isStarted = code != 126 && code != 127;
        QCOMPARE(QFile::exists(file), isStarted);
        if (isStarted)
            QVERIFY2(end.err.contains("saved as " + file.toUtf8()), end.err.constData());
        else
            QVERIFY2(end.err.contains("could not be started"), end.err.constData());
    }

    void theProgramIsNamedBehindTwoDashes()
    {
        const Outcome nothing = murmur::murmur({u"run"_s});
        QCOMPARE(nothing.code, 2);
        QVERIFY(nothing.err.contains("murmur run -- "));
        // Byte for byte, whatever it looks like to a parser of options.
        const Outcome end =
            run(path(), {u"printf"_s, u"<%s>"_s, u"[a,b]"_s, u"--json"_s, u""_s, u"--"_s, u"ü"_s});
        QCOMPARE(end.out, "<[a,b]><--json><><--><ü>"_ba);
    }

    void standardStreamsAreThePrograms()
    {
        QProcess process;
        process.start(QStringLiteral(MURMUR_PROGRAM), {u"run"_s, u"-q"_s, u"-o"_s, path(), u"--"_s,
                                                       u"sh"_s, u"-c"_s, u"cat; echo told >&2"_s});
        process.write("asked\n");
        process.closeWriteChannel();
        const Outcome end = outcomeOf(process);
        QCOMPARE(end.code, 0);
        QCOMPARE(end.out, "asked\n"_ba);
        QVERIFY(end.err.startsWith("told\n"));
    }

    void nothingOfOursIsLeftOpenInTheProgram()
    {
        const QStringList list{u"ls"_s, u"/proc/self/fd"_s};
        QCOMPARE(run(path(), list).out, plainly(list));
    }

    void signalsStandAsTheyWouldWithoutUs()
    {
        // Without the two that the C library keeps for itself.
        const QStringList show{u"sed"_s, u"-nE"_s, u"s/^Sig(Blk|Ign):.*(.{7})$/\\1 \\2/p"_s,
                               u"/proc/self/status"_s};
        const QByteArray with = run(path(), show).out;
        QVERIFY(with.contains("Ign 0000000"));
        QCOMPARE(with, plainly(show));
    }

    void aProgramMayCloseItsStreams()
    {
        const Outcome end = run(path(), {u"sh"_s, u"-c"_s, u"exec 0<&- 1>&- 2>&-; exit 3"_s});
        QCOMPARE(end.code, 3);
        QVERIFY(end.err.contains("saved as "));
    }

    void itRunsAlsoWithoutStreamsOfOurOwn()
    {
        const QString file = path();
        QProcess shell;
        shell.start(u"sh"_s, {u"-c"_s, u"\"$0\" run -o \"$1\" -- sh -c 'exit 5' 0<&- 1>&- 2>&-"_s,
                              QStringLiteral(MURMUR_PROGRAM), file});
        QCOMPARE(outcomeOf(shell).code, 5);
        QVERIFY(QFile::exists(file));
    }

    void theHubIsInTheEnvironment()
    {
        const QString file = path();
        const Outcome end = run(
            file,
            {u"sh"_s, u"-c"_s,
             u"curl -s -d '{\"from\":\"ada\",\"to\":\"bob\",\"id\":\"1\",\"kind\":\"request\"}' "
             "$MURMURSCOPE_HUB/talk; curl -s -d '{\"from\":\"bob\",\"correlation_id\":\"1\","
             "\"kind\":\"error\"}' $MURMURSCOPE_HUB/talk"_s});
        QCOMPARE(end.code, 0);
        QVERIFY2(end.err.contains("2 agents, 2 messages, 1 call, 1 error, 0 lost"),
                 end.err.constData());
        QCOMPARE(murmur::murmur({u"query"_s, file, u""_s, u"--json"_s}).objects().size(),
                 std::size_t(2));
    }

    void theSummaryAsJsonIsTheLastLineOnStderr()
    {
        const Outcome end = run(path(), {u"sh"_s, u"-c"_s, u"exit 7"_s}, {u"--json"_s});
        const QByteArray last = end.err.trimmed().split('\n').last();
        const QJsonObject summary = QJsonDocument::fromJson(last).object();
        QCOMPARE(summary[u"exit_code"_s].toInt(), 7);
        QCOMPARE(summary[u"messages"_s].toInt(-1), 0);
        QVERIFY(!summary[u"not_seen"_s].toArray().isEmpty());
    }

    void whatWentWrongIsSaid()
    {
        const Outcome end =
            run(path(), {u"sh"_s, u"-c"_s,
                         u"for i in 1 2; do curl -s -d '{\"from\":\"ada\",\"to\":\"bob\","
                         "\"id\":\"m1\"}' $MURMURSCOPE_HUB; done"_s});
        QVERIFY2(end.err.contains("warning: 1 message of ada was delivered again."),
                 end.err.constData());
    }

    void theFileIsNamedByDate()
    {
        const Outcome end = murmur::murmur({u"run"_s, u"--"_s, u"true"_s}, m_dir.path());
        QCOMPARE(end.code, 0);
        const QStringList files = QDir(m_dir.path()).entryList({u"run-20*.murmur"_s}, QDir::Files);
        QCOMPARE(files.size(), 1);
        QVERIFY(end.err.contains(files.front().toUtf8()));
    }

    void aSignalGoesToTheProgram_data()
    {
        QTest::addColumn<int>("number");
        QTest::addColumn<QString>("name");
        for (const auto& [number, name] :
             {std::pair{SIGINT, u"INT"_s}, std::pair{SIGTERM, u"TERM"_s},
              std::pair{SIGHUP, u"HUP"_s}, std::pair{SIGUSR1, u"USR1"_s},
              std::pair{SIGQUIT, u"QUIT"_s}})
            QTest::newRow(qPrintable(name)) << number << name;
    }
    void aSignalGoesToTheProgram()
    {
        QFETCH(const int, number);
        QFETCH(const QString, name);
        const QString file = path();
        Program program(file, u"trap 'echo caught; exit 9' %1; echo ready; "
                              "while :; do sleep 0.05; done"_s.arg(name));
        QVERIFY(program.says("ready"));
        ::kill(program.pid(), number);
        const Outcome end = program.outcome();
        QCOMPARE(end.code, 9);
        QVERIFY(end.out.contains("caught"));
        QVERIFY(end.err.contains("saved as "));
    }

    void aProgramThatDoesNotCareIsStillTheOneThatDecides()
    {
        Program program(path(), u"trap '' INT; echo ready; sleep 0.5; exit 4"_s);
        QVERIFY(program.says("ready"));
        ::kill(program.pid(), SIGINT);
        ::kill(program.pid(), SIGINT);
        QCOMPARE(program.outcome().code, 4);
    }

    void stoppedAndContinuedTogether()
    {
        Program program(path(),
                        u"trap 'echo awake' CONT; echo ready; "
                        "n=0; while [ ! -e go ] && [ $n -lt 400 ]; do n=$((n+1)); sleep 0.05; "
                        "done; exit 6"_s,
                        m_dir.path());
        QVERIFY(program.says("ready"));
        ::kill(program.pid(), SIGTSTP);
        QTRY_COMPARE(stateOf(program.pid()), 'T');
        ::kill(program.pid(), SIGCONT);
        QVERIFY(program.says("awake"));
        QFile go(m_dir.filePath(u"go"_s));
        QVERIFY(go.open(QIODevice::WriteOnly));
        QCOMPARE(program.outcome().code, 6);
        go.remove();
    }

    void whatTheProgramLeavesBehindMayStillReport()
    {
        const QString file = path();
        const Outcome end = run(file, {u"sh"_s, u"-c"_s,
                                       u"(sleep 0.4; curl -s -d '{\"from\":\"late\"}' "
                                       "$MURMURSCOPE_HUB) >/dev/null 2>&1 & exit 0"_s});
        QCOMPARE(end.code, 0);
        QVERIFY2(end.err.contains("1 message,"), end.err.constData());
    }

    void itDoesNotWaitForeverForIt()
    {
        const Outcome end = run(path(), {u"sh"_s, u"-c"_s, u"sleep 60 >/dev/null 2>&1 & exit 0"_s},
                                {u"--grace"_s, u"500ms"_s});
        QCOMPARE(end.code, 0);
        QVERIFY(end.err.contains("no longer observed"));
    }

    void theProgramOutlivesAHubThatIsKilled()
    {
        const QString mark = m_dir.filePath(u"outlived"_s);
        Program program(path(), u"echo ready; sleep 0.5; curl -s -d '{}' $MURMURSCOPE_HUB; "
                                "echo fine > '%1'"_s.arg(mark));
        QVERIFY(program.says("ready"));
        ::kill(program.pid(), SIGKILL);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(mark), 10'000);
    }

private:
    QString path() { return m_dir.filePath(u"run%1.murmur"_s.arg(++m_count)); }

    static Outcome run(const QString& file, const QStringList& command,
                       const QStringList& more = {})
    {
        return murmur::murmur(QStringList{u"run"_s, u"-o"_s, file} + more + QStringList{u"--"_s} +
                              command);
    }

    /// What the program writes when nobody observes it.
    static QByteArray plainly(const QStringList& command)
    {
        QProcess process;
        process.start(command.front(), command.mid(1));
        return outcomeOf(process).out;
    }

    /// R running, S sleeping, T stopped.
    static char stateOf(pid_t pid)
    {
        QFile file(u"/proc/%1/stat"_s.arg(pid));
        if (!file.open(QIODevice::ReadOnly))
            return '?';
        const QByteArray text = file.readAll();
        return text.at(text.lastIndexOf(')') + 2);
    }

    /// A script under observation.
    class Program
    {
    public:
        Program(const QString& file, const QString& script, const QString& directory = {})
        {
            if (!directory.isEmpty())
                m_process.setWorkingDirectory(directory);
            m_process.start(QStringLiteral(MURMUR_PROGRAM),
                            {u"run"_s, u"-o"_s, file, u"--"_s, u"sh"_s, u"-c"_s, script});
        }
        bool says(const QByteArray& text)
        {
            for (int i = 0; i < 100 && !m_out.contains(text); ++i) {
                m_process.waitForReadyRead(100);
                m_out += m_process.readAllStandardOutput();
            }
            return m_out.contains(text);
        }
        [[nodiscard]] pid_t pid() const { return static_cast<pid_t>(m_process.processId()); }
        Outcome outcome()
        {
            Outcome end = outcomeOf(m_process);
            end.out = m_out + end.out;
            return end;
        }

    private:
        QProcess m_process;
        QByteArray m_out;
    };

    QTemporaryDir m_dir;
    int m_count = 0;
};

QTEST_GUILESS_MAIN(TestCliRun)
#include "tst_clirun.moc"
