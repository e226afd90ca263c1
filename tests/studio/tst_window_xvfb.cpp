// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The real program on a real X display of its own: started on the demo, worked with mouse and keys,
// closed like a person closes it. The pictures that it takes stay beside the test.

#include <QDir>
#include <QFile>
#include <QGuiApplication>
#include <QImage>
#include <QPixmap>
#include <QProcess>
#include <QRegularExpression>
#include <QScreen>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

using namespace Qt::StringLiterals;

namespace {

constexpr int kPatience = 30'000;

/// `tst_window_xvfb --grab FILE`: writes what stands on the display. The test itself has no
/// display, so it starts itself once more.
int grab(int argc, char** argv)
{
    const QGuiApplication application(argc, argv);
    const QPixmap picture = QGuiApplication::primaryScreen()->grabWindow(0);
    return picture.save(QString::fromLocal8Bit(argv[2]), "PNG") ? 0 : 1;
}

int distinctColors(const QImage& image, const QRect& where)
{
    QSet<QRgb> colors;
    for (int y = where.top(); y <= where.bottom(); ++y)
        for (int x = where.left(); x <= where.right(); ++x)
            colors.insert(image.pixel(x, y));
    return static_cast<int>(colors.size());
}

/// The middle of a stretch of the lanes that shows marks; 0 when there is none yet.
int busyAt(const QImage& image, const QRect& lanes)
{
    constexpr int kStretch = 80;
    for (int x = lanes.left(); x + kStretch <= lanes.right(); x += kStretch)
        if (distinctColors(image, {x, lanes.top(), kStretch, lanes.height()}) > 24)
            return x + kStretch / 2;
    return 0;
}

} // namespace

