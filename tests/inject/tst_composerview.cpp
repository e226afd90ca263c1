// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Editing and sending a message in the window: two actions on a machine of one's own, more
// elsewhere.

#include "views/inject/composerview.h"

#include "bus/profile.h"
#include "replay/memorypublisher.h"
#include "support/recorded.h"
#include "views/base/sharedview.h"
#include "views/inject/answerpane.h"
#include "views/inject/draftfields.h"
#include "views/inject/payloadedit.h"
#include "views/inject/sequencepane.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>

#include <algorithm>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

Said message(std::chrono::milliseconds after, QByteArray json)
{
    return {after, "plan", json.replace('\'', '"')};
}

std::vector<Said> asked()
{
    return {message(0ms, "{'topic':'plan','kind':'request','from':'me','to':'planner','id':'m1',"
                         "'payload':{'ask':'A'}}"),
            message(30ms, "{'topic':'plan','kind':'reply','from':'planner','to':'me',"
                          "'correlation_id':'m1','payload':{'goal':'A-14'}}")};
}

} // namespace

class TestComposerView : public QObject
{
    Q_OBJECT

    struct Scene
    {
        Scene()
            : view(
                  {&shared},
                  [this](const QUrl&,
                         const ConnectionOptions&) -> Result<std::unique_ptr<Publisher>> {
                      return std::unique_ptr<Publisher>(std::make_unique<MemoryPublisher>(bus));
                  },
                  nullptr)
        {
            bus.answers = true;
            view.resize(1000, 400);
            view.show();
        }
        ~Scene() { shared.setSession(nullptr); }
        void edit(Seq seq)
        {
            QSignalSpy edited(&view, &ComposerView::edited);
            shared.selectMessage(seq);
            view.editSelected();
            QVERIFY(edited.wait(5000));
            QTRY_VERIFY(!view.draft().origin.answer.isNull());
        }
        MemoryBus bus;
        SharedView shared;
        ComposerView view;
    };

