// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "filteredit.h"
#include "recordings.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"

#include <QLineEdit>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestFilterEdit : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }

    void anErrorIsShownUnderItsColumnAfterAPause()
    {
        SharedView shared;
        QWidget window;
        window.resize(800, 200);
        FilterEdit edit(&shared, &window);
        edit.resize(600, 32);
        window.show();
        auto* line = edit.findChild<QLineEdit*>();
        QTest::keyClicks(line, u"kind == error and from == == x"_s);
        QVERIFY(edit.error().isEmpty()); // not while typing
        QTRY_VERIFY(!edit.error().isEmpty());
        QVERIFY2(columnOf(edit.error()) > 10, qPrintable(edit.error()));
        QVERIFY(!edit.apply());
        QVERIFY(!shared.filter());
        QTest::keyClick(line, Qt::Key_Escape);
        QVERIFY(edit.error().isEmpty());
        QVERIFY(edit.text().isEmpty());
    }

    void enterAppliesAndSaysHowManyMatch()
    {
        const QTemporaryDir dir;
        const QString path = dir.filePath(u"a.murmur"_s);
        QVERIFY(test::makeRecording(path, 1000));
        SharedView shared;
        FilterEdit edit(&shared);
        auto opened = Session::open(path);
        QVERIFY2(opened.ok(), opened ? "" : qPrintable(opened.error().message));
        shared.setSession(std::shared_ptr<Session>(std::move(*opened)));
        auto* line = edit.findChild<QLineEdit*>();
        line->setText(u"kind == error"_s);
        QVERIFY(!shared.filter());
        QTest::keyClick(line, Qt::Key_Return);
        QVERIFY(shared.filter());
        QTRY_COMPARE(edit.countText(), u"100 match"_s);
        line->setText(u"kind == heartbeat"_s);
        QTest::keyClick(line, Qt::Key_Return);
        QTRY_COMPARE(edit.countText(), u"no match"_s);
        QTest::keyClick(line, Qt::Key_Escape);
        QVERIFY(!shared.filter());
        QVERIFY(edit.countText().isEmpty());
    }
};

QTEST_MAIN(TestFilterEdit)
#include "tst_filteredit.moc"