class TestWindowXvfb : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        m_server.setProcessChannelMode(QProcess::SeparateChannels);
        m_server.start(QStringLiteral(MURMUR_XVFB), {u"-displayfd"_s, u"1"_s, u"-screen"_s, u"0"_s,
                                                     u"1680x1020x24"_s, u"-nolisten"_s, u"tcp"_s});
        QVERIFY(m_server.waitForStarted());
        QTRY_VERIFY_WITH_TIMEOUT(m_server.bytesAvailable() > 1, kPatience);
        m_environment = QProcessEnvironment::systemEnvironment();
        m_environment.insert(u"DISPLAY"_s,
                             u':' + QString::fromLatin1(m_server.readAll()).trimmed());
        m_environment.insert(u"QT_QPA_PLATFORM"_s, u"xcb"_s);
        m_environment.remove(u"WAYLAND_DISPLAY"_s);
        m_environment.insert(u"HOME"_s, m_home.path());
        m_environment.insert(u"XDG_CONFIG_HOME"_s, m_home.filePath(u"config"_s));
        m_environment.insert(u"XDG_DATA_HOME"_s, m_home.filePath(u"data"_s));
        m_environment.insert(u"XDG_CACHE_HOME"_s, m_home.filePath(u"cache"_s));
    }

    void cleanupTestCase()
    {
        m_server.terminate();
        if (!m_server.waitForFinished(10'000))
            m_server.kill();
    }

    /// What a failed test left running must not stand in the way of the next.
    void cleanup()
    {
        m_studio.terminate();
        if (!m_studio.waitForFinished(10'000))
            m_studio.kill();
    }

    void theDemoIsShownWorkedWithAndKept()
    {
        start({u"demo://?agents=40&rate=400&seed=7"_s});
        const QString window = findWindow();
        QVERIFY(!window.isEmpty());
        // There is no window manager: the window opens at the corner in its own size, unfocused.
        tool({u"windowfocus"_s, window});

        // Lanes and table fill: many colours where an empty pane has one. Pictures differ from one
        // moment to the next, so each condition is asked once more only while it does not hold.
        const QRect lanes(400, 260, 880, 200);
        const QRect table(420, 800, 800, 150);
        QImage picture;
        QVERIFY(QTest::qWaitFor(
            [&] {
                picture = screen(u"live"_s);
                return busyAt(picture, lanes) > 0 && distinctColors(picture, table) > 24;
            },
            kPatience));
        QTRY_VERIFY_WITH_TIMEOUT(title(window).contains(u"recording"_s), kPatience);

        // A click into the lanes selects and stops following; left of it nothing moves any more.
        const int x = busyAt(picture, lanes);
        const QRect past(lanes.left(), lanes.top(), x - lanes.left(), lanes.height());
        tool({u"mousemove"_s, QString::number(x), u"320"_s, u"click"_s, u"1"_s});
        QVERIFY(QTest::qWaitFor(
            [&] {
                picture = screen(u"paused"_s);
                return screen(u"paused"_s).copy(past) == picture.copy(past);
            },
            kPatience));

        // A filter typed and applied, then the way back to live.
        tool({u"key"_s, u"ctrl+f"_s});
        tool({u"type"_s, u"--delay"_s, u"20"_s, u"kind == command"_s});
        tool({u"key"_s, u"Return"_s});
        QVERIFY(QTest::qWaitFor(
            [&] { return screen(u"filtered"_s).copy(table) != picture.copy(table); }, kPatience));
        tool({u"key"_s, u"Escape"_s});
        tool({u"key"_s, u"F5"_s});
        picture = screen(u"live-again"_s);
        QVERIFY(QTest::qWaitFor(
            [&] { return screen(u"live-again"_s).copy(lanes) != picture.copy(lanes); }, kPatience));

        // Closing asks; Enter keeps; Enter again reads the last word.
        tool({u"key"_s, u"ctrl+q"_s});
        const QString question = findWindow(u"A recording is running"_s);
        QVERIFY(!question.isEmpty());
        screen(u"asking"_s);
        tool({u"windowfocus"_s, question, u"sleep"_s, u"0.3"_s, u"key"_s, u"Return"_s});
        const QString note = findWindow(u"Recording ended"_s);
        QVERIFY(!note.isEmpty());
        screen(u"kept"_s);
        tool({u"windowfocus"_s, note, u"sleep"_s, u"0.3"_s, u"key"_s, u"Return"_s});
        QTRY_COMPARE_WITH_TIMEOUT(m_studio.state(), QProcess::NotRunning, kPatience);
        QCOMPARE(m_studio.exitStatus(), QProcess::NormalExit);
        QCOMPARE(m_studio.exitCode(), 0);
        QCOMPARE(recordings().size(), 1);
    }

    void theKeptRecordingOpensAgainAndAPictureIsTaken()
    {
        QCOMPARE(recordings().size(), 1);
        const QString file = m_home.filePath(u"closed.png"_s);
        start({recordings().front(), u"--screenshot"_s, file, u"--theme"_s, u"light"_s});
        QTRY_COMPARE_WITH_TIMEOUT(m_studio.state(), QProcess::NotRunning, kPatience);
        QCOMPARE(m_studio.exitCode(), 0);
        const QImage picture(file);
        QCOMPARE(picture.size(), QSize(1680, 1020));
        QVERIFY(picture.pixelColor(5, 1000).lightness() > 200);
        QVERIFY(distinctColors(picture, {420, 260, 800, 200}) > 24);
        QFile::remove(artefact(u"closed"_s));
        QVERIFY(QFile::copy(file, artefact(u"closed"_s)));
    }

    void aSignalEndsARecordingInOrder()
    {
        const QString file = m_home.filePath(u"signal.murmur"_s);
        start({u"demo://?agents=20&rate=100"_s, u"--record"_s, file});
        QVERIFY(!findWindow().isEmpty());
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(file), kPatience);
        m_studio.terminate();
        QTRY_COMPARE_WITH_TIMEOUT(m_studio.state(), QProcess::NotRunning, kPatience);
        QCOMPARE(m_studio.exitStatus(), QProcess::NormalExit);
        QCOMPARE(m_studio.exitCode(), 0);
        QVERIFY(QFile::exists(file));
        QVERIFY(!QFile::exists(file + u"-wal"_s)); // closed in order
    }

    void withoutADisplayItSaysWhatToDo()
    {
        QProcess process;
        QProcessEnvironment bare = m_environment;
        bare.remove(u"DISPLAY"_s);
        bare.remove(u"QT_QPA_PLATFORM"_s);
        process.setProcessEnvironment(bare);
        process.start(u"" MURMUR_BIN "/murmurscope"_s, {u"demo://"_s});
        QVERIFY(process.waitForFinished(kPatience));
        QCOMPARE(process.exitCode(), 2);
        QVERIFY(process.readAllStandardError().contains("murmur render"));
    }

private:
    void start(const QStringList& arguments)
    {
        m_studio.setProcessEnvironment(m_environment);
        m_studio.setProcessChannelMode(QProcess::ForwardedChannels);
        m_studio.start(u"" MURMUR_BIN "/murmurscope"_s, arguments);
        QVERIFY(m_studio.waitForStarted());
    }

    QString run(const QString& program, const QStringList& arguments)
    {
        QProcess process;
        process.setProcessEnvironment(m_environment);
        process.start(program, arguments);
        if (!process.waitForFinished(10'000)) {
            qWarning() << "did not end in time:" << program << arguments;
            process.kill();
        }
        return QString::fromUtf8(process.readAllStandardOutput()).trimmed();
    }
    QString tool(const QStringList& arguments)
    {
        return run(QStringLiteral(MURMUR_XDOTOOL), arguments);
    }
    QString findWindow(const QString& name = u"Murmurscope"_s)
    {
        QString found;
        for (int i = 0; i < 200 && found.isEmpty(); ++i) {
            found = tool({u"search"_s, u"--onlyvisible"_s, u"--name"_s, name}).section(u'\n', 0, 0);
            if (found.isEmpty())
                QTest::qWait(100);
        }
        return found;
    }
    QString title(const QString& window) { return tool({u"getwindowname"_s, window}); }

    static QString artefact(const QString& name)
    {
        const QString folder = QCoreApplication::applicationDirPath() + u"/../pictures"_s;
        QDir().mkpath(folder);
        return folder + u"/window-"_s + name + u".png"_s;
    }
    QImage screen(const QString& name)
    {
        run(QCoreApplication::applicationFilePath(), {u"--grab"_s, artefact(name)});
        return QImage(artefact(name));
    }
    QStringList recordings() const
    {
        const QDir folder(m_home.filePath(u"data/murmurscope/recordings"_s));
        QStringList paths;
        for (const QString& name : folder.entryList({u"*.murmur"_s}))
            paths << folder.filePath(name);
        return paths;
    }

    QTemporaryDir m_home;
    QProcess m_server;
    QProcess m_studio;
    QProcessEnvironment m_environment;
};

int main(int argc, char** argv)
{
    if (argc == 3 && QByteArray(argv[1]) == "--grab")
        return grab(argc, argv);
    QCoreApplication application(argc, argv);
    TestWindowXvfb test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_window_xvfb.moc"
