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
        const QByteArray packed = contents(kGolden + name + u".zst"_s);
        std::string bytes;
        QVERIFY(Packer().unpack({packed.constData(), std::size_t(packed.size())}, bytes));
        {
            QFile file(path);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(bytes.data(), qint64(bytes.size()));
        }
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
        QCOMPARE(contents(path), QByteArray(bytes.data(), qsizetype(bytes.size())));
    }

private:
    static constexpr int kFormats = 3;
};

QTEST_GUILESS_MAIN(TestCliGolden)
#include "tst_cligolden.moc"
