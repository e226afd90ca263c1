// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/theme.h"
#include "views/connect/attachedit.h"
#include "views/connect/banner.h"
#include "views/connect/connectionchips.h"
#include "views/connect/connecttext.h"
#include "views/connect/firstpage.h"
#include "views/connect/ratemeter.h"
#include "views/connect/recentfiles.h"

#include <QAbstractItemView>
#include <QClipboard>
#include <QCompleter>
#include <QFile>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

ConnectionInfo connection(quint32 id, const QString& url, ConnectionStatus::State state,
                          std::int64_t received, std::int64_t lost = 0)
{
    ConnectionInfo info;
    info.id = ConnectionId{id};
    info.url = url;
    info.state = state;
    info.received = received;
    info.recorded = received - lost;
    info.lost = lost;
    return info;
}

constexpr auto kUp = ConnectionStatus::State::Up;

} // namespace

class TestConnect : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }

    void aRateIsTheDifferenceOverTheLastTwoSeconds()
    {
        RateMeter meter;
        QCOMPARE(meter.perSecond(), 0.0);
        meter.note(0, 0s);
        QCOMPARE(meter.perSecond(), 0.0);
        meter.note(100, 1s);
        QCOMPARE(meter.perSecond(), 100.0);
        // Silence: after the window has passed nothing of the old burst is left.
        for (int second = 2; second <= 5; ++second)
            meter.note(100, std::chrono::seconds(second));
        QCOMPARE(meter.perSecond(), 0.0);
        meter.note(5, 6s); // another connection now
        QCOMPARE(meter.perSecond(), 0.0);
    }

    void ratesHaveThreeDigitsAtMost()
    {
        QCOMPARE(rateText(0), u"0/s"_s);
        QCOMPARE(rateText(870), u"870/s"_s);
        QCOMPARE(rateText(12'400), u"12.4k/s"_s);
        QCOMPARE(rateText(1'200'000), u"1.2M/s"_s);
    }

    void lossIsSaidAsSurelyAsItIsKnown()
    {
        QVERIFY(lostText(0, LostIs::Exact).isEmpty());
        QCOMPARE(lostText(1700, LostIs::Exact), u"lost 1,700"_s);
        QVERIFY(lostText(3, LostIs::AtLeast).contains(u"at least 3"_s));
        QCOMPARE(lostText(0, LostIs::Unknown), u"an unknown number lost by us"_s);
        QCOMPARE(lostText(4, LostIs::Unknown), u"at least 4 lost by us"_s);
        QCOMPARE(shortLostText(0, LostIs::Unknown), u"unknown"_s);
    }

    void onlyAHubHasACommandThatSendsToIt()
    {
        QVERIFY(hubCurlLine(QUrl(u"listen://127.0.0.1:7777"_s)).endsWith(u" 127.0.0.1:7777"_s));
        QVERIFY(hubCurlLine(QUrl(u"listen://[::1]:80"_s)).endsWith(u" [::1]:80"_s));
        QVERIFY(hubCurlLine(QUrl(u"ws://127.0.0.1:7777"_s)).isEmpty());
        QVERIFY(hubCurlLine(QUrl(u"listen://127.0.0.1:0"_s)).isEmpty());
    }

    void theSuggestedPortIsFree()
    {
        const QUrl first = suggestHubUrl();
        QTcpServer taken;
        QVERIFY(taken.listen(QHostAddress::LocalHost, static_cast<quint16>(first.port())));
        const QUrl second = suggestHubUrl();
        QVERIFY(second.port() != first.port());
        QCOMPARE(second.scheme(), u"listen"_s);
    }

    void aChipSaysNameRateAndLoss()
    {
        ConnectionChips chips;
        chips.resize(700, 46);
        const QString url = u"listen://127.0.0.1:7777"_s;
        chips.setConnections({connection(1, url, kUp, 0)}, true, 0s);
        chips.setConnections({connection(1, url, kUp, 3100, 17)}, true, 1s);
        QCOMPARE(chips.asText(), u"listen 7777: attached, 3.1k/s lost 17"_s);
    }

    void aClosedRecordingShowsCountsInsteadOfRates()
    {
        ConnectionChips chips;
        chips.resize(700, 46);
        chips.setConnections({connection(1, u"demo://"_s, ConnectionStatus::State::Stopped, 1500)},
                             false, 0s);
        QCOMPARE(chips.asText(), u"demo: detached, 1,500"_s);
    }

    void chipsWithoutRoomFoldIntoOne()
    {
        ConnectionChips chips;
        std::vector<ConnectionInfo> many;
        // No two are of one fleet.
        const QStringList hosts{u"arm"_s,  u"dock"_s,    u"lift"_s,
                                u"mast"_s, u"planner"_s, u"vision"_s};
        for (const QString& host : hosts)
            many.push_back(
                connection(static_cast<quint32>(many.size() + 1), u"ws://"_s + host, kUp, 0));
        chips.resize(460, 46);
        chips.setConnections(many, true, 0s);
        const auto shown = chips.findChildren<ConnectionChip*>();
        int right = 0;
        std::size_t told = 0;
        for (const ConnectionChip* chip : shown) {
            if (!chip->isVisibleTo(&chips))
                continue;
            QVERIFY(chip->geometry().left() >= right);
            right = chip->geometry().right();
            told += chip->connections().size();
        }
        QVERIFY(right < chips.width());
        QCOMPARE(told, many.size());
        QVERIFY(chips.asText().contains(u"more connection"_s));
    }

    void aClickOnAChipSaysWhatAttachingChanges()
    {
        ConnectionChips chips;
        chips.resize(400, 46);
        chips.setConnections({connection(1, u"listen://127.0.0.1:7777"_s, kUp, 5)}, true, 0s);
        chips.show();
        QTest::mouseClick(chips.findChild<ConnectionChip*>(), Qt::LeftButton);
        QString all;
        for (const QWidget* top : QApplication::topLevelWidgets())
            for (const QLabel* label : top->findChildren<QLabel*>())
                all += label->text() + u'\n';
        QVERIFY2(all.contains(whatAttachingChanges(u"listen"_s)), qPrintable(all));
        QVERIFY(all.contains(u"listen://127.0.0.1:7777"_s));
    }

    void theUrlEditShowsTheCommandForAHubAndAsksOnEnter()
    {
        AttachEdit edit;
        edit.setText(u"listen://127.0.0.1:7790"_s);
        bool isShown = false;
        for (const QLabel* label : edit.findChildren<QLabel*>())
            isShown |= label->text().contains(u"curl"_s) && label->text().contains(u":7790"_s);
        QVERIFY(isShown);
        QSignalSpy asked(&edit, &AttachEdit::attachRequested);
        QTest::keyClick(edit.findChild<QLineEdit*>(), Qt::Key_Return);
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked.front().front().value<AttachWish>().urls,
                 std::vector{QUrl(u"listen://127.0.0.1:7790"_s)});
        edit.setText({});
        QTest::keyClick(edit.findChild<QLineEdit*>(), Qt::Key_Return);
        QCOMPARE(asked.size(), 1);
    }

    void aSecretGoesWithTheWishAndIsForgotten()
    {
        AttachEdit edit;
        edit.setText(u"demo://"_s);
        QVERIFY(edit.secretEdit()->isHidden());
        edit.setText(u"redis://me@{north,south}"_s);
        QVERIFY(!edit.secretEdit()->isHidden());
        edit.secretEdit()->setText(u"hunter2"_s);
        QSignalSpy asked(&edit, &AttachEdit::attachRequested);
        QTest::keyClick(edit.secretEdit(), Qt::Key_Return);
        QCOMPARE(asked.size(), 1);
        const auto wish = asked.front().front().value<AttachWish>();
        QCOMPARE(wish.urls,
                 (std::vector{QUrl(u"redis://me@north"_s), QUrl(u"redis://me@south"_s)}));
        QCOMPARE(wish.options.password, "hunter2");
        QVERIFY(wish.options.token.isEmpty());
        QVERIFY(edit.secretEdit()->text().isEmpty());
    }

    void aFleetThatIsWrongIsSaid()
    {
        AttachEdit edit;
        edit.setText(u"mqtt://r{5..1}"_s);
        QSignalSpy asked(&edit, &AttachEdit::attachRequested);
        QTest::keyClick(edit.findChild<QLineEdit*>(), Qt::Key_Return);
        QCOMPARE(asked.size(), 0);
        bool isSaid = false;
        for (const QLabel* label : edit.findChildren<QLabel*>())
            isSaid |= label->text().contains(u"between braces"_s);
        QVERIFY(isSaid);
    }

    void newSuggestionsMayComeWhileOneIsChosen()
    {
        const QString url = u"nats://127.0.0.1:24222?subject=a"_s;
        AttachEdit edit;
        edit.setLooksForBuses(false);
        edit.setRecentUrls({url});
        edit.show();
        connect(&edit, &AttachEdit::attachRequested, &edit, [&] {
            edit.setRecentUrls({url, u"redis://127.0.0.1"_s});
        });
        QSignalSpy asked(&edit, &AttachEdit::attachRequested);
        auto* line = edit.findChild<QLineEdit*>();
        for (int i = 0; i < 3; ++i) {
            line->clear();
            QTest::keyClicks(line, url);
            QTRY_VERIFY(line->completer()->popup()->isVisible());
            QTest::keyClick(line->completer()->popup(), Qt::Key_Return);
            QTRY_COMPARE(asked.size(), i + 1);
        }
    }

    void whatCannotBeIsSaidWhileItCanBeMended()
    {
        AttachEdit edit;
        edit.setLooksForBuses(false);
        edit.show();
        QSignalSpy asked(&edit, &AttachEdit::attachRequested);
        edit.secretEdit()->setText(u"sesame"_s);
        for (const QString& wrong : {u"nats://hq/swarm.>"_s, u"nats://hq?patern=a"_s, u"foo://hq"_s,
                                     u"nats://hq:99999?subject=a"_s}) {
            edit.setText(wrong);
            edit.secretEdit()->setText(u"sesame"_s);
            QTest::keyClick(edit.findChild<QLineEdit*>(), Qt::Key_Return);
            QCOMPARE(asked.size(), 0);
            QCOMPARE(edit.text(), wrong);
            QCOMPARE(edit.secretEdit()->text(), u"sesame"_s);
            const QString said = edit.findChild<QLineEdit*>()->accessibleDescription();
            QVERIFY2(!said.isEmpty(), qPrintable(wrong));
        }
        edit.setText(u"nats://hq?subject=swarm.>"_s);
        QVERIFY(edit.findChild<QLineEdit*>()->accessibleDescription().isEmpty());
        QTest::keyClick(edit.findChild<QLineEdit*>(), Qt::Key_Return);
        QCOMPARE(asked.size(), 1);
    }

    void whatAnswersOnThisMachineIsOneClickAway()
    {
        AttachEdit edit;
        const QUrl url(u"redis://127.0.0.1:6379"_s);
        edit.setFound({{url, u"Redis"_s, u"needs a password"_s}});
        QPushButton* found = nullptr;
        for (QPushButton* button : edit.findChildren<QPushButton*>()) {
            if (button->text() == "Redis"_L1)
                found = button;
        }
        QVERIFY(found != nullptr);
        QVERIFY(found->toolTip().contains(u"needs a password"));
        found->click();
        QCOMPARE(edit.text(), url.toString());
        edit.setFound({});
        for (const QPushButton* button : edit.findChildren<QPushButton*>())
            QVERIFY(button->text() != "Redis"_L1);
    }

    void recentFilesThatAreGoneCannotBeOpened()
    {
        const QTemporaryDir dir;
        const QString there = dir.filePath(u"there.murmur"_s);
        QFile file(there);
        QVERIFY(file.open(QFile::WriteOnly));
        file.write(QByteArray(2048, 'x'));
        file.close();

        FirstPage page;
        page.setRecentFiles({there, dir.filePath(u"gone.murmur"_s)});
        auto* list = page.findChild<QListWidget*>();
        QTRY_COMPARE(list->count(), 2);
        QVERIFY(list->item(0)->text().contains(u"2.0 KiB"_s));
        QVERIFY(list->item(0)->flags() & Qt::ItemIsEnabled);
        QVERIFY(list->item(1)->text().contains(u"no longer there"_s));
        QVERIFY(!(list->item(1)->flags() & Qt::ItemIsEnabled));
        QSignalSpy opened(&page, &FirstPage::openRequested);
        Q_EMIT list->itemActivated(list->item(0));
        QCOMPARE(opened.size(), 1);
        QCOMPARE(opened.front().front().toString(), there);
    }

    void theBannerCopiesItsCommandAndGoesWhenDismissed()
    {
        Banner banner;
        QVERIFY(banner.isHidden());
        banner.say(Banner::Tone::Neutral, u"send one"_s, u"curl x"_s);
        QVERIFY(!banner.isHidden());
        auto buttons = banner.findChildren<QPushButton*>();
        buttons.removeIf([](const QPushButton* button) { return button->isHidden(); });
        QCOMPARE(buttons.size(), 2); // nothing was said before, so there is no list of that
        QTest::mouseClick(buttons[0], Qt::LeftButton);
        QCOMPARE(QGuiApplication::clipboard()->text(), u"curl x"_s);
        QTest::mouseClick(buttons[1], Qt::LeftButton);
        QVERIFY(banner.isHidden());
    }
};

QTEST_MAIN(TestConnect)
#include "tst_connect.moc"
