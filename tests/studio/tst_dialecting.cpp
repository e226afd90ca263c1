// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Who is talking? The window asks about the traffic of a real Redis that names nobody, and one
// click reads it otherwise.

#include "bus/profile.h"
#include "dialecting.h"
#include "mainwindow.h"
#include "menus.h"
#include "session/dialectjobs.h"
#include "settings.h"
#include "studiosession.h"
#include "support/brokers.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/connect/attachedit.h"
#include "views/dialect/dialecteditor.h"
#include "views/dialect/fieldsmodel.h"

#include <QAction>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int kPatience = 20'000;
constexpr int kSaid = 300;
const QString kBestPlace = u"body.unit 100 %, 6 names"_s;

/// Waits with the event loop running.
template<typename T>
T resultOf(const QFuture<T>& future)
{
    (void)QTest::qWaitFor([&future] { return future.isFinished(); }, kPatience);
    return future.result();
}

} // namespace

class TestDialecting : public QObject
{
    Q_OBJECT

private:
    Broker m_redis{u"redis-server"_s,
                   {u"--port"_s, u"%1"_s, u"--bind"_s, u"127.0.0.1"_s, u"--dir"_s, u"%2"_s,
                    u"--save"_s, u""_s}};
    QTemporaryDir m_dir;
    std::unique_ptr<StudioSettings> m_settings;
    std::unique_ptr<MainWindow> m_window;

    [[nodiscard]] QUrl url() const
    {
        return QUrl(u"redis://127.0.0.1:%1?pattern=hall/*"_s.arg(m_redis.port));
    }
    /// Says \a count things on Redis; who does stands in the body and in the channel.
    void say(int count)
    {
        QTcpSocket socket;
        socket.connectToHost(u"127.0.0.1"_s, m_redis.port);
        QVERIFY(socket.waitForConnected(5000));
        for (int i = 0; i < count; ++i) {
            const QByteArray unit = "unit-" + QByteArray::number(i % 6);
            const QByteArray body =
                "{\"body\":{\"unit\":\"" + unit + "\",\"n\":" + QByteArray::number(i) + "}}";
            const QByteArray channel = i % 10 == 9 ? QByteArray("hall/all") : "hall/" + unit;
            socket.write("*3\r\n$7\r\nPUBLISH\r\n$" + QByteArray::number(channel.size()) + "\r\n" +
                         channel + "\r\n$" + QByteArray::number(body.size()) + "\r\n" + body +
                         "\r\n");
        }
        socket.write("*2\r\n$4\r\nECHO\r\n$4\r\nover\r\n");
        QByteArray answers;
        while (!answers.contains("over") && socket.waitForReadyRead(5000))
            answers += socket.readAll();
        QVERIFY(answers.contains("over"));
    }
    [[nodiscard]] Dialecting* dialects() const { return m_window->menus()->dialects(); }
    [[nodiscard]] DialectBar* bar() const { return dialects()->bar(); }
    [[nodiscard]] StudioSession* session() const { return m_window->session(); }
    [[nodiscard]] std::int64_t messages() const
    {
        const Session* open = m_window->shared()->session();
        return open ? open->seen().messages() : 0;
    }
    void open()
    {
        m_window.reset();
        m_window = std::make_unique<MainWindow>(
            *m_settings, MainWindow::Options{m_dir.filePath(u"recordings"_s), false, true});
        m_window->resize(1680, 1020);
        m_window->show();
    }
    void attach()
    {
        session()->attach({url()}, m_dir.filePath(u"live.murmur"_s));
        QVERIFY(QTest::qWaitFor(
            [this] {
                return !session()->connections().empty() &&
                       session()->connections().front().state == ConnectionStatus::State::Up;
            },
            kPatience));
    }
    /// A closed recording of what is said, at \a path.
    void record(const QString& path)
    {
        RecorderOptions options;
        options.path = path;
        options.urls = {url()};
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        QTRY_COMPARE_WITH_TIMEOUT(recorder.status().connections.front().state,
                                  ConnectionStatus::State::Up, kPatience);
        say(kSaid);
        QTRY_COMPARE_WITH_TIMEOUT(recorder.status().recorded, std::int64_t(kSaid), kPatience);
        QVERIFY(recorder.stop().ok());
    }
    /// So much that reading it again takes longer than a click.
    static bool recordMuch(const QString& path)
    {
        RecorderOptions options;
        options.path = path;
        Recorder recorder(options);
        if (!recorder.start())
            return false;
        recorder.setWaitsForRoom(true);
        const ConnectionId much = recorder.registerConnection(QUrl(u"test://much"_s), u"much"_s);
        for (int done = 0; done < 100'000; done += 1000) {
            std::vector<HeardMessage> batch;
            for (int i = done; i < done + 1000; ++i) {
                HeardMessage message;
                message.connection = much;
                message.received = 1'768'000'000'000'000'000 + i * 1'000'000LL;
                message.topic = "much";
                message.raw = "{\"body\":{\"unit\":\"unit-" + QByteArray::number(i % 9) + "\"}}";
                batch.push_back(std::move(message));
            }
            recorder.sink().hear(std::move(batch));
        }
        return recorder.stop().ok();
    }
    /// The senders of all messages of the session that is open: how many have one.
    [[nodiscard]] std::int64_t named() const
    {
        Session* open = m_window->shared()->session();
        if (!open)
            return -1;
        RowRequest request;
        request.count = 10'000;
        const auto rows = resultOf(open->rows(request));
        std::int64_t named = 0;
        for (const MessageRow& row : rows ? *rows : std::vector<MessageRow>()) {
            const QString name =
                QString::fromStdString(open->dictionaries()->agentName(row.sender));
            named += name.startsWith(u"unit-"_s) ? 1 : 0;
        }
        return named;
    }

private Q_SLOTS:
    void initTestCase()
    {
        Theme::apply(true);
        qputenv("MURMURSCOPE_DIALECTS", m_dir.filePath(u"dialects"_s).toUtf8());
        qputenv("MURMURSCOPE_PROFILES", m_dir.filePath(u"profiles.json"_s).toUtf8());
        QCOMPARE(m_redis.start(), QByteArray());
        m_settings = std::make_unique<StudioSettings>(m_dir.filePath(u"settings.ini"_s));
        record(m_dir.filePath(u"said.murmur"_s));
    }
    void init() { open(); }
    void cleanup()
    {
        m_window.reset();
        QDir(m_dir.filePath(u"dialects"_s)).removeRecursively();
        QFile::remove(m_dir.filePath(u"live.murmur"_s));
        QFile::remove(m_dir.filePath(u"copy.murmur"_s));
        QFile::remove(m_dir.filePath(u"settings.ini"_s));
        m_settings = std::make_unique<StudioSettings>(m_dir.filePath(u"settings.ini"_s));
    }

