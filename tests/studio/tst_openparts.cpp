// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "commandline.h"
#include "mainwindow.h"
#include "menus.h"
#include "presenting.h"
#include "recordings.h"
#include "session/session.h"
#include "settings.h"
#include "statusline.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/compare/compareview.h"
#include "workspace.h"

#include <QDropEvent>
#include <QFile>
#include <QMimeData>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

CommandLine parsed(std::vector<std::string> words)
{
    words.insert(words.begin(), "murmurscope");
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    return parseCommandLine(static_cast<int>(argv.size()), argv.data());
}

struct Desk
{
    QTemporaryDir dir;
    StudioSettings settings{dir.filePath(u"settings.ini"_s)};
    MainWindow window{settings, MainWindow::Options{dir.filePath(u"recordings"_s), false, true}};

    Desk()
    {
        window.resize(1400, 900);
        window.show();
    }
    [[nodiscard]] TimeRange all() { return window.shared()->session()->seen().time; }
    [[nodiscard]] bool isOpen() const
    {
        const Session* session = window.shared()->session();
        return session != nullptr && session->seen().last > 0;
    }
    void drop(const QString& path)
    {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, {});
        QCoreApplication::sendEvent(&window, &enter);
        QDropEvent event(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, {});
        QCoreApplication::sendEvent(&window, &event);
    }
};

} // namespace

/// What a window opens that is less, or other, than a closed recording.
class TestOpenParts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }

    void aPartOfARecordingIsTheWindow()
    {
        Desk desk;
        const QString path = desk.dir.filePath(u"a.murmur"_s);
        QVERIFY(test::makeRecording(path, 1000));
        const CommandLine line = parsed({(path + u"@+2s..+5s"_s).toStdString()});
        QVERIFY(!line.exitCode);
        QCOMPARE(line.arguments.files, QStringList{path});
        desk.window.start(line.arguments);
        QTRY_VERIFY(desk.isOpen());
        QTRY_COMPARE(desk.window.shared()->window().begin, desk.all().begin + 2s);
        QCOMPARE(desk.window.shared()->window().end, desk.all().begin + 5s);
    }

    void twoPartsAreCompared()
    {
        Desk desk;
        const QString path = desk.dir.filePath(u"a.murmur"_s);
        QVERIFY(test::makeRecording(path, 1000));
        const CommandLine line =
            parsed({(path + u"@..+2s"_s).toStdString(), (path + u"@+6s.."_s).toStdString()});
        QVERIFY(!line.exitCode);
        desk.window.start(line.arguments);
        QTRY_VERIFY(desk.isOpen());
        auto* compare = qobject_cast<CompareView*>(desk.window.workspace()->view(u"compare"));
        QVERIFY(compare);
        QTRY_VERIFY(compare->isVisible());
        // 200 messages in the first two seconds, and 400 from the sixth on.
        QTRY_VERIFY2(compare->asText().contains(u"before 200 messages"_s),
                     qPrintable(compare->asText()));
        QVERIFY2(compare->asText().contains(u"now 400 messages"_s), qPrintable(compare->asText()));
    }

    void threePartsAreTooMany()
    {
        QCOMPARE(parsed({"a.murmur@..+2s", "a.murmur@+2s..", "a.murmur"}).exitCode, 2);
        QCOMPARE(parsed({"a.murmur", "b.murmur", "c.murmur"}).arguments.files.size(), 3);
    }

    void aRecordingThatAnotherProgramWritesIsNotCalledTorn()
    {
        Desk desk;
        RecorderOptions options;
        options.path = desk.dir.filePath(u"grows.murmur"_s);
        Recorder recorder(options);
        QVERIFY(recorder.start());
        const ConnectionId connection =
            recorder.registerConnection(QUrl(u"demo://test"_s), u"test"_s);
        const auto say = [&](std::int64_t at) {
            HeardMessage message;
            message.connection = connection;
            message.received = 1'768'000'000'000'000'000 + at * 1'000'000'000;
            message.topic = "t";
            message.raw = R"({"topic":"t","from":"a","to":"b","payload":1})";
            recorder.sink().hear({message});
        };
        say(0);
        QTRY_VERIFY(recorder.status().recorded == 1);
        desk.window.openFile(options.path);
        QTRY_VERIFY_WITH_TIMEOUT(desk.isOpen(), 20'000);
        const auto text = [&] { return desk.window.statusLine()->text(); };
        QTRY_VERIFY2_WITH_TIMEOUT(text().contains(u"another program is recording it"_s),
                                  qPrintable(text()), 20'000);
        QVERIFY2(!text().contains(u"not closed in order"_s), qPrintable(text()));
        // It is shown as it grows, and once it is closed nobody writes it.
        say(1);
        QTRY_COMPARE_WITH_TIMEOUT(desk.window.shared()->session()->seen().last, Seq(2), 20'000);
        QVERIFY(desk.window.shared()->session()->isLive());
        QVERIFY(recorder.stop().ok());
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.shared()->session()->isLive(), 20'000);
        QTRY_VERIFY2_WITH_TIMEOUT(!text().contains(u"another program"_s), qPrintable(text()),
                                  20'000);
        QVERIFY2(!text().contains(u"not closed in order"_s), qPrintable(text()));
    }

    void aShowThatIsDraggedInBeginsOnceThereIsSomethingToSee()
    {
        Desk desk;
        const QString show = desk.dir.filePath(u"show.json"_s);
        QFile file(show);
        QVERIFY(file.open(QFile::WriteOnly));
        file.write(R"({"show": "Night", "acts": [{"say": "All is well.", "view": "timeline"}]})");
        file.close();
        desk.drop(show);
        Presenting* presenting = desk.window.menus()->presenting();
        QVERIFY(!presenting->isOn());
        QVERIFY2(desk.window.statusLine()->text().contains(u"The show begins"_s),
                 qPrintable(desk.window.statusLine()->text()));
        const QString path = desk.dir.filePath(u"a.murmur"_s);
        QVERIFY(test::makeRecording(path, 100));
        desk.drop(path);
        QTRY_VERIFY(presenting->isOn());
        presenting->end();
        QTRY_VERIFY(!presenting->isOn());
        desk.drop(show); // now at once
        QTRY_VERIFY(presenting->isOn());
        presenting->end();
    }
};

QTEST_MAIN(TestOpenParts)
#include "tst_openparts.moc"
