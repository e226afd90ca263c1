// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What takes long says how far it is, and can be cancelled as if it had never begun.

#include "mainwindow.h"
#include "progressdialog.h"
#include "recordingfiles.h"
#include "recordings.h"
#include "session/notes.h"
#include "settings.h"
#include "studiosession.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"

#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

void write(const QString& path, const QByteArray& bytes)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
}

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("none");
}

} // namespace

class TestLongWork : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }

    void aCopyTellsHowFarItIs()
    {
        const QTemporaryDir dir;
        const QString from = dir.filePath(u"a.murmur"_s);
        const QString to = dir.filePath(u"deep/b.murmur"_s);
        write(from, QByteArray(9'000'000, 'x'));
        write(notesPath(from), "notes of a");
        WorkMeter meter;
        QVERIFY(moveRecording(from, to, true, meter));
        QCOMPARE(meter.total.load(), std::int64_t(9'000'000));
        QCOMPARE(meter.done.load(), std::int64_t(9'000'000));
        QCOMPARE(contentOf(to), contentOf(from));
        QCOMPARE(contentOf(notesPath(to)), QByteArray("notes of a"));
        WorkMeter other;
        QVERIFY(moveRecording(from, dir.filePath(u"c.murmur"_s), false, other));
        QVERIFY(!QFile::exists(from) && !QFile::exists(notesPath(from)));
        QCOMPARE(contentOf(notesPath(dir.filePath(u"c.murmur"_s))), QByteArray("notes of a"));
    }

    void whatIsCancelledLeavesEverythingAsItWas()
    {
        const QTemporaryDir dir;
        const QString from = dir.filePath(u"a.murmur"_s);
        const QString to = dir.filePath(u"b.murmur"_s);
        write(from, "a");
        write(notesPath(from), "notes of a");
        write(to, "b");
        write(notesPath(to), "notes of b");
        WorkMeter meter;
        meter.stop.request_stop();
        const Status moved = moveRecording(from, to, false, meter);
        QVERIFY(!moved);
        QCOMPARE(moved.error().code, ErrorCode::Cancelled);
        QCOMPARE(contentOf(from), QByteArray("a"));
        QCOMPARE(contentOf(to), QByteArray("b"));
        QCOMPARE(contentOf(notesPath(from)), QByteArray("notes of a"));
        QCOMPARE(contentOf(notesPath(to)), QByteArray("notes of b"));
        QCOMPARE(QDir(dir.path()).entryList(QDir::Files).size(), 4);
    }

    void itIsShownOnceItTakesLong()
    {
        const QTemporaryDir dir;
        StudioSettings settings(dir.filePath(u"settings.ini"_s));
        MainWindow window(settings, {dir.path(), false, false});
        window.show();
        const auto dialog = [&window] { return window.findChild<ProgressDialog*>(); };
        StudioSession* session = window.session();
        Q_EMIT session->workBegan(u"Saving as b.murmur"_s);
        QVERIFY(!dialog()); // what takes a moment is not seen
        QTRY_VERIFY(dialog() && dialog()->isVisible());
        QCOMPARE(dialog()->windowTitle(), u"Saving as b.murmur"_s);
        QTest::keyClick(dialog(), Qt::Key_Escape);
        QVERIFY(dialog()->isVisible()); // until it has ended
        Q_EMIT session->workEnded();
        QTRY_VERIFY(!dialog());
    }

    void savingUnderAnotherNameEndsAndIsOpen()
    {
        const QTemporaryDir dir;
        const QString from = dir.filePath(u"a.murmur"_s);
        const QString to = dir.filePath(u"b.murmur"_s);
        QVERIFY(test::makeRecording(from, 300));
        StudioSettings settings(dir.filePath(u"settings.ini"_s));
        MainWindow window(settings, {dir.filePath(u"recordings"_s), false, true});
        window.show();
        window.openFile(from);
        QTRY_VERIFY(window.shared()->session() != nullptr);
        StudioSession* session = window.session();
        QSignalSpy ended(session, &StudioSession::workEnded);
        session->saveAs(to);
        QTRY_COMPARE(ended.size(), 1);
        QTRY_COMPARE(session->path(), to);
        QTRY_VERIFY(window.shared()->session() != nullptr);
        QVERIFY(!session->work());
        QVERIFY(QFile::exists(from));
    }
};

QTEST_MAIN(TestLongWork)
#include "tst_longwork.moc"
