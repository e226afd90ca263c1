// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "cli/murmurprocess.h"

#include <QDir>
#include <QFile>
#include <QTcpServer>
#include <QTemporaryDir>

using namespace murmur;
using namespace Qt::StringLiterals;

/// Every bad input gets one sentence on stderr that names it, nothing on stdout, and its exit code.
class TestCliErrors : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_dir.isValid());
        QDir::setCurrent(m_dir.path());
        QCOMPARE(murmur::murmur({u"demo"_s, u"--offline"_s, u"--messages"_s, u"20000"_s, u"-o"_s,
                                 u"good.murmur"_s})
                     .code,
                 0);
        write(u"empty.murmur"_s, {});
        write(u"foreign.murmur"_s, "This is a letter to my aunt.\n"_ba.repeated(1000));
        QVERIFY(QDir().mkdir(u"directory.murmur"_s));
        const QByteArray good = read(u"good.murmur"_s);
        QVERIFY(good.size() > 200'000);
        write(u"cut.murmur"_s, good.left(100));
        write(u"half.murmur"_s, good.left(good.size() / 2));
        QByteArray newer = good;
        newer.replace(60, 4, QByteArray("\0\0\x03\xe7", 4)); // user_version of the SQLite header
        write(u"newer.murmur"_s, newer);
        QByteArray other = good;
        other.replace(68, 4, QByteArray("\0\0\0\x01", 4)); // application_id
        write(u"other.murmur"_s, other);
        QVERIFY(m_taken.listen(QHostAddress::LocalHost));
    }

    void badInputGetsOneSentence_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("names");
        const auto row = [](const char* name, const QStringList& arguments, int code,
                            const QString& names) {
            QTest::newRow(name) << arguments << code << names;
        };
        for (const QString& command : {u"info"_s, u"query"_s}) {
            const auto file = [&](const QString& name, int code) {
                QStringList arguments{command, name};
                if (command == u"query"_s)
                    arguments << u""_s;
                row(qPrintable(command + u' ' + name), arguments, code, name);
            };
            file(u"missing.murmur"_s, 3);
            file(u"empty.murmur"_s, 3);
            file(u"foreign.murmur"_s, 3);
            file(u"directory.murmur"_s, 3);
            file(u"cut.murmur"_s, 3);
            file(u"newer.murmur"_s, 3);
            file(u"other.murmur"_s, 3);
        }
        row("expression", {u"query"_s, u"good.murmur"_s, u"kind == eror"_s}, 2, u"column 9"_s);
        row("no expression", {u"query"_s, u"good.murmur"_s}, 2, u"expression is missing"_s);
        row("column", {u"query"_s, u"good.murmur"_s, u""_s, u"--columns"_s, u"seq,tme"_s}, 2,
            u"\"time\""_s);
        row("limit", {u"query"_s, u"good.murmur"_s, u""_s, u"--limit"_s, u"0"_s}, 2, u"above 0"_s);
        row("both forms", {u"query"_s, u"good.murmur"_s, u""_s, u"--json"_s, u"--csv"_s}, 2,
            u"--csv"_s);
        row("option", {u"info"_s, u"good.murmur"_s, u"--frob"_s}, 2, u"--frob"_s);
        row("command", {u"qery"_s}, 2, u"query"_s);
        row("later option",
            {u"record"_s, u"listen://127.0.0.1:0"_s, u"-o"_s, u"x.murmur"_s, u"--arm"_s}, 2,
            u"--arm"_s);
        row("scheme", {u"record"_s, u"carrier-pigeon://x"_s, u"-o"_s, u"x.murmur"_s}, 2,
            u"carrier-pigeon"_s);
        row("no URL", {u"record"_s, u"-o"_s, u"x.murmur"_s}, 2, u"URL"_s);
        row("no output", {u"record"_s, u"listen://127.0.0.1:0"_s}, 2, u"-o FILE"_s);
        row("port in use", {u"record"_s, u"listen://127.0.0.1:TAKEN"_s, u"-o"_s, u"x.murmur"_s}, 4,
            u"TAKEN"_s);
        row("open hub without a secret",
            {u"record"_s, u"listen://0.0.0.0:0"_s, u"-o"_s, u"x.murmur"_s}, 2, u"token"_s);
        row("unwritable directory",
            {u"record"_s, u"listen://127.0.0.1:0"_s, u"-o"_s, u"/nowhere/x.murmur"_s}, 2,
            u"/nowhere/x.murmur"_s);
        row("existing file", {u"record"_s, u"listen://127.0.0.1:0"_s, u"-o"_s, u"good.murmur"_s}, 2,
            u"good.murmur"_s);
        row("duration",
            {u"record"_s, u"listen://127.0.0.1:0"_s, u"-o"_s, u"x.murmur"_s, u"--for"_s, u"60"_s},
            2, u"\"60\""_s);
        row("no duration",
            {u"record"_s, u"listen://127.0.0.1:0"_s, u"-o"_s, u"x.murmur"_s, u"--for"_s, u"0s"_s},
            2, u"--for"_s);
        row("unknown dialect", {u"reread"_s, u"good.murmur"_s, u"--dialect"_s, u"klingon"_s}, 2,
            u"klingon"_s);
        row("size",
            {u"record"_s, u"listen://127.0.0.1:0"_s, u"-o"_s, u"x.murmur"_s, u"--max-size"_s,
             u"big"_s},
            2, u"\"big\""_s);
        row("until",
            {u"record"_s, u"listen://127.0.0.1:0"_s, u"-o"_s, u"x.murmur"_s, u"--until"_s,
             u"kind =="_s},
            2, u"--until"_s);
        row("dialect",
            {u"record"_s, u"listen://127.0.0.1:0"_s, u"-o"_s, u"x.murmur"_s, u"--dialect"_s,
             u"klingon"_s},
            2, u"klingon"_s);
        row("token file",
            {u"record"_s, u"listen://127.0.0.1:0"_s, u"-o"_s, u"x.murmur"_s, u"--token-file"_s,
             u"nope"_s},
            3, u"nope"_s);
        row("demo without end", {u"demo"_s, u"--offline"_s, u"-o"_s, u"x.murmur"_s}, 2,
            u"--messages"_s);
        row("demo agents",
            {u"demo"_s, u"--offline"_s, u"--messages"_s, u"5"_s, u"--agents"_s, u"1"_s, u"-o"_s,
             u"x.murmur"_s},
            2, u"agents"_s);
        row("demo scenario", {u"demo"_s, u"--scenario"_s, u"utopia"_s, u"-o"_s, u"x.murmur"_s}, 2,
            u"utopia"_s);
        row("unreachable hub",
            {u"demo"_s, u"--publish"_s, u"ws://127.0.0.1:1"_s, u"--for"_s, u"1s"_s}, 4,
            u"127.0.0.1:1"_s);
        row("picture format",
            {u"render"_s, u"good.murmur"_s, u"--view"_s, u"heatmap"_s, u"-o"_s, u"x.gif"_s}, 2,
            u"x.gif"_s);
        row("picture size",
            {u"render"_s, u"good.murmur"_s, u"--view"_s, u"heatmap"_s, u"-o"_s, u"x.png"_s,
             u"--size"_s, u"big"_s},
            2, u"--size"_s);
        row("view",
            {u"render"_s, u"good.murmur"_s, u"--view"_s, u"sculpture"_s, u"-o"_s, u"x.png"_s}, 2,
            u"sculpture"_s);
    }
    void badInputGetsOneSentence()
    {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        QFETCH(QString, names);
        const QString port = QString::number(m_taken.serverPort());
        arguments.replaceInStrings(u"TAKEN"_s, port);
        names.replace(u"TAKEN"_s, port);
        const Outcome outcome = murmur::murmur(arguments);
        QVERIFY2(outcome.code == code,
                 qPrintable(u"%1: %2"_s.arg(outcome.code).arg(QString::fromUtf8(outcome.err))));
        QCOMPARE(outcome.out, QByteArray());
        QCOMPARE(outcome.err.count('\n'), 1);
        QVERIFY2(outcome.err.startsWith("murmur: "), outcome.err.constData());
        QVERIFY2(outcome.err.contains(names.toUtf8()), outcome.err.constData());
        // What failed leaves nothing behind.
        QVERIFY(!QFile::exists(u"x.murmur"_s));
        QVERIFY(!QFile::exists(u"x.murmur.lock"_s));
    }

    /// Commands that are also pages.
    void helpHasThePageToo()
    {
        for (const QString& topic : {u"sql"_s, u"demo"_s}) {
            QFile page(QStringLiteral(MURMUR_SOURCE) + u"/resources/help/%1.md"_s.arg(topic));
            QVERIFY(page.open(QFile::ReadOnly));
            const QByteArray text = page.readAll();
            const Outcome outcome = murmur::murmur({u"help"_s, topic});
            QCOMPARE(outcome.code, 0);
            QVERIFY(outcome.out.contains("Usage:") || outcome.out.contains("OPTIONS"));
            const QByteArray title = text.mid(text.indexOf("\n# ") + 3);
            QVERIFY(outcome.out.contains(title.left(title.indexOf('\n')).toUpper()));
            QVERIFY(!outcome.out.contains("<!--"));
        }
        for (const QString& page : {u"recording"_s, u"tap"_s})
            QVERIFY(!murmur::murmur({u"help"_s, page}).out.contains("SPDX"));
    }

    /// Half of a file is readable or refused with a sentence, but never a crash or a hang.
    void aTornFileIsToldApart()
    {
        const Outcome info = murmur::murmur({u"info"_s, u"half.murmur"_s, u"--json"_s});
        QVERIFY2(info.code == 0 || info.code == 3, qPrintable(QString::number(info.code)));
        const Outcome query = murmur::murmur({u"query"_s, u"half.murmur"_s, u""_s, u"--json"_s});
        QVERIFY2(query.code == 0 || query.code == 3, qPrintable(QString::number(query.code)));
        QVERIFY(query.code == 0 || !query.err.isEmpty());
    }

    void aFileThatMayNotBeReadIsNamed()
    {
        write(u"locked.murmur"_s, read(u"good.murmur"_s));
        QFile::setPermissions(u"locked.murmur"_s, {});
        const Outcome outcome = murmurHeldByPermissions({u"info"_s, u"locked.murmur"_s});
        QCOMPARE(outcome.code, 3);
        QVERIFY(outcome.err.contains("locked.murmur"));
        QVERIFY2(outcome.err.contains("you may not read it"), outcome.err.constData());
    }

    void renderWithoutItsProgramSaysSo()
    {
        QFile copy(u"murmur"_s);
        QVERIFY(QFile::copy(QStringLiteral(MURMUR_PROGRAM), u"murmur"_s));
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"PATH"_s, u"/nonexistent"_s);
        process.setProcessEnvironment(environment);
        process.start(
            QDir::current().filePath(u"murmur"_s),
            {u"render"_s, u"good.murmur"_s, u"--view"_s, u"heatmap"_s, u"-o"_s, u"x.png"_s});
        const Outcome outcome = outcomeOf(process);
        QCOMPARE(outcome.code, 2);
        QVERIFY2(outcome.err.contains("murmurscope-render is not installed"),
                 outcome.err.constData());
    }

    void renderPassesArgumentsAndResultOn()
    {
        QFile::remove(u"murmur"_s);
        QVERIFY(QFile::copy(QStringLiteral(MURMUR_PROGRAM), u"murmur"_s));
        write(u"murmurscope-render"_s, "#!/bin/sh\necho \"$@\"\necho nope >&2\nexit 3\n");
        QFile::setPermissions(u"murmurscope-render"_s,
                              QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        QProcess process;
        process.start(QDir::current().filePath(u"murmur"_s),
                      {u"render"_s, u"good.murmur"_s, u"--view"_s, u"timeline"_s, u"-o"_s,
                       u"x.svg"_s, u"--from"_s, u"-10s"_s, u"--theme"_s, u"dark"_s});
        const Outcome outcome = outcomeOf(process);
        QCOMPARE(outcome.code, 3);
        QCOMPARE(outcome.out, "good.murmur --view timeline -o x.svg --from -10s --theme dark\n"_ba);
        QCOMPARE(outcome.err, "nope\n"_ba);
    }

private:
    static void write(const QString& name, const QByteArray& bytes)
    {
        QFile file(name);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(bytes), bytes.size());
    }
    static QByteArray read(const QString& name)
    {
        QFile file(name);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    QTemporaryDir m_dir;
    QTcpServer m_taken;
};

QTEST_GUILESS_MAIN(TestCliErrors)
#include "tst_clierrors.moc"
