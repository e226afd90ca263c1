// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "support/recorded.h"
#include "views/base/emptynote.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/facets/facetmodel.h"
#include "views/facets/facetsview.h"
#include "views/facets/ownfilter.h"

#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QListView>
#include <QSignalSpy>
#include <QTest>
#include <QUndoStack>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// 200 messages of two agents: orders in the first half, stock and orders in the second.
std::vector<Said> halves()
{
    std::vector<Said> all;
    for (int i = 0; i < 200; ++i) {
        const bool isStock = i >= 100 && i % 2 == 0;
        all.push_back({i * 10ms, isStock ? "stock" : "orders",
                       QByteArray("{\"from\":\"") + (i % 4 == 0 ? "anna" : "bert") +
                           "\",\"kind\":\"event\",\"payload\":{\"lot\":\"L" +
                           QByteArray::number(i % 10) + "\"}}"});
    }
    return all;
}

} // namespace

class FacetsViewTest : public QObject
{
    Q_OBJECT

    struct Scene
    {
        explicit Scene(std::shared_ptr<Session> session)
            : view({&shared})
            , tester(view.model(), QAbstractItemModelTester::FailureReportingMode::QtTest)
        {
            view.resize(260, 700);
            view.show();
            shared.setSession(std::move(session));
        }
        [[nodiscard]] bool settle() const
        {
            return QTest::qWaitFor([this] { return view.isSettled(); }, 10'000);
        }
        [[nodiscard]] QString count(const QString& field, const QString& value) const
        {
            const int row = view.model()->rowOf(field, value);
            return row < 0 ? QString()
                           : view.model()->index(row).data(FacetModel::CountRole).toString();
        }
        [[nodiscard]] QString lift(const QString& field, const QString& value) const
        {
            const int row = view.model()->rowOf(field, value);
            return view.model()->index(row).data(FacetModel::LiftRole).toString();
        }
        void click(const QString& field, const QString& value,
                   Qt::KeyboardModifiers with = {}) const
        {
            const QModelIndex index = view.model()->index(view.model()->rowOf(field, value));
            QVERIFY(index.isValid());
            QTest::mouseClick(view.list()->viewport(), Qt::LeftButton, with,
                              view.list()->visualRect(index).center());
        }
        [[nodiscard]] QString filter() const
        {
            return shared.filter() ? shared.filter()->text() : QString();
        }
        SharedView shared;
        FacetsView view;
        QAbstractItemModelTester tester;
    };

private Q_SLOTS:
    void initTestCase()
    {
        Theme::apply(true);
        m_recorded = std::make_unique<Recorded>(halves());
        QVERIFY(m_recorded->waitForAll());
        m_session = m_recorded->close();
    }

    void theWindowIsHeldAgainstTheRest()
    {
        Scene scene(m_session);
        QTRY_COMPARE(scene.count(u"topic"_s, u"orders"_s), u"150"_s);
        QCOMPARE(scene.lift(u"topic"_s, u"orders"_s), QString()); // there is no rest
        scene.shared.setWindow({kStart + 1s, kStart + 2s});
        QTRY_COMPARE(scene.count(u"topic"_s, u"orders"_s), u"50"_s);
        QCOMPARE(scene.count(u"topic"_s, u"stock"_s), u"50"_s);
        QCOMPARE(scene.lift(u"topic"_s, u"stock"_s), u"only here"_s);
        QCOMPARE(scene.lift(u"topic"_s, u"orders"_s), u"×0.5"_s);
        QVERIFY2(scene.view.facts().contains(u"100 here"_s), qPrintable(scene.view.facts()));
        QVERIFY(scene.view.facts().contains(u"100 elsewhere"_s));
        QVERIFY(scene.view.asText().contains(u"topic\tstock\t50\tonly here"_s));
        // What nobody says has no heading.
        QVERIFY(!scene.view.asText().contains(u"group\t"_s));
    }

    void aClickShowsOnlyThatAndCanBeTakenBack()
    {
        Scene scene(m_session);
        QTRY_COMPARE(scene.count(u"topic"_s, u"stock"_s), u"50"_s);
        scene.click(u"topic"_s, u"stock"_s);
        QTRY_COMPARE(scene.filter(), u"topic == \"stock\""_s);
        QVERIFY(scene.settle());
        QTRY_COMPARE(scene.count(u"from"_s, u"anna"_s), u"25"_s);
        scene.shared.undoStack()->undo();
        QCOMPARE(scene.filter(), QString());
        scene.shared.undoStack()->redo();
        QCOMPARE(scene.filter(), u"topic == \"stock\""_s);
        // A second one narrows further; the same one again takes back.
        QVERIFY(scene.settle());
        scene.click(u"from"_s, u"anna"_s);
        QTRY_COMPARE(scene.filter(), u"(topic == \"stock\") and from == \"anna\""_s);
        QVERIFY(scene.settle());
        const QModelIndex row =
            scene.view.model()->index(scene.view.model()->rowOf(u"from"_s, u"anna"_s));
        QVERIFY(row.data(FacetModel::IsChosenRole).toBool());
        scene.click(u"from"_s, u"anna"_s);
        QTRY_COMPARE(scene.filter(), u"topic == \"stock\""_s);
    }

