// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "cli/murmurprocess.h"

#include "session/moment.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

using namespace murmur;
using namespace Qt::StringLiterals;

/// `murmur facets` and `murmur find`, as a person uses them.
class TestCliFind : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_dir.isValid());
        m_file = m_dir.filePath(u"crew.murmur"_s);
        QCOMPARE(murmur::murmur({u"demo"_s, u"--offline"_s, u"--scenario"_s, u"crew"_s,
                                 u"--messages"_s, u"3000"_s, u"-o"_s, m_file})
                     .code,
                 0);
        const Outcome one = murmur::murmur({u"query"_s, m_file, u"trace exists and kind == reply"_s,
                                            u"--limit"_s, u"1"_s, u"--json"_s});
        m_reply = QJsonDocument::fromJson(one.out.trimmed()).object();
        QVERIFY(!m_reply[u"trace"_s].toString().isEmpty());
    }

    void ofSeveralRecordingsTheNameSaysWhich()
    {
        const QString other = m_dir.filePath(u"other.murmur"_s);
        QCOMPARE(
            murmur::murmur({u"demo"_s, u"--offline"_s, u"--messages"_s, u"500"_s, u"-o"_s, other})
                .code,
            0);
        const QString id = m_reply[u"id"_s].toString();
        QVERIFY(!id.isEmpty());
        const qint64 seq = m_reply[u"seq"_s].toInteger();
        const QByteArray name = "crew:" + QByteArray::number(seq);
        const Outcome table = murmur::murmur({u"find"_s, other, m_file, id});
        QVERIFY2(table.out.contains(name), table.out.constData());
        const auto lines = objects({u"find"_s, other, m_file, id, u"--json"_s});
        QVERIFY(!lines.empty());
        QCOMPARE(lines.front()[u"recording"_s].toString(), u"crew"_s);
        QCOMPARE(lines.front()[u"seq"_s].toInteger(), seq);
        // The name is one that other commands take.
        QCOMPARE(murmur::murmur({u"query"_s, other, m_file, QString::fromLatin1(name), u"--json"_s})
                     .objects()
                     .size(),
                 std::size_t(1));
    }

    void facetsAddUp()
    {
        std::int64_t all = 0;
        for (const QJsonObject& one : objects({u"facets"_s, m_file, u"--by"_s, u"kind"_s})) {
            QCOMPARE(one[u"field"_s].toString(), u"kind"_s);
            all += one[u"here"_s].toInteger();
            QCOMPARE(one[u"others"_s].toInteger(), 0);
        }
        QCOMPARE(all, 3000);
    }

    void aStretchIsHeldAgainstTheRest()
    {
        std::int64_t here = 0;
        std::int64_t others = 0;
        for (const QJsonObject& one : objects({u"facets"_s, m_file, u"--by"_s, u"kind"_s,
                                               u"--from"_s, u"+1s"_s, u"--until"_s, u"+2s"_s})) {
            here += one[u"here"_s].toInteger();
            others += one[u"others"_s].toInteger();
        }
        QVERIFY(here > 0 && here < 3000);
        QVERIFY(here + others <= 3000);
        const Outcome counted =
            murmur::murmur({u"query"_s, m_file, u"time >= +1s and time < +2s"_s, u"--json"_s});
        QCOMPARE(here, counted.out.count('\n'));
        const Outcome table =
            murmur::murmur({u"facets"_s, m_file, u"--from"_s, u"+1s"_s, u"--until"_s, u"+2s"_s});
        QCOMPARE(table.code, 0);
        QVERIFY2(table.out.contains("against the rest"), table.out.constData());
    }

    void whatIsPastedIsFound()
    {
        const QString trace = m_reply[u"trace"_s].toString();
        const auto byTrace = objects({u"find"_s, m_file, trace});
        QVERIFY(!byTrace.empty());
        const Outcome query = murmur::murmur(
            {u"query"_s, m_file, byTrace.front()[u"condition"_s].toString(), u"--json"_s});
        QCOMPARE(byTrace.front()[u"messages"_s].toInteger(), query.out.count('\n'));
        // The link of a place names the recording and the message.
        const auto link = momentFromLink(byTrace.front()[u"link"_s].toString());
        QVERIFY(link);
        QCOMPARE(link->recordings.front().path, m_file);
        QCOMPARE(link->select.toLongLong(), byTrace.front()[u"seq"_s].toInteger());

        const QString line = u"%1 WARN crew: correlation_id=%2 was slow"_s.arg(
            m_reply[u"time"_s].toString(), m_reply[u"correlation"_s].toString());
        const auto byLine = objects({u"find"_s, m_file, line});
        QVERIFY(!byLine.empty());
        QCOMPARE(byLine.front()[u"seq"_s].toInteger(), m_reply[u"seq"_s].toInteger());
        QCOMPARE(byLine.back()[u"time"_s].toString(), m_reply[u"time"_s].toString());
    }

    void whatIsNotThereAndWrongUse()
    {
        const Outcome none = murmur::murmur({u"find"_s, m_file, u"trace_id=nowhere-1"_s});
        QCOMPARE(none.code, 3);
        QVERIFY2(none.err.contains("trace_id nowhere-1"), none.err.constData());
        QCOMPARE(murmur::murmur({u"find"_s, m_file}).code, 2);
        QCOMPARE(murmur::murmur({u"find"_s, m_file, u"10:00"_s, u"--tz"_s, u"Moon/Sea"_s}).code, 2);
        QCOMPARE(murmur::murmur({u"facets"_s, m_file, u"--by"_s, u"planet"_s}).code, 2);
        QCOMPARE(
            murmur::murmur({u"facets"_s, m_file, u"--from"_s, u"+2s"_s, u"--until"_s, u"+1s"_s})
                .code,
            2);
    }

private:
    std::vector<QJsonObject> objects(QStringList arguments) const
    {
        arguments.append(u"--json"_s);
        const Outcome outcome = murmur::murmur(arguments);
        std::vector<QJsonObject> all;
        for (const QByteArray& line : outcome.out.split('\n')) {
            if (!line.isEmpty())
                all.push_back(QJsonDocument::fromJson(line).object());
        }
        return all;
    }

    QTemporaryDir m_dir;
    QString m_file;
    QJsonObject m_reply;
};

QTEST_GUILESS_MAIN(TestCliFind)
#include "tst_clifind.moc"
