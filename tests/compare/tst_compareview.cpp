// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "twonights.h"
#include "views/base/emptynote.h"
#include "views/base/sharedview.h"
#include "views/compare/comparemodel.h"
#include "views/compare/compareview.h"

#include <QAbstractItemModelTester>
#include <QTableView>
#include <QTest>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class CompareViewTest : public QObject
{
    Q_OBJECT

    struct Scene
    {
        explicit Scene(std::vector<Said> said)
            : recorded(said)
            , view({&shared})
            , tester(view.model(), QAbstractItemModelTester::FailureReportingMode::QtTest)
        {
            if (!recorded.waitForAll())
                qFatal("not recorded");
            view.resize(800, 400);
            view.show();
            shared.setSession(recorded.close());
            shared.showAll();
        }
        ~Scene() { shared.setSession(nullptr); }
        [[nodiscard]] int rowOf(const QString& change, const QString& subject) const
        {
            for (int row = 0; row < view.model()->rowCount(); ++row) {
                if (view.model()->text(row, CompareModel::ChangeColumn).contains(change) &&
                    view.model()->text(row, CompareModel::SubjectColumn) == subject)
                    return row;
            }
            return -1;
        }
        Recorded recorded;
        SharedView shared;
        CompareView view;
        QAbstractItemModelTester tester;
    };

    static std::vector<Said> bothNights()
    {
        std::vector<Said> said = night(false);
        const std::vector<Said> later = night(true, 60s);
        said.insert(said.end(), later.begin(), later.end());
        return said;
    }

private Q_SLOTS:
    void theWindowIsComparedWithTheTimeBefore()
    {
        Scene scene(bothNights());
        QTRY_COMPARE(scene.view.findChild<EmptyNote*>()->title(),
                     u"Nothing lies before this window"_s);
        scene.shared.setWindow({kStart + 60s, kStart + 120s});
        QTRY_VERIFY(scene.rowOf(u"slower"_s, u"vision.detect"_s) >= 0);
        const int row = scene.rowOf(u"new"_s, u"escalations"_s);
        QVERIFY(row >= 0);
        QVERIFY(scene.view.asText().contains(u"before 160 messages"_s));
        // A row leads to what shows it.
        QTableView* table = scene.view.table();
        table->scrollTo(scene.view.model()->index(row, 0));
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                          table->visualRect(scene.view.model()->index(row, 2)).center());
        QCOMPARE(scene.shared.selectedMessage(), Seq(163));
        table->setCurrentIndex(
            scene.view.model()->index(scene.rowOf(u"slower"_s, u"vision.detect"_s), 0));
        QTest::keyClick(&scene.view, Qt::Key_Return, Qt::ShiftModifier);
        QVERIFY(scene.shared.selectedMessage() <= 160);
    }

    void anotherRecordingIsOpened()
    {
        Recorded good(night(false));
        QVERIFY(good.waitForAll());
        good.close();
        Scene scene(night(true));
        scene.view.setOther({good.path(), {}, {}});
        QTRY_VERIFY(scene.rowOf(u"missing"_s, u"ledger"_s) >= 0);
        scene.view.setOther({u"/nowhere.murmur"_s, {}, {}});
        QTRY_COMPARE(scene.view.findChild<EmptyNote*>()->title(), u"Not compared"_s);
    }

    void twoPartsOfTheRecordingThatIsOpenAreCompared()
    {
        Recorded whole(bothNights());
        QVERIFY(whole.waitForAll());
        whole.close();
        Scene scene(bothNights());
        scene.shared.setWindow({kStart + 60s, kStart + 120s});
        scene.view.setOther({whole.path(), u"+10s"_s, u"+50s"_s});
        // Half of the first night.
        QTRY_VERIFY2(scene.view.asText().contains(u"before 80 messages"_s),
                     qPrintable(scene.view.asText()));
        scene.view.setOther({whole.path(), u"+50s"_s, u"+10s"_s});
        QTRY_COMPARE(scene.view.findChild<EmptyNote*>()->title(), u"Not compared"_s);
    }

    void whatIsTheSameSaysSo()
    {
        Scene scene(night(false));
        Recorded same(night(false));
        QVERIFY(same.waitForAll());
        same.close();
        scene.view.setOther({same.path(), {}, {}});
        QTRY_COMPARE(scene.view.findChild<EmptyNote*>()->title(), u"Nothing is different"_s);
    }
};

QTEST_MAIN(CompareViewTest)
#include "tst_compareview.moc"