    void whatWasClickedAndItsNeighboursStayWhereTheyAre()
    {
        Scene scene(m_session);
        QTRY_COMPARE(scene.count(u"topic"_s, u"stock"_s), u"50"_s);
        const int stock = scene.view.model()->rowOf(u"topic"_s, u"stock"_s);
        const int orders = scene.view.model()->rowOf(u"topic"_s, u"orders"_s);
        QVERIFY(orders >= 0 && orders < stock); // a row that went would move the clicked one
        const QPoint spot =
            scene.view.list()->visualRect(scene.view.model()->index(stock)).center();
        QTest::mouseClick(scene.view.list()->viewport(), Qt::LeftButton, {}, spot);
        QTRY_COMPARE(scene.filter(), u"topic == \"stock\""_s);
        QTRY_COMPARE(scene.count(u"from"_s, u"anna"_s), u"25"_s);
        QVERIFY(scene.settle());
        QCOMPARE(scene.view.model()->rowOf(u"topic"_s, u"stock"_s), stock);
        QCOMPARE(scene.view.model()->rowOf(u"topic"_s, u"orders"_s), orders);
        // As many as there would be of it, had nobody chosen a topic.
        QCOMPARE(scene.count(u"topic"_s, u"orders"_s), u"150"_s);
        // So another click there means the same value, also when more was narrowed below.
        scene.click(u"from"_s, u"anna"_s);
        QTRY_COMPARE(scene.filter(), u"(topic == \"stock\") and from == \"anna\""_s);
        QVERIFY(scene.settle());
        QCOMPARE(scene.view.model()->rowOf(u"topic"_s, u"stock"_s), stock);
        scene.click(u"from"_s, u"anna"_s);
        QTRY_COMPARE(scene.filter(), u"topic == \"stock\""_s);
        QVERIFY(scene.settle());
        QTest::mouseClick(scene.view.list()->viewport(), Qt::LeftButton, {}, spot);
        QTRY_COMPARE(scene.filter(), QString());
    }

    void neighboursAreCountedAsIfNobodyHadChosen()
    {
        Scene scene(m_session);
        QTRY_COMPARE(scene.count(u"topic"_s, u"stock"_s), u"50"_s);
        scene.click(u"topic"_s, u"stock"_s);
        QTRY_COMPARE(scene.filter(), u"topic == \"stock\""_s);
        QVERIFY(scene.settle());
        scene.click(u"from"_s, u"anna"_s);
        QTRY_COMPARE(scene.filter(), u"(topic == \"stock\") and from == \"anna\""_s);
        QVERIFY(scene.settle());
        // Each field without its own choice, with that of the others.
        QTRY_COMPARE(scene.count(u"from"_s, u"bert"_s), u"25"_s);
        QCOMPARE(scene.count(u"topic"_s, u"orders"_s), u"25"_s);
        QCOMPARE(scene.count(u"topic"_s, u"stock"_s), u"25"_s);
        // A second value of a field is one more, not both at once; taken away by itself.
        scene.click(u"topic"_s, u"orders"_s);
        QTRY_COMPARE(scene.filter(),
                     u"(topic == \"stock\" or topic == \"orders\") and from == \"anna\""_s);
        QVERIFY(scene.settle());
        scene.click(u"topic"_s, u"stock"_s);
        QTRY_COMPARE(scene.filter(), u"(topic == \"orders\") and from == \"anna\""_s);
    }

    void aFilterIsTakenApartWhereItCanBe()
    {
        QCOMPARE(conjunctsOf(u"((a == 1) and (b == \"x and y\" and not c)) and d in [1, 2]"_s),
                 (QStringList{u"a == 1"_s, u"b == \"x and y\""_s, u"not c"_s, u"d in [1, 2]"_s}));
        QCOMPARE(conjunctsOf(u"a == 1 and b == 2 or c"_s).size(), 1);
        QCOMPARE(filterWithout(u"(sender == \"a\") and topic == \"t\""_s, u"from"_s),
                 u"topic == \"t\""_s);
        QCOMPARE(filterWithout(u"(not (from == \"a\")) and from != \"b\""_s, u"from"_s),
                 u"(not (from == \"a\")) and from != \"b\""_s);
        QCOMPARE(filterWithout(u"from == \"a\" or topic == \"t\""_s, u"from"_s),
                 u"from == \"a\" or topic == \"t\""_s);
    }

    void withAltItIsHidden()
    {
        Scene scene(m_session);
        QTRY_COMPARE(scene.count(u"topic"_s, u"stock"_s), u"50"_s);
        scene.click(u"topic"_s, u"stock"_s, Qt::AltModifier);
        QTRY_COMPARE(scene.filter(), u"not (topic == \"stock\")"_s);
        QTRY_COMPARE(scene.count(u"topic"_s, u"orders"_s), u"150"_s);
        QTRY_COMPARE(scene.count(u"topic"_s, u"stock"_s), QString());
    }