    void oneClickReadsARecordingAndOneTakesItBack()
    {
        const QString path = m_dir.filePath(u"copy.murmur"_s);
        QVERIFY(QFile::copy(m_dir.filePath(u"said.murmur"_s), path));
        m_window->openFile(path);
        QTRY_VERIFY_WITH_TIMEOUT(bar()->isVisible(), kPatience);
        QVERIFY2(bar()->sentence().contains(u"None of the messages of redis://"_s),
                 qPrintable(bar()->sentence()));
        QCOMPARE(bar()->offered(), (QStringList{kBestPlace, u"topic segment 2 100 %, 7 names"_s,
                                                u"the connection"_s, u"Edit…"_s}));
        // `murmur dialect suggest` prints the same, from the same places.
        const auto sample = resultOf(sampleMessages(*m_window->shared()->session()));
        QVERIFY(sample.ok());
        QVERIFY(kBestPlace.startsWith(placeText(suggestionsFor(*sample).front())));

        m_window->shared()->selectMessage(7);
        const TimeRange window = m_window->shared()->window();
        QTest::mouseClick(bar()->button(kBestPlace), Qt::LeftButton);
        QVERIFY(bar()->isReading());
        QTRY_VERIFY_WITH_TIMEOUT(bar()->offered().contains(u"Undo"_s), kPatience);
        QVERIFY2(bar()->sentence().contains(u"100 % of the messages name a sender now"_s),
                 qPrintable(bar()->sentence()));
        QCOMPARE(named(), std::int64_t(kSaid));
        // What was looked at is still looked at; nothing was lost or added.
        QCOMPARE(m_window->shared()->selectedMessage(), Seq(7));
        QVERIFY(m_window->shared()->window() == window);
        QCOMPARE(messages(), std::int64_t(kSaid));
        // It is one's own now, by a name that says for which bus.
        const auto kept = UserDialects::all();
        QCOMPARE(kept.size(), std::size_t(1));
        QCOMPARE(kept.front().name, u"redis-127.0.0.1-%1"_s.arg(m_redis.port));
        QVERIFY(session()->info().dialects.contains(u"body.unit"_s));

        QTest::mouseClick(bar()->button(u"Undo"_s), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(bar()->sentence().contains(u"0 % of the messages"_s), kPatience);
        QCOMPARE(named(), std::int64_t(0));
    }

    /// Each recording in turn; those that another connection heard stay as they are.
    void severalRecordingsAreReadByOneClick()
    {
        const QStringList paths{m_dir.filePath(u"copy.murmur"_s), m_dir.filePath(u"much.murmur"_s),
                                m_dir.filePath(u"copy2.murmur"_s)};
        for (const QString& path : {paths[0], paths[2]}) {
            QFile::remove(path);
            QVERIFY(QFile::copy(m_dir.filePath(u"said.murmur"_s), path));
        }
        QVERIFY(recordMuch(paths[1]));
        const auto senders = [this](const QString& path) {
            auto one = Session::open(path);
            return one ? resultOf((*one)->info())->dialects : one.error().message;
        };
        m_window->openFiles({paths[0], paths[1], paths[2]});
        // The busiest is asked about.
        QTRY_VERIFY_WITH_TIMEOUT(bar()->sentence().contains(u"much"_s), kPatience);
        QSignalSpy progressed(session(), &StudioSession::rereadProgressed);
        QTest::mouseClick(bar()->button(bar()->offered().front()), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(bar()->offered().contains(u"Undo"_s), kPatience);
        QVERIFY2(bar()->sentence().contains(u"100 % of the messages name a sender now"_s),
                 qPrintable(bar()->sentence()));
        QVERIFY(!progressed.empty() && progressed[0][0].toString().isEmpty()); // there was one only
        QCOMPARE(session()->paths(), paths);
        QVERIFY(senders(paths[0]).isEmpty());
        QVERIFY(senders(paths[1]).contains(u"body.unit"_s));

        // Then about the two of one bus.
        m_window->openFiles({paths[0], paths[1], paths[2]});
        QTRY_VERIFY_WITH_TIMEOUT(bar()->sentence().contains(u"redis://"_s), kPatience);
        progressed.clear();
        QTest::mouseClick(bar()->button(bar()->offered().front()), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(bar()->offered().contains(u"Undo"_s), kPatience);
        QCOMPARE(progressed.front()[0].toString(), u"1 of 2"_s);
        QCOMPARE(progressed.back()[0].toString(), u"2 of 2"_s);
        for (const QString& path : paths)
            QVERIFY2(senders(path).contains(u"body.unit"_s), qPrintable(path));
        QTest::mouseClick(bar()->button(u"Undo"_s), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(bar()->sentence().contains(u"Read again: 0 %"_s), kPatience);
        QVERIFY(senders(paths[0]).isEmpty());
        QVERIFY(senders(paths[1]).contains(u"body.unit"_s)); // that was another answer
        QVERIFY(senders(paths[2]).isEmpty());
    }

    void aSecondAnswerHasANameOfItsOwn()
    {
        const QString path = m_dir.filePath(u"copy.murmur"_s);
        for (const int place : {0, 1, 0}) {
            QFile::remove(path);
            QVERIFY(QFile::copy(m_dir.filePath(u"said.murmur"_s), path));
            m_window->openFile(path);
            QTRY_VERIFY_WITH_TIMEOUT(bar()->offered().size() == 4, kPatience);
            QTest::mouseClick(bar()->button(bar()->offered()[place]), Qt::LeftButton);
            QTRY_VERIFY_WITH_TIMEOUT(bar()->offered().contains(u"Undo"_s), kPatience);
            session()->close();
        }
        // The third said what the first did.
        QCOMPARE(UserDialects::all().size(), std::size_t(2));
    }

    void cancellingLeavesTheRecording()
    {
        const QString path = m_dir.filePath(u"copy.murmur"_s);
        QVERIFY(recordMuch(path));
        m_window->openFile(path);
        QTRY_VERIFY_WITH_TIMEOUT(bar()->offered().size() > 1, kPatience);
        QSignalSpy failed(session(), &StudioSession::rereadFailed);
        QTest::mouseClick(bar()->button(bar()->offered().front()), Qt::LeftButton);
        // Meanwhile it cannot be moved.
        session()->saveAs(m_dir.filePath(u"moved.murmur"_s));
        QVERIFY(m_window->lastError() && m_window->lastError()->message.contains(u"read again"_s));
        QTest::mouseClick(bar()->button(u"Cancel"_s), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, kPatience);
        QCOMPARE(failed[0][0].value<Error>().code, ErrorCode::Cancelled);
        QCOMPARE(named(), std::int64_t(0));
        // And it is asked again.
        QTRY_VERIFY_WITH_TIMEOUT(bar()->offered().size() > 1, kPatience);
    }

    void aRecordingThatRunsIsReadFromNowOnAndWholeWhenItEnds()
    {
        attach();
        say(kSaid);
        QTRY_VERIFY_WITH_TIMEOUT(bar()->offered().contains(kBestPlace), kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(messages(), std::int64_t(kSaid), kPatience);
        QTest::mouseClick(bar()->button(kBestPlace), Qt::LeftButton);
        QVERIFY2(bar()->sentence().contains(u"What comes from now on is read by redis-"_s),
                 qPrintable(bar()->sentence()));
        // The wish is on its way to the recorder; what comes after it is read so.
        int said = 0;
        QVERIFY(QTest::qWaitFor(
            [&] {
                say(1);
                ++said;
                return named() > 0;
            },
            kPatience));
        QVERIFY(named() < kSaid + said);
        QTRY_COMPARE_WITH_TIMEOUT(messages(), std::int64_t(kSaid + said), kPatience);
        session()->stop();
        QTRY_VERIFY_WITH_TIMEOUT(bar()->sentence().contains(u"100 % of the messages"_s), kPatience);
        QCOMPARE(named(), std::int64_t(kSaid + said));
    }

    void whatIsSavedElsewhereIsReadAgainThere()
    {
        const QString path = m_dir.filePath(u"copy.murmur"_s);
        attach();
        say(kSaid);
        QTRY_VERIFY_WITH_TIMEOUT(bar()->offered().contains(kBestPlace), kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(messages(), std::int64_t(kSaid), kPatience);
        QTest::mouseClick(bar()->button(kBestPlace), Qt::LeftButton);
        session()->saveAs(path); // when it ends
        session()->stop();
        QTRY_VERIFY_WITH_TIMEOUT(bar()->sentence().contains(u"100 % of the messages"_s), kPatience);
        QCOMPARE(session()->path(), path);
        QCOMPARE(named(), std::int64_t(kSaid));
    }

    void theConnectionIsAskedAboutOfWhichLeastIsKnown()
    {
        const QString path = m_dir.filePath(u"two.murmur"_s);
        RecorderOptions options;
        options.path = path;
        {
            Recorder recorder(options);
            QVERIFY(recorder.start().ok());
            recorder.setWaitsForRoom(true);
            // More is said on the first, and most of it names who says it.
            const ConnectionId busy =
                recorder.registerConnection(QUrl(u"test://busy"_s), u"busy"_s);
            const ConnectionId mute =
                recorder.registerConnection(QUrl(u"test://mute"_s), u"mute"_s);
            std::vector<HeardMessage> batch;
            for (int i = 0; i < 1500; ++i) {
                const QByteArray unit = "\"unit-" + QByteArray::number(i % 9) + '"';
                HeardMessage& message = batch.emplace_back();
                message.connection = i % 3 == 0 ? mute : busy;
                message.received = 1'768'000'000'000'000'000 + i * 1'000'000LL;
                message.topic = "much";
                message.raw = (i % 3 == 0 || i % 4 == 0 ? "{\"body\":{\"unit\":" + unit + "}}"
                                                        : "{\"from\":" + unit + '}');
            }
            recorder.sink().hear(std::move(batch));
            QVERIFY(recorder.stop().ok());
        }
        open();
        m_window->openFile(path);
        QTRY_VERIFY_WITH_TIMEOUT(bar()->sentence().contains(u"mute"_s), kPatience);
    }

    void whatIsDismissedIsNotAskedAgain()
    {
        const QString path = m_dir.filePath(u"said.murmur"_s);
        m_window->openFile(path);
        QTRY_VERIFY_WITH_TIMEOUT(bar()->isVisible(), kPatience);
        for (QPushButton* button : bar()->findChildren<QPushButton*>()) {
            if (button->isVisible() && button->text() == u"✕"_s)
                QTest::mouseClick(button, Qt::LeftButton);
        }
        QVERIFY(bar()->isHidden());
        open(); // another time
        m_window->openFile(path);
        QTRY_COMPARE_WITH_TIMEOUT(messages(), std::int64_t(kSaid), kPatience);
        QTRY_VERIFY(dialects()->isSettled());
        QVERIFY(bar()->isHidden());
        // Whoever wants to be asked finds the proposals in the editor.
        DialectEditor* editor = dialects()->edit();
        QCOMPARE(editor->fields()->index(0, FieldsModel::What).data().toString(), u"body.unit"_s);
        QVERIFY(!editor->isChanged());
    }

    void theEditorReadsTheRecordingByWhatIsWritten()
    {
        const QString path = m_dir.filePath(u"copy.murmur"_s);
        QVERIFY(QFile::copy(m_dir.filePath(u"said.murmur"_s), path));
        m_window->openFile(path);
        QTRY_VERIFY_WITH_TIMEOUT(bar()->button(u"Edit…"_s), kPatience);
        QTest::mouseClick(bar()->button(u"Edit…"_s), Qt::LeftButton);
        DialectEditor* editor = dialects()->editor();
        QVERIFY(editor && editor->isVisible());
        UserDialect dialect;
        dialect.name = "mine";
        dialect[DialectField::Sender] = {{FieldSource::From::Segment, "2", {}, {}, {}, {}}};
        editor->setDialect(dialect);
        QVERIFY(editor->applyButton()->isEnabled());
        QTest::mouseClick(editor->applyButton(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(bar()->offered().contains(u"Undo"_s), kPatience);
        QCOMPARE(named(), std::int64_t(kSaid * 9 / 10));
        QVERIFY2(bar()->sentence().contains(u"The recording keeps mine"_s),
                 qPrintable(bar()->sentence()));

        // From now on, wherever the profile is attached.
        Profile profile;
        profile.name = u"lab"_s;
        profile.connections = {url().toString(), u"demo://"_s};
        auto profiles = Profiles::load();
        QVERIFY(profiles && profiles->put(profile).ok());
        Q_EMIT editor->targetMenu()->aboutToShow();
        QCOMPARE(editor->targetMenu()->actions().size(), 1);
        editor->targetMenu()->actions().front()->trigger();
        QVERIFY2(editor->note().contains(u"profile lab"_s), qPrintable(editor->note()));
        const auto found = Profiles::load()->find(u"lab"_s);
        QVERIFY(found.ok());
        QCOMPARE(found->connections,
                 (QStringList{url().toString() + u"&dialect=mine"_s, u"demo://"_s}));
        QVERIFY(UserDialects::named(u"mine"_s).ok());
    }

    void aDialectThatIsOpenedGoesToTheEditor()
    {
        QVERIFY(QDir().mkpath(m_dir.filePath(u"dialects"_s)));
        QFile file(m_dir.filePath(u"dialects/fleet.dialect.json"_s));
        QVERIFY(file.open(QFile::WriteOnly));
        file.write(R"({"version": 1, "name": "fleet", "fields": {"sender": "a.b"}})");
        file.close();
        m_window->openFile(file.fileName());
        QVERIFY(dialects()->editor());
        QCOMPARE(dialects()->editor()->path(), file.fileName());
        QCOMPARE(m_window->shared()->session(), nullptr);
        // Closing the window does not cost what was typed.
        dialects()->editor()->setDialect(UserDialect{});
        m_window->close();
        QVERIFY(m_window->isVisible());
    }

    void namesAndUrls()
    {
        QCOMPARE(dialectNameFor(u"redis://host:1?pattern=*"_s), u"redis-host-1"_s);
        QCOMPARE(dialectNameFor(u"rosbridge:"_s), u"rosbridge-bus"_s);
        QCOMPARE(dialectNameFor({}), u"bus"_s);
        for (const char* url : {"mqtt://[::1]:9", "file:/a/b,c.jsonl", "ws://h/p?q=1", "-"}) {
            UserDialect dialect;
            dialect.name = dialectNameFor(QString::fromLatin1(url)).toStdString();
            QVERIFY2(dialect.validate().ok(), url);
        }
        QCOMPARE(withDialect(u"mqtt://r-{1..9}.site"_s, u"a b"_s),
                 u"mqtt://r-{1..9}.site?dialect=a%20b"_s);
        QCOMPARE(withDialect(u"redis://h?dialect=old&pattern=a*"_s, u"new"_s),
                 u"redis://h?pattern=a*&dialect=new"_s);
    }
};

QTEST_MAIN(TestDialecting)
#include "tst_dialecting.moc"
