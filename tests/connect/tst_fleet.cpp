// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Many connections: a chip for a site, the list of its members, and what can be done about one.

#include "session/whynothing.h"
#include "views/base/theme.h"
#include "views/connect/banner.h"
#include "views/connect/connectionchips.h"
#include "views/connect/connectiondetails.h"
#include "views/connect/connectionform.h"
#include "views/connect/connecttext.h"
#include "views/connect/fleetlist.h"
#include "views/connect/fleetmodel.h"

#include <QAbstractItemModelTester>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

using State = ConnectionStatus::State;
using What = ConnectionWish::What;

ConnectionInfo robot(quint32 number, State state = State::Up, const QString& detail = {})
{
    ConnectionInfo info;
    info.id = ConnectionId{number};
    info.url = u"mqtt://robot-%1.site:1883"_s.arg(number, 3, 10, QChar(u'0'));
    info.name = info.url;
    info.state = state;
    info.detail = detail;
    return info;
}

std::vector<ConnectionInfo> fleet(quint32 size, quint32 down)
{
    std::vector<ConnectionInfo> all;
    for (quint32 i = 1; i <= size; ++i) {
        const bool isDown = i > size - down;
        all.push_back(robot(i, isDown ? State::Retrying : State::Up,
                            isDown ? u"connection refused"_s : QString()));
    }
    return all;
}

QPushButton* buttonOf(const QWidget& widget, const QString& text)
{
    for (QPushButton* const button : widget.findChildren<QPushButton*>()) {
        if (button->text().remove(u'&') == text && !button->isHidden())
            return button;
    }
    return nullptr;
}

} // namespace

