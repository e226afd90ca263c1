// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The window tells of damage that a reader met, and how the rest can be saved.

#include "damagenote.h"
#include "mainwindow.h"
#include "recording/damagelog.h"
#include "recording/sqlite.h"
#include "recordings.h"
#include "settings.h"
#include "studiosession.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/connect/banner.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestDamageNote : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        Theme::apply(true);
        QVERIFY(m_dir.isValid());
        QVERIFY(test::makeRecording(m_good, 9'000));
        QVERIFY(test::makeRecording(m_bad, 9'000));
        auto database = Database::open(m_bad, Database::Access::Write);
        QVERIFY(database);
        QVERIFY(database->run("UPDATE block SET first = first + 1000000 WHERE id = "
                              "(SELECT min(id) FROM block)"));
    }

    void aDamagedRecordingIsToldOf()
    {
        StudioSettings settings(m_dir.filePath(u"settings.ini"_s));
        MainWindow window(settings, {m_dir.path(), false, false});
        const DamageNote note(m_log, window);
        window.show();
        window.openFile(m_bad);
        QTRY_VERIFY(window.banner()->sentence().startsWith(u"it's bad.murmur is damaged"_s));
        QCOMPARE(window.banner()->offered().size(), 1);
        Q_EMIT window.banner()->chosen(0);
        const QString folder = m_dir.path();
        QCOMPARE(QGuiApplication::clipboard()->text(),
                 u"murmur repair '%1/it'\\''s bad.murmur' -o '%1/it'\\''s bad-saved.murmur'"_s.arg(
                     folder));
        QVERIFY(window.banner()->sentence().contains(u"murmur repair"_s));

        // The next one is told of by itself, and not for what the one before had.
        window.banner()->clear();
        window.openFile(m_good);
        QTRY_COMPARE(window.session()->path(), m_good);
        QTRY_COMPARE(window.session()->info().extent.messages(), 9'000);
        QTest::qWait(1'200);
        QCOMPARE(window.banner()->sentence(), QString());
        window.openFile(m_bad);
        QTRY_VERIFY(window.banner()->sentence().contains(u"is damaged"_s));
    }

private:
    DamageLog m_log; // before SQLite is used
    QTemporaryDir m_dir;
    const QString m_good = m_dir.filePath(u"good.murmur"_s);
    const QString m_bad = m_dir.filePath(u"it's bad.murmur"_s);
};

QTEST_MAIN(TestDamageNote)
#include "tst_damagenote.moc"
