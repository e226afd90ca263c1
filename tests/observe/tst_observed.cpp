// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "observe/bridgenotes.h"
#include "observe/observedenvironment.h"

#include <QFile>
#include <QMap>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestObserved : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aProgramLearnsWhereToReport()
    {
        const auto variables = changed({});
        QCOMPARE(variables[u"MURMURSCOPE_HUB"_s], "http://127.0.0.1:4001"_ba);
        QCOMPARE(variables[u"OTEL_EXPORTER_OTLP_ENDPOINT"_s], "http://127.0.0.1:4002"_ba);
        QCOMPARE(variables[u"OTEL_EXPORTER_OTLP_PROTOCOL"_s], "http/protobuf"_ba);
        QCOMPARE(variables[u"PYTHONPATH"_s], "/share/my bridges/python"_ba);
        QCOMPARE(variables[u"NODE_OPTIONS"_s],
                 "--require \"/share/my bridges/javascript/register.cjs\""_ba);
        QVERIFY(!variables.contains(u"MURMURSCOPE_TOKEN"_s));
        QVERIFY(!variables.contains(u"OTEL_EXPORTER_OTLP_HEADERS"_s));
    }

    void whatIsThereIsKeptAndExtended()
    {
        m_token = "a b";
        const auto variables = changed({{u"PYTHONPATH"_s, "/mine"},
                                        {u"NODE_OPTIONS"_s, "--max-old-space-size=100"},
                                        {u"OTEL_EXPORTER_OTLP_HEADERS"_s, "tenant=x"}});
        m_token.clear();
        QCOMPARE(variables[u"PYTHONPATH"_s], "/share/my bridges/python:/mine"_ba);
        QVERIFY(variables[u"NODE_OPTIONS"_s].startsWith("--max-old-space-size=100 --require "));
        QCOMPARE(variables[u"OTEL_EXPORTER_OTLP_HEADERS"_s],
                 "tenant=x,authorization=Bearer%20a%20b"_ba);
        QCOMPARE(variables[u"MURMURSCOPE_TOKEN"_s], "a b"_ba);
        QVERIFY(m_kept.isEmpty());
    }

    void aCollectorOfThePersonsOwnStays()
    {
        const auto variables =
            changed({{u"OTEL_EXPORTER_OTLP_ENDPOINT"_s, "http://collector:4318"}});
        QVERIFY(!variables.contains(u"OTEL_EXPORTER_OTLP_ENDPOINT"_s));
        QVERIFY(!variables.contains(u"OTEL_EXPORTER_OTLP_PROTOCOL"_s));
        QCOMPARE(m_kept.size(), 1);
        QVERIFY(m_kept.front().contains(u"http://collector:4318"_s));
        QVERIFY(variables.contains(u"MURMURSCOPE_HUB"_s));
    }

    void withoutBridgesNothingIsLoaded()
    {
        m_bridges.clear();
        const auto variables = changed({});
        m_bridges = u"/share/my bridges"_s;
        QVERIFY(!variables.contains(u"PYTHONPATH"_s));
        QVERIFY(!variables.contains(u"NODE_OPTIONS"_s));
        QVERIFY(variables.contains(u"OTEL_EXPORTER_OTLP_ENDPOINT"_s));
    }

    void whatCouldNotBeSeenIsSaidWithItsRemedy_data()
    {
        QTest::addColumn<QByteArray>("notes");
        QTest::addColumn<int>("fromHub");
        QTest::addColumn<int>("fromOtlp");
        QTest::addColumn<QString>("says"); // empty: nothing
        QTest::newRow("all is well")
            << "runtime\tpython 3.11\ninstrumented\tcrewai\n"_ba << 5 << 0 << QString();
        QTest::newRow("no framework")
            << "runtime\tpython 3.11\n"_ba << 0 << 0 << u"opentelemetry-instrument"_s;
        QTest::newRow("a library that is silent")
            << "runtime\tpython 3.11\nfound\tpython openai\n"_ba << 0 << 0
            << u"pip install openinference-instrumentation-openai "_s;
        QTest::newRow("a library that is silent beside one that talks")
            << "runtime\tnode 20\nfound\tnode openai\n"_ba << 9 << 0
            << u"npm install @arizeai/openinference-instrumentation-openai "_s;
        QTest::newRow("a library that is seen through a framework")
            << "found\tpython openai\ninstrumented\tlangchain_core\n"_ba << 9 << 0 << QString();
        QTest::newRow("a library that reports")
            << "runtime\tnode 20\nfound\tnode openai\n"_ba << 0 << 9 << QString();
        QTest::newRow("not listened to")
            << "failed\tlanggraph: not known\n"_ba << 9 << 0 << u"langgraph: not known"_s;
        QTest::newRow("listened to and silent")
            << "runtime\tnode 20\ninstrumented\tLangGraph.js\n"_ba << 0 << 0
            << u"nothing ran: LangGraph.js"_s;
        QTest::newRow("neither") << QByteArray() << 0 << 0 << u"$MURMURSCOPE_HUB"_s;
        QTest::newRow("damaged notes") << "\t\n\nruntime\nfound\t\n"_ba << 1 << 0 << QString();
    }
    void whatCouldNotBeSeenIsSaidWithItsRemedy()
    {
        QFETCH(const QByteArray, notes);
        QFETCH(const int, fromHub);
        QFETCH(const int, fromOtlp);
        QFETCH(const QString, says);
        const QTemporaryDir folder;
        QFile file(folder.filePath(u"node-1"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(notes);
        file.close();
        const QStringList sentences =
            missedSentences(readBridgeNotes(folder.path()), fromHub, fromOtlp);
        if (says.isEmpty())
            QCOMPARE(sentences, QStringList());
        else
            QVERIFY2(sentences.join(u'\n').contains(says), qPrintable(sentences.join(u'\n')));
    }

private:
    QMap<QString, QByteArray> changed(const QMap<QString, QByteArray>& present)
    {
        ObservationPoints points;
        points.hub = QUrl(u"listen://127.0.0.1:4001"_s);
        points.otlp = QUrl(u"otlp://127.0.0.1:4002"_s);
        points.bridges = m_bridges;
        points.notes = u"/tmp/notes"_s;
        points.token = m_token;
        const ObservedEnvironment environment = observedEnvironment(
            [&](const char* name) { return present.value(QString::fromLatin1(name)); }, points);
        m_kept = environment.kept;
        QMap<QString, QByteArray> variables;
        for (const auto& [name, value] : environment.changes)
            variables[QString::fromLatin1(name)] = value;
        return variables;
    }

    QString m_bridges = u"/share/my bridges"_s;
    QByteArray m_token;
    QStringList m_kept;
};

QTEST_GUILESS_MAIN(TestObserved)
#include "tst_observed.moc"