class TestFleet : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }

    void aFleetIsOneChipThatLooksLikeItsWorst()
    {
        ConnectionChips chips;
        chips.resize(700, 46);
        auto all = fleet(200, 2);
        ConnectionInfo other = robot(201);
        other.url = other.name = u"nats://hq:4222"_s;
        all.push_back(other);
        chips.setConnections(all, true, 0s);
        QCOMPARE(chips.asText(), u"mqtt robot-*.site: 198 of 200 up,\nnats 4222: attached, 0/s"_s);
        const auto* chip = chips.findChild<ConnectionChip*>();
        QCOMPARE(chip->connections().size(), std::size_t(200));
        QVERIFY(chip->toolTip().contains(u"2 trying again"_s));
    }

    void aFewHaveChipsOfTheirOwn()
    {
        ConnectionChips chips;
        chips.resize(1600, 46);
        chips.setConnections(fleet(8, 0), true, 0s);
        QCOMPARE(chips.asText().count(u'\n'), 7);
    }

    void whereThereIsNoRoomAFleetIsOneChip()
    {
        ConnectionChips chips;
        chips.resize(430, 46);
        chips.show();
        chips.setConnections(fleet(3, 1), true, 0s);
        QCOMPARE(chips.asText(), u"robot-001.site:1883: attached, 0/s\n"
                                 "robot-002.site:1883: attached, 0/s\n"
                                 "robot-003.site:1883: trying again, retrying"_s);
        const QSize wanted = chips.sizeHint();
        chips.resize(300, 46);
        QCOMPARE(chips.asText(), u"mqtt robot-*.site: 2 of 3 up,"_s);
        // It asks for the room that it had, so that it gets it back.
        QCOMPARE(chips.sizeHint(), wanted);
        chips.resize(430, 46);
        QCOMPARE(chips.asText().count(u'\n'), 2);
    }

    void aReceiverSaysHowAgentsSendToIt()
    {
        ConnectionInfo receiver = robot(1);
        receiver.url = u"otlp://127.0.0.1:4318"_s;
        receiver.subscribed = {u"/v1/traces"_s};
        const QString said = whyNothingComes(receiver);
        QVERIFY2(said.contains(u"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 "_s),
                 qPrintable(said));
        QVERIFY2(!said.contains(u"nobody publishes"_s), qPrintable(said));
    }

    void onlyRowsThatDifferAreTold()
    {
        FleetModel model;
        const QAbstractItemModelTester tester(&model);
        auto all = fleet(250, 0);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        model.setConnections(all, {});
        QCOMPARE(model.rowCount(), 250);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        model.setConnections(all, {});
        QCOMPARE(changed.size(), 0);
        all[7].received = 3;
        all[8].state = State::Failed;
        all[100].received = 1;
        model.setConnections(all, {});
        QCOMPARE(changed.size(), 2);
        QCOMPARE(changed[0][0].toModelIndex().row(), 7);
        QCOMPARE(changed[0][1].toModelIndex().row(), 8);
        QCOMPARE(changed[1][0].toModelIndex().row(), 100);
        all.push_back(robot(251));
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        model.setConnections(all, {});
        QCOMPARE(inserted.size(), 1);
        QCOMPARE(model.rowCount(), 251);
        all.erase(all.begin());
        const auto resets = reset.size();
        model.setConnections(all, {});
        QCOMPARE(reset.size(), resets + 1);
    }

    void theOnesThatAreDownComeFirstWithTheirReason()
    {
        FleetList list;
        list.setConnections(fleet(20, 3), {});
        const QStringList lines = list.asText().split(u'\n');
        QCOMPARE(lines.size(), 21);
        for (int i = 1; i <= 3; ++i)
            QVERIFY2(lines[i].endsWith(u"connection refused"_s), qPrintable(lines[i]));
        QVERIFY(lines[4].contains(u"attached"_s));
        list.findChild<QLineEdit*>()->setText(u"robot-019"_s);
        QCOMPARE(list.asText().count(u'\n'), 1);
        list.findChild<QLineEdit*>()->setText(u"refused"_s);
        QCOMPARE(list.asText().count(u'\n'), 3);
    }

    void aRowOfTheListOpensItsForm()
    {
        ConnectionDetails details({ConnectionId{1}, ConnectionId{2}});
        auto all = fleet(3, 0);
        details.setConnections(all, {{1, 5.0}}, true);
        QSignalSpy shown(&details, &ConnectionDetails::shown);
        details.list()->table()->selectRow(1);
        QCOMPARE(shown.size(), 1);
        QVERIFY(details.form()->asText().contains(u"robot-002"_s));
        all[1].received = 42;
        details.setConnections(all, {}, true);
        QVERIFY(details.form()->asText().contains(u"Received: 42"_s));
        QCOMPARE(shown.size(), 1);
    }

    void whatIsMissedHasItsButtons()
    {
        ConnectionForm form;
        ConnectionInfo info = robot(1);
        info.subscribed = {u"a/#"_s};
        info.unmatched = {u"b"_s, u"c"_s, u"d"_s, u"e"_s, u"f"_s, u"g"_s};
        QSignalSpy wished(&form, &ConnectionForm::wished);
        form.show(info, 0, true);
        QVERIFY(form.asText().contains(u"no pattern of this connection takes"_s));
        buttonOf(form, u"Subscribe to c"_s)->click();
        const auto wish = wished.takeFirst().front().value<ConnectionWish>();
        QCOMPARE(wish.what, What::Widen);
        QCOMPARE(wish.names, QStringList{u"c"_s});
        QVERIFY(buttonOf(form, u"Subscribe to g"_s) == nullptr);
        buttonOf(form, u"Subscribe to all 6"_s)->click();
        QCOMPARE(wished.takeFirst().front().value<ConnectionWish>().names, info.unmatched);
        form.show(info, 0, false);
        QVERIFY(buttonOf(form, u"Detach"_s) == nullptr);
    }

    void ofSeveralThatAreSilentEachIsToldOf()
    {
        std::vector<ConnectionInfo> all{robot(1), robot(2), robot(3), robot(4), robot(5)};
        for (ConnectionInfo& one : all)
            one.subscribed = {u"a/#"_s};
        all[1].state = State::Retrying;
        all[1].detail = u"Nobody listens."_s;
        all[3].unmatched = {u"b"_s};
        all[4].state = State::Starting; // has nothing to say yet
        const QStringList lines = whyNothingComes(all).split(u'\n');
        QCOMPARE(lines.size(), 4);
        QVERIFY(lines[0].startsWith(all[3].url + u": Nothing has come yet on a/#. The bus also"_s));
        QVERIFY(lines[1].startsWith(all[0].url + u": Nothing has come"_s));
        QCOMPARE(lines[2], all[1].url + u": Nobody listens."_s);
        QCOMPARE(lines[3], u"One more connection is silent, too."_s);
        QVERIFY(whyNothingComes(std::vector{all[0]}).startsWith(u"Nothing has come"));
    }

    void whereTheBusNamesNothingEverythingIsOneClickAway()
    {
        ConnectionForm form;
        ConnectionInfo info = robot(1);
        info.received = 0;
        info.subscribed = {u"a/#"_s};
        QSignalSpy wished(&form, &ConnectionForm::wished);
        form.show(info, 0, true);
        buttonOf(form, u"Listen to everything"_s)->click();
        const auto wish = wished.takeFirst().front().value<ConnectionWish>();
        QCOMPARE(wish.what, What::Narrow);
        QCOMPARE(wish.names, QStringList{u"#"_s});
        info.received = 1;
        form.show(info, 0, true);
        QVERIFY(buttonOf(form, u"Listen to everything"_s) == nullptr);
        info.received = 0;
        info.subscribed = {u"#"_s};
        form.show(info, 0, true);
        QVERIFY(buttonOf(form, u"Listen to everything"_s) == nullptr);
    }

    void whatWouldBeEnoughIsOneClickAway()
    {
        ConnectionForm form;
        ConnectionInfo info = robot(1);
        info.subscribed = {u"#"_s};
        form.show(info, 0, true);
        QVERIFY(buttonOf(form, u"Listen to these only"_s) == nullptr);
        form.suggest({u"a/#"_s, u"b/#"_s});
        QSignalSpy wished(&form, &ConnectionForm::wished);
        buttonOf(form, u"Listen to these only"_s)->click();
        const auto wish = wished.takeFirst().front().value<ConnectionWish>();
        QCOMPARE(wish.what, What::Narrow);
        QCOMPARE(wish.names, (QStringList{u"a/#"_s, u"b/#"_s}));
    }

    void detachingIsUndoneByAttachingAgain()
    {
        ConnectionForm form;
        ConnectionInfo info = robot(1);
        QSignalSpy wished(&form, &ConnectionForm::wished);
        form.show(info, 0, true);
        buttonOf(form, u"Detach"_s)->click();
        QCOMPARE(wished.takeFirst().front().value<ConnectionWish>().what, What::Detach);
        info.state = State::Stopped;
        info.isDetached = true;
        form.show(info, 0, true);
        QVERIFY(buttonOf(form, u"Detach"_s) == nullptr);
        buttonOf(form, u"Attach again"_s)->click();
        QCOMPARE(wished.takeFirst().front().value<ConnectionWish>().what, What::AttachAgain);
    }

    void aWindowSaysHowFarItIsRead()
    {
        ConnectionInfo info = robot(1);
        info.isWindow = true;
        QVERIFY(shareText(info).isEmpty());
        info.expectedMessages = 1000;
        info.received = 430;
        QCOMPARE(shareText(info), u"43 %"_s);
        QCOMPARE(windowText(info, 100), u"430 of about 1,000 messages, about 6 s left"_s);
        ConnectionForm form;
        form.show(info, 100, true);
        QVERIFY(buttonOf(form, u"Cancel reading"_s) != nullptr);
        info.state = State::Stopped;
        QVERIFY(shareText(info).isEmpty());
        QCOMPARE(windowText(info, 0), u"read to the end: 430 messages"_s);
    }

    void lossIsToldByItsCause()
    {
        QCOMPARE(lostByText({{"reconnect", 0, LostIs::Unknown}, {"client-drop", 3, LostIs::Exact}}),
                 u"an unknown number while we were not attached\n3 because we were too slow"_s);
        QCOMPARE(lostByText({}), QString());
    }

    void theBannerOffersWhatToDo()
    {
        Banner banner;
        banner.say(Banner::Tone::Neutral, u"nothing comes"_s);
        banner.offer({u"one"_s, u"two"_s});
        QSignalSpy chosen(&banner, &Banner::chosen);
        buttonOf(banner, u"two"_s)->click();
        QCOMPARE(chosen.takeFirst().front().value<qsizetype>(), 1);
        banner.say(Banner::Tone::Bad, u"something else"_s);
        QVERIFY(buttonOf(banner, u"two"_s) == nullptr);
    }
};

QTEST_MAIN(TestFleet)
#include "tst_fleet.moc"
