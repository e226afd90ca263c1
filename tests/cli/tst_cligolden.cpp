// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "murmurprocess.h"

#include "recording/codec.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

/// The same 150 messages of the demo, recorded by a program of each format version; what that
/// program said they were stands in messages.jsonl.
const QString kGolden = QStringLiteral(MURMUR_SOURCE) + u"/tests/cli/golden/"_s;

QByteArray contents(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestCliGolden : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyVersionIsThere()
    {
        QCOMPARE(QDir(kGolden).entryList({u"*.zst"_s}).size(), kFormats);
        QCOMPARE(contents(kGolden + u"messages.jsonl"_s).count('\n'), 150);
    }

    void everyVersionReadsTheSame_data()
    {
        QTest::addColumn<QString>("name");
        for (int version = 1; version <= kFormats; ++version)
            QTest::addRow("version %d", version) << u"v%1.murmur"_s.arg(version);
    }
    void everyVersionReadsTheSame()
    {
        QFETCH(QString, name);
        QTemporaryDir directory;
        const QString path = directory.filePath(name);
        const QByteArray bytes = golden(name, path);
        const Outcome messages = murmur::murmur({u"query"_s, path, u""_s, u"--json"_s});
        QCOMPARE(messages.code, 0);
        QCOMPARE(messages.out, contents(kGolden + u"messages.jsonl"_s));
        const Outcome verified = murmur::murmur({u"verify"_s, u"--deep"_s, path});
        QVERIFY2(verified.code == 0, (verified.out + verified.err).constData());
        const Outcome info = murmur::murmur({u"info"_s, path, u"--json"_s});
        QCOMPARE(info.objects().at(0).value(u"agents"_s).toInt(), 24);
        const Outcome found =
            murmur::murmur({u"query"_s, path, u"conversation == \"ticket-40000\""_s, u"--json"_s});
        QVERIFY(found.objects().size() > 1);
        // Looking has changed nothing.
        QCOMPARE(contents(path), bytes);
    }

    void everyVersionCanBeReadAgain_data() { everyVersionReadsTheSame_data(); }
    void everyVersionCanBeReadAgain()
    {
        QFETCH(QString, name);
        QTemporaryDir directory;
        const QString path = directory.filePath(name);
        const QByteArray bytes = golden(name, path);
        const QString uuid = murmur::murmur({u"info"_s, path, u"--json"_s})
                                 .objects()
                                 .at(0)
                                 .value(u"uuid"_s)
                                 .toString();
        QVERIFY(!uuid.isEmpty());
        // What cannot be done leaves it as it is.
        QCOMPARE(murmur::murmur({u"reread"_s, path, u"--dialect"_s, u"klingon"_s}).code, 2);
        QCOMPARE(contents(path), bytes);
        const Outcome opaque = murmur::murmur({u"reread"_s, path, u"--dialect"_s, u"opaque"_s});
        QVERIFY2(opaque.code == 0, opaque.err.constData());
        QVERIFY(murmur::murmur({u"query"_s, path, u""_s, u"--json"_s}).out !=
                contents(kGolden + u"messages.jsonl"_s));
        QCOMPARE(murmur::murmur({u"reread"_s, path, u"--dialect"_s, u"auto"_s}).code, 0);
        QCOMPARE(murmur::murmur({u"query"_s, path, u""_s, u"--json"_s}).out,
                 contents(kGolden + u"messages.jsonl"_s));
        QCOMPARE(murmur::murmur({u"verify"_s, u"--deep"_s, path}).code, 0);
        QCOMPARE(murmur::murmur({u"info"_s, path, u"--json"_s})
                     .objects()
                     .at(0)
                     .value(u"uuid"_s)
                     .toString(),
                 uuid);
        QCOMPARE(QDir(directory.path()).entryList(QDir::Files), {name});
    }

private:
    static QByteArray golden(const QString& name, const QString& path)
    {
        const QByteArray packed = contents(kGolden + name + u".zst"_s);
        std::string bytes;
        QFile file(path);
        if (!Packer().unpack({packed.constData(), std::size_t(packed.size())}, bytes) ||
            !file.open(QIODevice::WriteOnly))
            return {};
        file.write(bytes.data(), qint64(bytes.size()));
        return {bytes.data(), qsizetype(bytes.size())};
    }

    static constexpr int kFormats = 3;
};

QTEST_GUILESS_MAIN(TestCliGolden)
#include "tst_cligolden.moc"
