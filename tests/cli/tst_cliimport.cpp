// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "cli/murmurprocess.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestCliImport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_dir.isValid());
        QCOMPARE(murmur::murmur({u"demo"_s, u"--offline"_s, u"--messages"_s, u"3000"_s, u"-o"_s,
                                 path(u"demo.murmur"_s)})
                     .code,
                 0);
    }

    void anExportIsImportedAgain()
    {
        const Outcome exported = murmur::murmur(
            {u"export"_s, path(u"demo.murmur"_s), u"-o"_s, path(u"demo.jsonl"_s), u"--json"_s});
        QCOMPARE(exported.code, 0);
        QCOMPARE(exported.objects().at(0)[u"messages"_s].toInt(), 3000);
        const Outcome imported =
            murmur::murmur({u"import"_s, path(u"demo.jsonl"_s), u"-o"_s, path(u"again.murmur"_s)});
        QCOMPARE(imported.err, ""_ba);
        QCOMPARE(imported.code, 0);
        QCOMPARE(imported.out,
                 "3,000 messages imported into "_ba + path(u"again.murmur"_s).toUtf8() + '\n');
        QCOMPARE(murmur::murmur({u"query"_s, path(u"again.murmur"_s), u""_s, u"--csv"_s,
                                 u"--columns"_s, u"seq,time,kind,from,to,id,payload"_s})
                     .out,
                 murmur::murmur({u"query"_s, path(u"demo.murmur"_s), u""_s, u"--csv"_s,
                                 u"--columns"_s, u"seq,time,kind,from,to,id,payload"_s})
                     .out);
        QCOMPARE(murmur::murmur({u"verify"_s, path(u"again.murmur"_s)}).code, 0);
    }

    void standardInputAndOutputArePipes()
    {
        const Outcome lines = murmur::murmur({u"export"_s, path(u"demo.murmur"_s), u"--where"_s,
                                              u"kind == request"_s, u"-o"_s, u"-"_s});
        QCOMPARE(lines.code, 0);
        QVERIFY(lines.objects().size() > 10);
        QProcess import;
        import.start(QStringLiteral(MURMUR_PROGRAM),
                     {u"import"_s, u"-"_s, u"-o"_s, path(u"piped.murmur"_s), u"--json"_s});
        import.write(lines.out);
        import.closeWriteChannel();
        const Outcome outcome = outcomeOf(import);
        QCOMPARE(outcome.code, 0);
        QCOMPARE(outcome.objects().at(0)[u"messages"_s].toInt(), int(lines.objects().size()));
    }

    void damagedLinesAreFoundAgain()
    {
        QFile file(path(u"torn.jsonl"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"from\":\"a\"}\nnot json\n{\"from\":\"b\"}\n");
        file.close();
        const Outcome imported =
            murmur::murmur({u"import"_s, file.fileName(), u"-o"_s, path(u"torn.murmur"_s)});
        QCOMPARE(imported.code, 0);
        QVERIFY(imported.out.contains("1 of them are damaged lines"));
        const Outcome found = murmur::murmur(
            {u"query"_s, path(u"torn.murmur"_s), u"header.murmur-line exists"_s, u"--json"_s});
        QCOMPARE(found.objects().size(), std::size_t(1));
        QCOMPARE(found.objects().at(0)[u"payload"_s].toString(), u"not json"_s);
        QVERIFY(found.objects().at(0)[u"type"_s].toString().startsWith(u"line 2: "_s));
    }

    void whatIsWrongIsSaid_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("words");
        const QString target = path(u"new.murmur"_s);
        QTest::newRow("missing") << QStringList{u"import"_s, u"/nowhere.jsonl"_s, u"-o"_s, target}
                                 << 3 << "/nowhere.jsonl cannot be read"_ba;
        QTest::newRow("exists") << QStringList{u"import"_s, u"/dev/null"_s, u"-o"_s,
                                               path(u"demo.murmur"_s)}
                                << 2 << "the file exists"_ba;
        QTest::newRow("format") << QStringList{u"import"_s, u"/dev/null"_s, u"-f"_s,
                                               u"xml"_s,    u"-o"_s,        target}
                                << 2 << "There is no format \"xml\""_ba;
        QTest::newRow("export format")
            << QStringList{u"export"_s, path(u"demo.murmur"_s), u"-f"_s, u"xml"_s, u"-o"_s, target}
            << 2 << "There is no format \"xml\""_ba;
        QTest::newRow("expression")
            << QStringList{u"export"_s, path(u"demo.murmur"_s), u"--where"_s, u"kind =="_s, u"-o"_s,
                           target}
            << 2 << "The expression cannot be read"_ba;
        QTest::newRow("full") << QStringList{u"export"_s, path(u"demo.murmur"_s), u"-o"_s,
                                             u"/nowhere/x.jsonl"_s}
                              << 2 << "/nowhere/x.jsonl cannot be written"_ba;
    }
    void whatIsWrongIsSaid()
    {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        QFETCH(QByteArray, words);
        const Outcome outcome = murmur::murmur(arguments);
        QVERIFY2(outcome.err.contains(words), outcome.err.constData());
        QCOMPARE(outcome.code, code);
        QVERIFY(!QFile::exists(path(u"new.murmur"_s)));
    }

private:
    [[nodiscard]] QString path(const QString& name) const { return m_dir.filePath(name); }

    QTemporaryDir m_dir;
};

QTEST_GUILESS_MAIN(TestCliImport)
#include "tst_cliimport.moc"
