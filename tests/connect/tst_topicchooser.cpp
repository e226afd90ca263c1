// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/theme.h"
#include "views/connect/attachedit.h"
#include "views/connect/firstpage.h"
#include "views/connect/foundbuses.h"
#include "views/connect/sparkdelegate.h"
#include "views/connect/topicchooser.h"
#include "views/connect/topicmodel.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSortFilterProxyModel>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <QTreeView>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

SurveyedTopic topic(const QString& name, double perSecond, std::int64_t size, bool isBinary = false)
{
    SurveyedTopic topic;
    topic.topic = name;
    topic.item = u"subject"_s;
    topic.perSecond = perSecond;
    topic.size = size;
    topic.bytesPerSecond = perSecond * static_cast<double>(size);
    topic.isBinary = isBinary;
    topic.slices = {1, 2, 3};
    return topic;
}

std::vector<SurveyedTopic> someTopics()
{
    return {topic(u"agents.a"_s, 10, 100), topic(u"agents.b"_s, 20, 100),
            topic(u"camera"_s, 5, 200'000, true), topic(u"log"_s, 1, 50)};
}

SurveyResult done(std::vector<SurveyedTopic> topics)
{
    SurveyResult result;
    result.state = SurveyResult::State::Done;
    result.topics = std::move(topics);
    return result;
}

/// "[x] agents.* 30 | [x] agents.a 10 …", children indented.
QString dump(const QAbstractItemModel& model, const QModelIndex& parent = {}, int depth = 0)
{
    QString text;
    for (int row = 0; row < model.rowCount(parent); ++row) {
        const QModelIndex index = model.index(row, TopicModel::Topic, parent);
        const int state = index.data(Qt::CheckStateRole).toInt();
        text += QString(depth * 2, u' ') +
                (state == Qt::Checked     ? u"[x] "_s
                 : state == Qt::Unchecked ? u"[ ] "_s
                                          : u"[-] "_s) +
                index.data().toString() + u' ' +
                index.siblingAtColumn(TopicModel::Rate).data().toString() + u'\n' +
                dump(model, index, depth + 1);
    }
    return text;
}

QString textOf(const TopicChooser& chooser)
{
    QStringList all;
    for (const QLabel* label : chooser.findChildren<QLabel*>())
        all << label->text();
    return all.join(u'\n');
}

QByteArray bulk(const QByteArray& text)
{
    return '$' + QByteArray::number(text.size()) + "\r\n" + text + "\r\n";
}

QPushButton* buttonOf(const QWidget& widget, const QString& text)
{
    for (QPushButton* button : widget.findChildren<QPushButton*>()) {
        if (button->text().remove(u'&') == text)
            return button;
    }
    return nullptr;
}

FoundBus bus(const QString& kind, int port, std::optional<double> perSecond = {})
{
    FoundBus bus;
    bus.kind = kind;
    bus.url = QUrl(u"redis://127.0.0.1:%1"_s.arg(port));
    bus.perSecond = perSecond;
    bus.counted = u"commands"_s;
    return bus;
}

} // namespace

class TestTopicChooser : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }

    void topicsThatBeginAlikeStandUnderOneRow()
    {
        TopicModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setTopics(someTopics());
        QCOMPARE(dump(model), u"[x] agents.* 30\n"
                              "  [x] agents.a 10\n"
                              "  [x] agents.b 20\n"
                              "[ ] camera 5.0\n"
                              "[x] log 1.0\n"_s);
        // One is left out: the row above says that not all are in.
        const QModelIndex agents = model.index(0, 0);
        QVERIFY(model.setData(model.index(0, 0, agents), Qt::Unchecked, Qt::CheckStateRole));
        QCOMPARE(agents.data(Qt::CheckStateRole).toInt(), int(Qt::PartiallyChecked));
        QVERIFY(model.setData(agents, Qt::Checked, Qt::CheckStateRole));
        QCOMPARE(model.index(0, 0, agents).data(Qt::CheckStateRole).toInt(), int(Qt::Checked));
        QVERIFY(model.setData(agents, Qt::Unchecked, Qt::CheckStateRole));
        // What a person said stays when more becomes known.
        auto more = someTopics();
        more.push_back(topic(u"zebra"_s, 7, 1));
        more[0].perSecond = 12;
        model.setTopics(more);
        QCOMPARE(dump(model), u"[ ] agents.* 32\n"
                              "  [ ] agents.a 12\n"
                              "  [ ] agents.b 20\n"
                              "[ ] camera 5.0\n"
                              "[x] log 1.0\n"
                              "[x] zebra 7.0\n"_s);
        more[0].perSecond = 13;
        model.setTopics(more);
        QVERIFY(dump(model).contains(u"agents.a 13"_s));
        model.setTopics({});
        QCOMPARE(model.rowCount(), 0);
    }

    void whatIsLargeOrTheBussOwnIsOffAtFirst()
    {
        TopicModel model;
        SurveyedTopic own = topic(u"_offsets"_s, 1, 1);
        own.isOwn = true;
        model.setTopics({own, topic(u"big"_s, 1, kLargePayload, true),
                         topic(u"bigtext"_s, 1, kLargePayload),
                         topic(u"small"_s, 1, kLargePayload - 1, true)});
        QStringList chosen;
        for (const TopicWish& wish : model.wishes()) {
            if (wish.isChosen)
                chosen << wish.topic;
        }
        QCOMPARE(chosen, QStringList({u"bigtext"_s, u"small"_s}));
    }

    void theSumAndTheUrlFollowTheChoice()
    {
        TopicChooser chooser(QUrl(u"nats://h"_s), {});
        chooser.showResult(done(someTopics()));
        QVERIFY2(textOf(chooser).contains(u"3 of 4 topics · 31 of 36 messages/s"_s),
                 qPrintable(textOf(chooser)));
        QVERIFY(textOf(chooser).contains(u"agents.>"_s));
        QSignalSpy chosen(&chooser, &TopicChooser::chosen);
        auto* takesNew = chooser.findChild<QCheckBox*>();
        takesNew->setChecked(true);
        QVERIFY(textOf(chooser).contains(u"Leaves out the content of camera"_s));
        takesNew->setChecked(false);
        buttonOf(chooser, u"Attach"_s)->click();
        QCOMPARE(chosen.size(), 1);
        const auto picked = chosen.front().front().value<PickedTopics>();
        QCOMPARE(picked.urls.front().query(), u"subject=agents.>,log"_s);
    }

    void theFilterNarrowsAndItsButtonsChooseWhatItShows()
    {
        TopicChooser chooser(QUrl(u"nats://h"_s), {});
        chooser.showResult(done(someTopics()));
        auto* filter = chooser.findChild<QLineEdit*>();
        filter->setText(u"AGENTS.b"_s);
        auto* tree = chooser.findChild<QTreeView*>();
        QCOMPARE(dump(*tree->model()), u"[x] agents.* 30\n  [x] agents.b 20\n"_s);
        buttonOf(chooser, u"Leave shown out"_s)->click();
        filter->clear();
        QVERIFY(dump(*chooser.model()).contains(u"[-] agents.*"_s));
        QVERIFY(dump(*chooser.model()).contains(u"[ ] agents.b"_s));
        QVERIFY(dump(*chooser.model()).contains(u"[x] log"_s));
        // By keyboard.
        tree->setCurrentIndex(tree->model()->index(0, 0));
        const bool wasChosen = tree->currentIndex().data(Qt::CheckStateRole).toInt() == Qt::Checked;
        QTest::keyClick(tree, Qt::Key_Space);
        QVERIFY((tree->currentIndex().data(Qt::CheckStateRole).toInt() == Qt::Checked) !=
                wasChosen);
    }

    void nothingChosenCannotBeAttachedTo()
    {
        TopicChooser chooser(QUrl(u"nats://h"_s), {});
        chooser.showResult(done({topic(u"a"_s, 1, 1)}));
        chooser.model()->choose(chooser.model()->index(0, 0), false);
        QVERIFY(chooser.picked().urls.empty());
        QVERIFY(textOf(chooser).contains(u"Choose at least one topic"_s));
        // A silent bus, or one that says nothing of itself, can be.
        chooser.showResult(done({}));
        QCOMPARE(chooser.picked().patterns, QStringList(u">"_s));
        SurveyResult failed;
        failed.state = SurveyResult::State::Failed;
        failed.error = {ErrorCode::Unreachable, u"Nobody answers at h:4222."_s};
        chooser.showResult(failed);
        QVERIFY(textOf(chooser).contains(u"Nobody answers at h:4222."_s));
    }

    void aUrlWithoutPatternsLetsAPersonChoose()
    {
        // Held by the test, so that no bus of this machine is asked.
        QTcpServer silent;
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        const QString url = u"mqtt://127.0.0.1:%1"_s.arg(silent.serverPort());
        AttachEdit edit;
        edit.setLooksForBuses(false);
        QSignalSpy asked(&edit, &AttachEdit::attachRequested);
        edit.setText(url + u"?topic=fleet/%23"_s);
        QTest::keyClick(edit.findChild<QLineEdit*>(), Qt::Key_Return);
        QCOMPARE(asked.size(), 1);
        QVERIFY(edit.findChild<TopicChooser*>() == nullptr);
        edit.setText(url);
        QTest::keyClick(edit.findChild<QLineEdit*>(), Qt::Key_Return);
        QCOMPARE(asked.size(), 1);
        auto* chooser = edit.findChild<TopicChooser*>();
        QVERIFY(chooser != nullptr);
        SurveyedTopic pose = topic(u"fleet/1"_s, 1, 1);
        SurveyedTopic big = topic(u"map"_s, 1, 100'000, true);
        pose.item = big.item = u"topic"_s;
        chooser->showResult(done({pose, big}));
        chooser->findChild<QCheckBox*>()->setChecked(true);
        QTest::keyClick(chooser, Qt::Key_Return);
        QCOMPARE(asked.size(), 2);
        const auto wish = asked.back().front().value<AttachWish>();
        QCOMPARE(wish.urls.front().toString(QUrl::FullyEncoded), url + u"?topic=%23"_s);
        QCOMPARE(wish.rules.exclude, QStringList(u"map"_s));
    }

    void foundBusesKeepTheirLines()
    {
        FoundBusModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.put(bus(u"Redis"_s, 1, 5));
        model.put(bus(u"MQTT"_s, 2));
        QCOMPARE(model.at(0).kind, u"MQTT"_s);
        model.advance();
        model.put(bus(u"Redis"_s, 1, 7));
        model.advance();
        const QModelIndex line = model.index(1, FoundBusModel::Traffic);
        QCOMPARE(line.data(SparkDelegate::kRole).value<QList<double>>(), QList<double>({5, 7}));
        QVERIFY(!model.index(0, FoundBusModel::Traffic).data(SparkDelegate::kRole).isValid());
        for (std::size_t i = 0; i < 2 * FoundBusModel::kHistory; ++i)
            model.advance();
        QCOMPARE(line.data(SparkDelegate::kRole).value<QList<double>>().size(),
                 qsizetype(FoundBusModel::kHistory));
        model.keepOnly({bus(u"MQTT"_s, 2)});
        QCOMPARE(model.rowCount(), 1);
        model.remove(bus(u"MQTT"_s, 2));
        QCOMPARE(model.rowCount(), 0);
    }

    void aListThatIsNotSeenAsksNobody()
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        int asked = 0;
        int open = 0;
        connect(&server, &QTcpServer::newConnection, this, [&] {
            QTcpSocket* socket = server.nextPendingConnection();
            ++open;
            connect(socket, &QTcpSocket::disconnected, socket, [&] { --open; });
            connect(socket, &QTcpSocket::readyRead, socket, [&asked, socket] {
                const QByteArray said = socket->readAll();
                if (said.contains("PING"))
                    socket->write("+PONG\r\n");
                if (said.contains("INFO server"))
                    socket->write(bulk("# Server\nredis_version:7.0\n"));
                if (said.contains("INFO stats")) {
                    ++asked;
                    socket->write(bulk("# Stats\ninstantaneous_ops_per_sec:40\npubsub_channels:3"));
                }
            });
        });
        std::vector<BusProbe> probes = Discovery::usualProbes();
        probes.resize(1);
        probes[0].port = server.serverPort();
        FoundBuses list;
        list.setProbes(probes);
        QTest::qWait(0);
        QCOMPARE(open, 0);
        list.show();
        QTRY_COMPARE(list.model()->rowCount(), 1);
        QVERIFY2(list.asText().contains(u"40 commands/s"_s), qPrintable(list.asText()));
        QVERIFY(list.asText().contains(u"3 channels with subscribers"_s));
        QTRY_VERIFY(asked >= 2); // it stays and asks again
        QCOMPARE(open, 1);
        QSignalSpy chosen(&list, &FoundBuses::busChosen);
        auto* view = list.findChild<QTreeView*>();
        view->setCurrentIndex(view->model()->index(0, 0));
        QTest::keyClick(view, Qt::Key_Return);
        QCOMPARE(chosen.size(), 1);
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {},
                          view->visualRect(view->model()->index(0, 0)).center());
        QCOMPARE(chosen.size(), 2);
        list.hide();
        QTRY_COMPARE(open, 0);
    }
};

QTEST_MAIN(TestTopicChooser)
#include "tst_topicchooser.moc"