    void theKeyboardDoesTheSame()
    {
        Scene scene(m_session);
        QTRY_COMPARE(scene.count(u"topic"_s, u"stock"_s), u"50"_s);
        scene.view.list()->setCurrentIndex(
            scene.view.model()->index(scene.view.model()->rowOf(u"topic"_s, u"stock"_s)));
        QTest::keyClick(&scene.view, Qt::Key_Return);
        QCOMPARE(scene.filter(), u"topic == \"stock\""_s);
        scene.shared.setFilter(nullptr);
        QVERIFY(scene.settle());
        QTRY_VERIFY(scene.view.model()->rowOf(u"topic"_s, u"stock"_s) >= 0);
        scene.view.list()->setCurrentIndex(
            scene.view.model()->index(scene.view.model()->rowOf(u"topic"_s, u"stock"_s)));
        QTest::keyClick(&scene.view, Qt::Key_Delete);
        QCOMPARE(scene.filter(), u"not (topic == \"stock\")"_s);
    }

    void aMemberOfThePayloadIsCountedAndRemembered()
    {
        Scene scene(m_session);
        scene.view.addField(u"payload.lot"_s);
        QTRY_COMPARE(scene.count(u"payload.lot"_s, u"L3"_s), u"20"_s);
        // Of ten values some are listed, the others behind one row.
        QCOMPARE(scene.view.model()->rowOf(u"payload.lot"_s, u"L9"_s), -1);
        const QByteArray state = scene.view.saveState();
        Scene other(m_session);
        other.view.restoreState(state);
        QCOMPARE(other.view.moreFields(), QStringList{u"payload.lot"_s});
        QTRY_COMPARE(other.count(u"payload.lot"_s, u"L3"_s), u"20"_s);
        int more = -1;
        for (int row = 0; row < other.view.model()->rowCount(); ++row) {
            if (other.view.model()->whatIs(row) == FacetModel::Is::More)
                more = row;
        }
        QVERIFY(more > 0);
        other.view.model()->toggle(more);
        QVERIFY(other.view.model()->rowOf(u"payload.lot"_s, u"L9"_s) > 0);
        // Damaged settings leave what there is.
        other.view.restoreState(state.left(9));
        QCOMPARE(other.view.moreFields(), QStringList{u"payload.lot"_s});
        other.view.removeField(u"payload.lot"_s);
        QCOMPARE(other.count(u"payload.lot"_s, u"L3"_s), QString());
    }

    void theRarestAreCountedOnly()
    {
        std::vector<Said> all;
        for (int i = 0; i < 300; ++i)
            all.push_back(
                {i * 1ms, "topic-" + QByteArray::number(i % 80), R"({"from":"a","kind":"event"})"});
        Recorded recorded(all);
        QVERIFY(recorded.waitForAll());
        Scene scene(recorded.close());
        QTRY_COMPARE(scene.count(u"topic"_s, u"topic-0"_s), u"4"_s);
        const auto more = [&] {
            for (int row = 0; row < scene.view.model()->rowCount(); ++row) {
                if (scene.view.model()->whatIs(row) == FacetModel::Is::More)
                    return row;
            }
            return -1;
        };
        const auto text = [&] { return scene.view.model()->index(more()).data().toString(); };
        QCOMPARE(text(), u"74 more"_s);
        scene.view.model()->toggle(more());
        QCOMPARE(text(), u"30 rarer ones are not listed"_s);
        scene.shared.setSession(nullptr);
    }

    void typingFindsValues()
    {
        Scene scene(m_session);
        QTRY_COMPARE(scene.count(u"topic"_s, u"stock"_s), u"50"_s);
        scene.view.search()->setText(u"ann"_s);
        QCOMPARE(scene.view.model()->rowCount(), 2);
        QCOMPARE(scene.count(u"from"_s, u"anna"_s), u"50"_s);
        scene.view.search()->setText(u"nobody"_s);
        QCOMPARE(scene.view.model()->rowCount(), 0);
        QCOMPARE(scene.view.findChild<EmptyNote*>()->title(), u"No value matches"_s);
    }

    void whatIsPickedIsARegion()
    {
        Scene scene(m_session);
        QVERIFY(!scene.view.picked());
        QTRY_COMPARE(scene.count(u"topic"_s, u"stock"_s), u"50"_s);
        scene.view.list()->setCurrentIndex(
            scene.view.model()->index(scene.view.model()->rowOf(u"topic"_s, u"stock"_s)));
        const auto picked = scene.view.picked();
        QVERIFY(picked);
        QCOMPARE(picked->condition, u"topic == \"stock\""_s);
        QCOMPARE(picked->time, scene.shared.window());
    }

private:
    std::unique_ptr<Recorded> m_recorded;
    std::shared_ptr<Session> m_session;
};

QTEST_MAIN(FacetsViewTest)
#include "tst_facetsview.moc"