    static ConnectionInfo connectionTo(const char* url, ConnectionStatus::State state)
    {
        ConnectionInfo info;
        info.url = QString::fromLatin1(url);
        info.state = state;
        return info;
    }
    QTemporaryDir m_folder;

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        qputenv("XDG_CONFIG_HOME", m_folder.path().toUtf8());
        qunsetenv("MURMURSCOPE_PROFILES");
    }

    void onAMachineOfOnesOwnReturnSendsTheEditedMessage()
    {
        Recorded recorded(asked());
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_COMPARE(scene.view.targets()->count(), 1);
        scene.edit(1);
        QVERIFY(!scene.view.desk()->isArmed());
        QCOMPARE(scene.view.draft().topic, QByteArray("plan"));
        QVERIFY(scene.view.draft().wantsReply);
        QString text = scene.view.payload()->toPlainText();
        QVERIFY(text.contains(u"\"ask\":\"A\""_s));
        scene.view.payload()->setPlainText(text.replace(u"\"A\""_s, u"\"B\""_s));
        QSignalSpy ended(scene.view.desk(), &InjectionDesk::ended);
        QTest::keyClick(scene.view.payload(), Qt::Key_Return);
        QVERIFY(ended.wait(5000));
        QVERIFY(scene.view.desk()->isArmed());
        const auto got = scene.bus.got();
        QCOMPARE(got.size(), std::size_t(1));
        QVERIFY(got[0].message.raw.contains(R"("ask":"B")"));
        QVERIFY(got[0].message.wantsReply);
        QVERIFY(isMarked(got[0].message));
        // The answer stands beside it, held against the recorded one.
        const QString answer = scene.view.answers()->asText();
        QVERIFY2(answer.contains(u"Answered after"_s), qPrintable(answer));
        QVERIFY2(answer.contains(u"A-14"_s), qPrintable(answer));
    }

    void whatIsUnlikeTheOthersOfItsTopicIsSaid()
    {
        std::vector<Said> messages = asked();
        for (int i = 2; i < 10; ++i)
            messages.push_back(
                message(i * 100ms, QByteArray("{'topic':'plan','kind':'request','from':'me',"
                                              "'to':'planner','id':'m%1',"
                                              "'payload':{'ask':'A'}}")
                                       .replace("%1", QByteArray::number(i))));
        Recorded recorded(std::move(messages));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        scene.edit(1);
        QTRY_VERIFY(scene.view.isSettled());
        QVERIFY2(scene.view.unlikeOthers().isEmpty(),
                 qPrintable(scene.view.unlikeOthers().join(u';')));
        QString text = scene.view.payload()->toPlainText();
        QVERIFY(text.contains(u"\"ask\":\"A\""_s));
        scene.view.payload()->setPlainText(text.replace(u"\"ask\":\"A\""_s, u"\"ask\":5"_s));
        QTRY_COMPARE(scene.view.unlikeOthers().size(), 1);
        QVERIFY2(scene.view.unlikeOthers().front().contains(u"a number; it is a text elsewhere"_s),
                 qPrintable(scene.view.unlikeOthers().front()));
        QVERIFY2(scene.view.asText().contains(u"elsewhere"_s), qPrintable(scene.view.asText()));
        scene.view.payload()->setPlainText(u"5"_s);
        QCOMPARE(scene.view.unlikeOthers(),
                 QStringList{u"no JSON object; 10 of 10 others are one"_s});
        // However long it is, nothing moves for it.
        const auto* verdict = scene.view.findChild<QLabel*>(u"verdict"_s);
        QVERIFY(verdict);
        QWidget* row = verdict->parentWidget();
        const auto places = [&] {
            QTest::qWait(50);
            QList<QRect> all;
            for (QWidget* control : row->findChildren<QWidget*>(Qt::FindDirectChildrenOnly)) {
                if (!qobject_cast<QLabel*>(control) && control->isVisible())
                    all << QRect(control->mapTo(&scene.view, QPoint()), control->size());
            }
            return all;
        };
        const QList<QRect> before = places();
        QVERIFY(before.size() > 4);
        const QString strange(300, u'x');
        scene.view.payload()->setPlainText(u"{\"%1\":1}"_s.arg(strange));
        QTRY_VERIFY(verdict->text().contains(strange));
        QCOMPARE(places(), before);
        QVERIFY(verdict->toolTip().contains(strange));
    }

    void anAnswerThatIsHeardStandsBesideWhatItAnswers()
    {
        Recorded recorded;
        Scene scene;
        scene.bus.answers = false;
        scene.bus.traits.hasHeaders = false; // the mark goes into the payload
        scene.shared.setSession(recorded.session());
        scene.view.targets()->setEditText(u"redis://127.0.0.1"_s);
        InjectionDraft draft = scene.view.draft();
        draft.topic = "plan";
        draft.payload = R"({"kind":"request","from":"me","to":"planner","id":"q-1","ask":"A"})";
        scene.view.setDraft(draft);
        QVERIFY(!scene.view.draft().wantsReply);
        QSignalSpy ended(scene.view.desk(), &InjectionDesk::ended);
        scene.view.send();
        QVERIFY(ended.wait(5000));
        // The bus brings it back, and then what the planner says to it.
        recorded.say({{0ms, "plan", scene.bus.got().at(0).message.raw}});
        QVERIFY(scene.view.answers()->followButton()->isHidden());
        QTRY_COMPARE(scene.shared.selectedMessage(), Seq(1));
        QVERIFY(!scene.view.answers()->asText().contains(u"Answered"_s));
        // From there its effects can be followed.
        Seq followed = 0;
        QObject::connect(&scene.view, &ComposerView::effectsWanted, &scene.view,
                         [&](const MessageRow& row) { followed = row.seq; });
        QVERIFY(!scene.view.answers()->followButton()->isHidden());
        QTest::mouseClick(scene.view.answers()->followButton(), Qt::LeftButton);
        QCOMPARE(followed, Seq(1));
        recorded.say({message(70ms, "{'kind':'reply','from':'planner','to':'me',"
                                    "'correlation_id':'q-1','goal':'A-14'}")});
        QTRY_VERIFY(scene.view.answers()->asText().contains(u"Answered after 70"_s));
        QVERIFY2(scene.view.answers()->asText().contains(u"A-14"_s),
                 qPrintable(scene.view.answers()->asText()));
        scene.shared.setSession(nullptr);
    }

    void elsewhereItIsArmedByTypingAndShownBeforeItIsSent()
    {
        Recorded recorded(asked());
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        scene.edit(1);
        scene.view.targets()->setEditText(u"nats://hq"_s);
        scene.view.send();
        QVERIFY(scene.view.answers()->asText().contains(u"This would be sent"_s));
        scene.view.send();
        QTest::qWait(0);
        QCOMPARE(scene.bus.made.load(), 0);
        scene.view.toggleArmed();
        QVERIFY(!scene.view.desk()->isArmed());
        QVERIFY2(scene.view.answers()->asText().contains(u"Type its host name, hq"_s),
                 qPrintable(scene.view.answers()->asText()));
        scene.view.host()->setText(u"h"_s);
        scene.view.toggleArmed();
        QVERIFY(!scene.view.desk()->isArmed());
        scene.view.host()->setText(u"hq"_s);
        scene.view.toggleArmed();
        QVERIFY(scene.view.desk()->isArmed());
        QVERIFY(scene.view.desk()->left() > 4min);
        QVERIFY2(!scene.view.answers()->asText().contains(u"Type its host name"_s) &&
                     scene.view.answers()->asText().contains(u"This would be sent"_s),
                 qPrintable(scene.view.answers()->asText()));
        scene.view.send();
        QCOMPARE(scene.bus.made.load(), 0);
        // Whoever changes it after having seen it sees it again.
        scene.view.payload()->setPlainText(u"{\"a\":1}"_s);
        scene.view.send();
        QCOMPARE(scene.bus.made.load(), 0);
        QSignalSpy ended(scene.view.desk(), &InjectionDesk::ended);
        scene.view.send();
        QVERIFY(ended.wait(5000));
        QCOMPARE(scene.bus.count(), 1);
        // Each arming is confirmed anew, and what was typed for one bus is nothing to another.
        scene.view.toggleArmed();
        QVERIFY(!scene.view.desk()->isArmed());
        QCOMPARE(scene.view.host()->text(), QString());
        scene.view.toggleArmed();
        QVERIFY(!scene.view.desk()->isArmed());
        scene.view.host()->setText(u"hq"_s);
        scene.view.targets()->setEditText(u"redis://hq"_s);
        QCOMPARE(scene.view.host()->text(), QString());
        scene.view.toggleArmed();
        QVERIFY(!scene.view.desk()->isArmed());
    }

    void whatBecomesProductionIsArmedAnew()
    {
        Scene scene;
        scene.view.setConnections(
            {connectionTo("listen://127.0.0.1:7777", ConnectionStatus::State::Up)});
        scene.view.toggleArmed();
        QVERIFY(scene.view.desk()->isArmed());
        InjectionDraft draft = scene.view.draft();
        draft.topic = "a";
        draft.payload = "{}";
        scene.view.setDraft(draft);
        auto profiles = Profiles::load();
        QVERIFY(profiles);
        Profile profile;
        profile.name = u"shop"_s;
        profile.connections = {u"ws://localhost:7777/?murmur.hub=1"_s};
        profile.environment = Environment::Production;
        QVERIFY(profiles->put(profile));
        for (int i = 0; i < 3; ++i)
            scene.view.send();
        QVERIFY(!scene.view.desk()->isRunning());
        QVERIFY(!scene.view.desk()->isArmed());
        QCOMPARE(scene.bus.made.load(), 0);
        // Nor does it become less by being typed wrong.
        scene.view.host()->setText(u"localhost.example"_s);
        scene.view.toggleArmed();
        QVERIFY(!scene.view.desk()->isArmed());
        QVERIFY(profiles->remove(u"shop"_s));
    }

    /// What another program writes down holds in a window that is open.
    void whatAProfileSaysNowIsShownAndHeldTo()
    {
        Scene scene;
        scene.view.setConnections(
            {connectionTo("listen://127.0.0.1:7778", ConnectionStatus::State::Up)});
        scene.view.toggleArmed();
        QVERIFY(scene.view.desk()->isArmed());
        QVERIFY(scene.view.host()->isHidden());
        auto profiles = Profiles::load();
        QVERIFY(profiles);
        Profile profile;
        profile.name = u"shop"_s;
        profile.connections = {u"ws://localhost:7778/?murmur.hub=1"_s};
        profile.environment = Environment::Production;
        QVERIFY(profiles->put(profile));
        QTRY_VERIFY_WITH_TIMEOUT(!scene.view.desk()->isArmed(), 20'000);
        QTRY_VERIFY(!scene.view.host()->isHidden());
        const auto labels = scene.view.findChildren<QLabel*>();
        QVERIFY(std::ranges::any_of(
            labels, [](const QLabel* label) { return label->text() == u"production"_s; }));
        QVERIFY(profiles->remove(u"shop"_s));
        QTRY_VERIFY_WITH_TIMEOUT(scene.view.host()->isHidden(), 20'000);
    }

    void aReplyThatDoesNotComeIsSaidAndALateOneShown()
    {
        Scene scene;
        scene.bus.answersAfter = 900;
        scene.view.setConnections(
            {connectionTo("listen://127.0.0.1:7777", ConnectionStatus::State::Up)});
        InjectionDraft draft = scene.view.draft();
        draft.topic = "a";
        draft.payload = "{}";
        draft.wantsReply = true;
        draft.replyWait = 100ms;
        scene.view.setDraft(draft);
        QSignalSpy ended(scene.view.desk(), &InjectionDesk::ended);
        scene.view.send();
        QVERIFY(ended.wait(5000));
        QVERIFY(!scene.view.desk()->isRunning());
        const QString silence = scene.view.answers()->asText();
        QVERIFY2(silence.contains(u"No reply in 100 ms"_s), qPrintable(silence));
        QTRY_VERIFY(scene.view.answers()->asText().contains(u"Answered late, after"_s));
        QVERIFY(scene.view.answers()->asText().contains(u"yes"_s));
        // Who disarms listens to nothing any more.
        scene.view.send();
        QVERIFY(ended.wait(5000));
        scene.view.desk()->disarm();
        QTest::qWait(1200);
        QVERIFY(scene.view.answers()->asText().contains(u"No reply in 100 ms"_s));
    }

    void eachAnswerIsShown()
    {
        Scene scene;
        scene.view.setConnections(
            {connectionTo("listen://127.0.0.1:7777", ConnectionStatus::State::Up)});
        InjectionDraft draft = scene.view.draft();
        draft.topic = "a";
        draft.payload = "{}";
        draft.wantsReply = true;
        draft.repeat = 3;
        draft.rate = 1000;
        scene.view.setDraft(draft);
        scene.view.host()->setText(u"127.0.0.1"_s); // agents hear it there
        QSignalSpy ended(scene.view.desk(), &InjectionDesk::ended);
        scene.view.send();
        QVERIFY(ended.wait(5000));
        const QString text = scene.view.answers()->asText();
        QVERIFY2(text.contains(u"3 answers to 3 messages, after "_s), qPrintable(text));
        for (int i = 1; i <= 3; ++i)
            QVERIFY2(text.contains(u"Answer to %1, after "_s.arg(i)), qPrintable(text));
        // No recording runs in which it could be kept.
        QVERIFY2(text.contains(u"Not recorded"_s), qPrintable(text));
    }

    void aConnectionThatGoesDownDisarms()
    {
        Scene scene;
        scene.view.setConnections(
            {connectionTo("listen://127.0.0.1:7777", ConnectionStatus::State::Up)});
        scene.view.toggleArmed();
        QVERIFY(scene.view.desk()->isArmed());
        scene.view.setConnections(
            {connectionTo("listen://127.0.0.1:7777", ConnectionStatus::State::Retrying)});
        QVERIFY(!scene.view.desk()->isArmed());
        // Back again it is not armed again.
        scene.view.setConnections(
            {connectionTo("listen://127.0.0.1:7777", ConnectionStatus::State::Up)});
        QVERIFY(!scene.view.desk()->isArmed());
    }

    void aLostBusDisarms()
    {
        Scene scene;
        scene.bus.loseAfter = 0;
        scene.view.setConnections(
            {connectionTo("listen://127.0.0.1:7777", ConnectionStatus::State::Up)});
        InjectionDraft draft = scene.view.draft();
        draft.topic = "a";
        draft.payload = "{}";
        scene.view.setDraft(draft);
        QSignalSpy ended(scene.view.desk(), &InjectionDesk::ended);
        scene.view.send();
        QVERIFY(scene.view.desk()->isArmed());
        QVERIFY(ended.wait(5000));
        QVERIFY(!scene.view.desk()->isArmed());
        QVERIFY(scene.view.answers()->asText().contains(u"lost"_s));
    }

    void disarmingStopsWhatIsBeingSent()
    {
        Scene scene;
        scene.view.setConnections(
            {connectionTo("listen://127.0.0.1:7777", ConnectionStatus::State::Up)});
        InjectionDraft draft = scene.view.draft();
        draft.topic = "a";
        draft.payload = "{}";
        draft.repeat = 100'000;
        draft.rate = 200;
        scene.view.setDraft(draft);
        QSignalSpy ended(scene.view.desk(), &InjectionDesk::ended);
        scene.view.send();
        QTRY_VERIFY(scene.bus.count() >= 3);
        scene.view.desk()->disarm();
        const int atStop = scene.bus.count();
        QVERIFY(ended.wait(5000));
        QVERIFY(scene.bus.count() <= atStop + 1);
    }

    void whatIsNoJsonIsSaidAndSentOnlyWhenMeant()
    {
        Scene scene;
        scene.view.setConnections(
            {connectionTo("listen://127.0.0.1:7777", ConnectionStatus::State::Up)});
        InjectionDraft draft = scene.view.draft();
        draft.topic = "a";
        draft.payload = "{\"a\":}";
        scene.view.setDraft(draft);
        QVERIFY2(scene.view.payload()->verdict().contains(u"line 1, column 6"_s),
                 qPrintable(scene.view.payload()->verdict()));
        scene.view.send();
        QCOMPARE(scene.bus.made.load(), 0);
        scene.view.payload()->setPlainText(u"{\"a\":{{counter}}}"_s);
        QVERIFY(scene.view.payload()->isValid());
    }

    void unchangedBytesStayWhatTheyWere()
    {
        PayloadEdit edit;
        for (const QByteArray& bytes :
             {QByteArray("a\r\nb\n"), QByteArray("\xff\x00\x01", 3), QByteArray(" {} ")}) {
            edit.setBytes(bytes);
            QCOMPARE(edit.bytes(), bytes);
        }
    }

    void fieldsAreThoseOfTheBus_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QStringList>("fields");
        QTest::newRow("hub") << u"listen://127.0.0.1:7777"_s << QStringList{u"Correlation id"_s};
        QTest::newRow("redis") << u"redis://127.0.0.1"_s << QStringList();
        if (createPublisher(QUrl(u"mqtt://127.0.0.1"_s), {}))
            QTest::newRow("mqtt") << u"mqtt://127.0.0.1"_s
                                  << QStringList{u"Correlation id"_s, u"retain"_s, u"tombstone"_s};
        if (createPublisher(QUrl(u"kafka://127.0.0.1"_s), {}))
            QTest::newRow("kafka")
                << u"kafka://127.0.0.1"_s << QStringList{u"Key"_s, u"tombstone"_s};
    }
    void fieldsAreThoseOfTheBus()
    {
        QFETCH(QString, url);
        QFETCH(QStringList, fields);
        Scene scene;
        scene.view.targets()->setEditText(url);
        QStringList shown;
        for (const QLineEdit* edit : scene.view.fields()->findChildren<QLineEdit*>()) {
            if (!edit->isHidden())
                shown << edit->accessibleName();
        }
        for (const QCheckBox* box : scene.view.fields()->findChildren<QCheckBox*>()) {
            if (!box->isHidden())
                shown << box->text();
        }
        QCOMPARE(shown, fields);
        QCOMPARE(scene.view.fields()->isHidden(), fields.isEmpty());
        // What the bus has not is not sent, and not in the command.
        InjectionDraft draft = scene.view.draft();
        draft.topic = "a";
        draft.payload = "{}";
        draft.key = QByteArray("\xff\x01", 2);
        draft.correlation = "c-1";
        draft.retain = draft.isTombstone = true;
        scene.view.setDraft(draft);
        const InjectionDraft taken = scene.view.draft();
        QCOMPARE(taken.key, fields.contains(u"Key"_s) ? draft.key : QByteArray());
        QCOMPARE(taken.isTombstone, fields.contains(u"tombstone"_s));
        QCOMPARE(taken.retain, fields.contains(u"retain"_s));
        QCOMPARE(taken.correlation.isEmpty(), !fields.contains(u"Correlation id"_s));
        QCOMPARE(injectCommand(taken).contains(u"--retain"_s), fields.contains(u"retain"_s));
        QCOMPARE(injectCommand(taken).contains(u"--tombstone"_s), fields.contains(u"tombstone"_s));
        QCOMPARE(scene.view.payload()->isEnabled(), !taken.isTombstone);
    }

    void aSequenceIsWrittenAndSentAsOne()
    {
        Scene scene;
        scene.view.targets()->setEditText(u"listen://127.0.0.1:7777"_s);
        SequencePane* sequence = scene.view.sequence();
        QVERIFY(sequence->isHidden());
        scene.view.showSequence(true);
        InjectionDraft draft = scene.view.draft();
        for (const char* topic : {"tell", "ask", "third"}) {
            draft.topic = topic;
            draft.payload = QByteArray(topic) == "tell" ? R"({"got":"{{reply.payload}}"})" : "{}";
            scene.view.setDraft(draft);
            sequence->add(scene.view.draft());
        }
        QCOMPARE(sequence->list()->topLevelItemCount(), 3);
        sequence->choose(0);
        sequence->move(1); // ask, tell, third
        sequence->choose(2);
        sequence->list()->setFocus();
        QTest::keyClick(sequence->list(), Qt::Key_Delete);
        QCOMPARE(sequence->steps().size(), std::size_t(2));
        sequence->list()->topLevelItem(1)->setCheckState(2, Qt::Checked);
        QTRY_VERIFY(sequence->steps()[0].draft.wantsReply);
        sequence->list()->topLevelItem(1)->setText(1, u"20 ms"_s);
        QTRY_COMPARE(sequence->steps()[1].pause, nanoseconds(20ms));
        // Another message stands in the composer; it is not sent.
        QSignalSpy ended(scene.view.desk(), &InjectionDesk::ended);
        scene.view.sendSequence();
        QVERIFY(ended.wait(5000));
        const auto got = scene.bus.got();
        QCOMPARE(got.size(), std::size_t(2));
        QCOMPARE(got[0].message.topic, QByteArray("ask"));
        QCOMPARE(got[1].message.topic, QByteArray("tell"));
        QVERIFY2(got[1].message.raw.contains(R"("got":"yes")"), got[1].message.raw.constData());
        QVERIFY(sequence->list()->topLevelItem(0)->text(0).contains(u'↩'));
        QVERIFY(sequence->list()->topLevelItem(1)->text(0).contains(u'✓'));
        // The file is the one of the command line; the state keeps what has a name.
        const QString file = m_folder.filePath(u"rescue.json"_s);
        QVERIFY(sequence->save(file).ok());
        QVERIFY2(scene.view.asText().contains(u"--sequence "_s + file),
                 qPrintable(scene.view.asText()));
        sequence->keep(u"rescue"_s);
        Scene again;
        again.view.restoreState(scene.view.saveState());
        QVERIFY(again.view.sequence()->open(file).ok());
        QCOMPARE(again.view.sequence()->steps()[1].pause, nanoseconds(20ms));
        ComposerMemory memory;
        memory.fromJson(again.view.saveState());
        QCOMPARE(memory.sequenceNames(), QStringList{u"rescue"_s});
        QVERIFY(memory.sequence(u"rescue"_s)->at(1).isAfterReply);
    }

    void aSequenceIsShownBeforeItIsSentElsewhere()
    {
        Scene scene;
        scene.view.targets()->setEditText(u"nats://hq"_s);
        InjectionDraft draft = scene.view.draft();
        draft.topic = "a";
        draft.payload = "{}";
        scene.view.setDraft(draft);
        scene.view.showSequence(true);
        scene.view.sequence()->add(draft);
        scene.view.sequence()->add(draft);
        scene.view.host()->setText(u"hq"_s);
        scene.view.toggleArmed();
        QVERIFY(scene.view.desk()->isArmed());
        // That the message was seen does not mean that the sequence was.
        scene.view.send();
        scene.view.sendSequence();
        QCOMPARE(scene.bus.made.load(), 0);
        QVERIFY(scene.view.answers()->asText().contains(u"Send all again"_s));
        QSignalSpy ended(scene.view.desk(), &InjectionDesk::ended);
        scene.view.sendSequence();
        QVERIFY(ended.wait(5000));
        QCOMPARE(scene.bus.count(), 2);
    }

    void disarmingStopsASequence()
    {
        Scene scene;
        scene.view.targets()->setEditText(u"listen://127.0.0.1:7777"_s);
        std::vector<InjectionStep> steps(1000);
        for (InjectionStep& step : steps) {
            step.draft.topic = "a";
            step.draft.payload = "{}";
            step.pause = 3ms;
        }
        scene.view.sequence()->setSteps(steps);
        QSignalSpy ended(scene.view.desk(), &InjectionDesk::ended);
        scene.view.sendSequence();
        QTRY_VERIFY(scene.bus.count() >= 3);
        scene.view.desk()->disarm();
        const int atStop = scene.bus.count();
        QVERIFY(ended.wait(5000));
        QVERIFY(scene.bus.count() <= atStop + 1);
    }

    void aMessageIsKeptUnderANameOfOnesOwn()
    {
        Scene scene;
        scene.view.targets()->setEditText(u"nats://hq"_s);
        InjectionDraft draft = scene.view.draft();
        draft.topic = "tasks";
        draft.payload = "{\"n\":1}";
        scene.view.setDraft(draft);
        auto* history = scene.view.findChild<QMenu*>(u"history"_s);
        QVERIFY(history);
        const auto names = [history] {
            Q_EMIT history->aboutToShow();
            QStringList stars;
            for (const QAction* action : history->actions()) {
                if (action->text().startsWith(u"★ "))
                    stars << action->text();
            }
            return stars;
        };
        const auto choose = [&](const QString& text) {
            (void)names();
            const auto all = history->actions();
            const auto found = std::ranges::find(all, text, &QAction::text);
            QVERIFY2(found != all.end(), qPrintable(text));
            (*found)->trigger();
        };
        const auto call = [&scene](const QString& name) {
            auto* dialog = scene.view.findChild<QInputDialog*>();
            QVERIFY(dialog);
            dialog->setTextValue(name);
            dialog->accept();
            QTRY_VERIFY(!scene.view.findChild<QInputDialog*>());
        };
        choose(u"Keep this…"_s);
        call(u"wake them"_s);
        choose(u"Keep this for hq:4222 only…"_s);
        call(u"only there"_s);
        QCOMPARE(names(), (QStringList{u"★ only there   (hq:4222 only)"_s, u"★ wake them"_s}));
        scene.view.targets()->setEditText(u"nats://elsewhere"_s);
        QCOMPARE(names(), QStringList{u"★ wake them"_s});
        draft.payload = "{}";
        scene.view.setDraft(draft);
        choose(u"★ wake them"_s);
        QCOMPARE(scene.view.draft().payload, QByteArray("{\"n\":1}"));
    }
    void whatWasKeptBeforeIsStillRead()
    {
        ComposerMemory memory;
        memory.fromJson("{\"history\":[{\"topic\":\"a\",\"payload\":\"e30=\",\"reply\":true,"
                        "\"headers\":[[\"n\",\"v\"]],\"repeat\":2,\"rate\":5}]}");
        QCOMPARE(memory.history().size(), std::size_t(1));
        QCOMPARE(memory.history()[0].payload, QByteArray("{}"));
        QVERIFY(memory.history()[0].wantsReply);
        QCOMPARE(memory.history()[0].repeat, 2);
    }

    void whatWasSentIsRemembered()
    {
        ComposerMemory memory;
        InjectionDraft draft;
        for (int i = 0; i < 100; ++i) {
            draft.topic = QByteArray::number(i % 40);
            draft.headers = {{"a", "b"}};
            draft.key = "k";
            draft.correlation = "c";
            draft.retain = true;
            memory.remember(draft);
        }
        QCOMPARE(memory.history().size(), ComposerMemory::kMostRemembered);
        QCOMPARE(memory.history().front().topic, QByteArray("19"));
        memory.keep(u"ask"_s, draft);
        ComposerMemory again;
        again.fromJson(memory.toJson());
        QCOMPARE(again.toJson(), memory.toJson());
        QVERIFY(again.snippet(u"ask"_s));
        QCOMPARE(again.snippet(u"ask"_s)->key, QByteArray("k"));
        QVERIFY(again.snippet(u"ask"_s)->retain);
        // One of that name for one bus is another.
        const QString bus = ComposerMemory::busKey(QUrl(u"nats://HQ:4222?subject=a"_s));
        QCOMPARE(bus, ComposerMemory::busKey(QUrl(u"nats://hq"_s)));
        draft.key = "other";
        again.keep(u"ask"_s, draft, bus);
        ComposerMemory third;
        third.fromJson(again.toJson());
        QCOMPARE(third.names(bus), QStringList{u"ask"_s});
        QVERIFY(third.names(u"elsewhere:1"_s).isEmpty());
        QCOMPARE(third.snippet(u"ask"_s, bus)->key, QByteArray("other"));
        QCOMPARE(third.snippet(u"ask"_s)->key, QByteArray("k"));
        third.forget(u"ask"_s, bus);
        QVERIFY(third.names(bus).isEmpty() && third.names().size() == 1);
        again.forget(u"ask"_s);
        QVERIFY(again.names().isEmpty());
        again.fromJson("broken");
        QVERIFY(again.history().empty());
    }
};

QTEST_MAIN(TestComposerView)
#include "tst_composerview.moc"
