// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/verify.h"
#include "session/session.h"
#include "support/messages.h"
#include "support/traffic.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

namespace {

/// Names, sizes, times and contents of a directory.
QStringList listed(const QString& path)
{
    QStringList lines;
    for (const QFileInfo& info : QDir(path).entryInfoList(QDir::Files)) {
        QFile file(info.filePath());
        lines << u"%1 %2 %3 %4"_s.arg(info.fileName())
                     .arg(info.size())
                     .arg(info.lastModified().toMSecsSinceEpoch())
                     .arg(file.open(QFile::ReadOnly) ? qHash(file.readAll()) : 0);
    }
    return lines;
}

void copyWith(const QString& from, const QString& to, const QStringList& endings)
{
    for (const QString& ending : endings) {
        if (!QFile::copy(from + ending, to + ending))
            qFatal("cannot copy %s", qPrintable(from + ending));
    }
}

} // namespace

/// Looking at a recording changes nothing, whatever state it was left in and wherever it lies.
class TestUntouched : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_sources.isValid());
        const QString closed = m_sources.filePath(u"closed.murmur"_s);
        Messages first(closed);
        QVERIFY(first.write(8000));
        QVERIFY(first.close());
        m_running = std::make_unique<Messages>(m_sources.filePath(u"running.murmur"_s));
        QVERIFY(m_running->write(4000));
        QVERIFY(m_running->commit());
        m_running->writer->checkpoint();
        QVERIFY(m_running->write(4000));
        QVERIFY(m_running->commit());
    }

    void lookingChangesNothing_data()
    {
        QTest::addColumn<QString>("source");
        QTest::addColumn<QStringList>("endings");
        QTest::addColumn<int>("messages");
        QTest::newRow("closed") << u"closed.murmur"_s << QStringList{u""_s} << 8000;
        QTest::newRow("left with its WAL")
            << u"running.murmur"_s << QStringList{u""_s, u"-wal"_s} << 8000;
        QTest::newRow("left as after kill -9")
            << u"running.murmur"_s << QStringList{u""_s, u"-wal"_s, u"-shm"_s} << 8000;
        // Somebody copied the file alone: what was in the WAL is not in the copy.
        QTest::newRow("left alone") << u"running.murmur"_s << QStringList{u""_s} << 4000;
    }
    void lookingChangesNothing()
    {
        QFETCH(QString, source);
        QFETCH(QStringList, endings);
        QFETCH(int, messages);
        QTemporaryDir directory;
        const QString path = directory.filePath(u"r.murmur"_s);
        copyWith(m_sources.filePath(source), path, endings);
        const QStringList before = listed(directory.path());
        QCOMPARE(look(path), messages);
        QStringList after = listed(directory.path());
        if (endings.size() == 3) {
            // Readers share the index of a WAL; what it says may be made anew.
            const auto isIndex = [](const QString& line) {
                return line.startsWith(u"r.murmur-shm");
            };
            QCOMPARE(after.removeIf(isIndex), 1);
            QStringList others = before;
            others.removeIf(isIndex);
            QCOMPARE(after, others);
        } else {
            QCOMPARE(after, before);
        }
    }

    void aReadOnlyDirectoryIsEnough_data() { lookingChangesNothing_data(); }
    void aReadOnlyDirectoryIsEnough()
    {
        QFETCH(QString, source);
        QFETCH(QStringList, endings);
        QFETCH(int, messages);
        QTemporaryDir directory;
        const QString path = directory.filePath(u"r.murmur"_s);
        copyWith(m_sources.filePath(source), path, endings);
        for (const QString& ending : endings)
            QCOMPARE(::chmod((path + ending).toUtf8().constData(), 0444), 0);
        QCOMPARE(::chmod(directory.path().toUtf8().constData(), 0555), 0);
        const QStringList before = listed(directory.path());
        // Permissions do not bind root: look as somebody else.
        const pid_t child = ::fork();
        QVERIFY(child >= 0);
        if (child == 0) {
            if (::getuid() == 0 && (::setgid(65'534) != 0 || ::setuid(65'534) != 0))
                ::_exit(99);
            ::_exit(look(path) == messages ? 0 : 1);
        }
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QCOMPARE(::chmod(directory.path().toUtf8().constData(), 0755), 0);
        QVERIFY(WIFEXITED(status));
        QCOMPARE(WEXITSTATUS(status), 0);
        QCOMPARE(listed(directory.path()), before);
    }

    void theSessionLooksWithoutTouching()
    {
        QTemporaryDir directory;
        const QString path = directory.filePath(u"r.murmur"_s);
        copyWith(m_sources.filePath(u"running.murmur"_s), path, {u""_s, u"-wal"_s});
        const QStringList before = listed(directory.path());
        {
            auto session = Session::open(path);
            QVERIFY(session.ok());
            QCOMPARE((*session)->seen().last, 8000);
            QVERIFY(!(*session)->isLive());
            RowRequest request;
            request.first = 7000;
            request.count = 500;
            request.previewBytes = 20;
            QCOMPARE(waitFor((*session)->rows(request))->size(), std::size_t(500));
            QVERIFY(waitFor((*session)->info()).ok());
        }
        QCOMPARE(listed(directory.path()), before);
    }

private:
    /// Opens, reads everything, verifies; the number of messages.
    static int look(const QString& path)
    {
        auto reader = RecordingReader::open(path);
        if (!reader.ok()) {
            std::fprintf(stderr, "%s\n", qPrintable(reader.error().message));
            return -1;
        }
        std::int64_t held = 0;
        if (!wrongMessages(**reader, &held).isEmpty())
            return -2;
        reader->reset();
        const auto report = verifyRecording(path);
        return report.ok() && report->isSound() ? static_cast<int>(held) : -3;
    }

    QTemporaryDir m_sources;
    std::unique_ptr<Messages> m_running; ///< stays open, as if it were killed
};

QTEST_GUILESS_MAIN(TestUntouched)
#include "tst_untouched.moc"
