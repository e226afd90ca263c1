// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The programs as a person starts them: from the demo to a file, from the file to pictures and to a
// window on a real display.
#include <QFileInfo>
#include <QImage>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

namespace {

constexpr int kPatience = 60'000; // ms; bounds, not waits

struct Outcome
{
    int code = -1;
    QByteArray out;
    QByteArray err;
};

Outcome run(const QString& program, const QStringList& arguments,
            const QProcessEnvironment& environment = QProcessEnvironment::systemEnvironment())
{
    QProcess process;
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(MURMUR_BIN_DIR "/") + program, arguments);
    if (!process.waitForFinished(kPatience)) {
        process.kill();
        process.waitForFinished(kPatience);
        return {-1, process.readAllStandardOutput(), "did not end in time"};
    }
    const int code = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    return {code, process.readAllStandardOutput(), process.readAllStandardError()};
}

// How many colours are in a picture, counted up to 64: an empty pane has a handful.
qsizetype coloursOf(const QString& file)
{
    const QImage image(file);
    QSet<QRgb> colours;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width() && colours.size() < 64; ++x)
            colours.insert(image.pixel(x, y));
    }
    return colours.size();
}

} // namespace

class tst_firstrun : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void theDemoIsRecordedWithoutLoss();
    void aRecordingIsDrawnWithoutADisplay_data();
    void aRecordingIsDrawnWithoutADisplay();
    void theWindowOpensARecordingOnADisplay();

private:
    QTemporaryDir m_directory;
    QString m_recording;
};

void tst_firstrun::initTestCase()
{
    QVERIFY(m_directory.isValid());
    m_recording = m_directory.filePath(u"demo.murmur"_s);
    const Outcome demo = run(u"murmur"_s, {u"demo"_s, u"--agents"_s, u"40"_s, u"--rate"_s, u"500"_s,
                                           u"--scenario"_s, u"warehouse"_s, u"--seed"_s, u"7"_s,
                                           u"--for"_s, u"3s"_s, u"-o"_s, m_recording});
    QVERIFY2(demo.code == 0, demo.err.constData());
}

void tst_firstrun::theDemoIsRecordedWithoutLoss()
{
    const Outcome info = run(u"murmur"_s, {u"info"_s, m_recording, u"--json"_s});
    QVERIFY2(info.code == 0, info.err.constData());
    const QJsonObject facts = QJsonDocument::fromJson(info.out).object();
    QVERIFY2(facts[u"messages"_s].toInteger() > 500, info.out.constData());
    QVERIFY(facts[u"agents"_s].toInteger() >= 30);
    QCOMPARE(facts[u"lost"_s].toInteger(-1), 0);
    QCOMPARE(facts[u"gaps"_s].toInteger(-1), 0);
    QCOMPARE(QFileInfo(m_recording).permissions() & (QFile::ReadGroup | QFile::ReadOther),
             QFile::Permissions());
}

void tst_firstrun::aRecordingIsDrawnWithoutADisplay_data()
{
    QTest::addColumn<QString>("view");
    for (const char* view : {"overview", "timeline", "heatmap", "window"})
        QTest::newRow(view) << QString::fromLatin1(view);
}

void tst_firstrun::aRecordingIsDrawnWithoutADisplay()
{
    QFETCH(QString, view);
    QProcessEnvironment bare = QProcessEnvironment::systemEnvironment();
    bare.remove(u"DISPLAY"_s);
    bare.remove(u"WAYLAND_DISPLAY"_s);
    bare.remove(u"QT_QPA_PLATFORM"_s);
    const QString picture = m_directory.filePath(view + u".png"_s);
    const Outcome render =
        run(u"murmur"_s, {u"render"_s, m_recording, u"--view"_s, view, u"-o"_s, picture}, bare);
    QVERIFY2(render.code == 0, render.err.constData());
    QVERIFY2(coloursOf(picture) > 12, "the picture is empty");
}

void tst_firstrun::theWindowOpensARecordingOnADisplay()
{
    QProcess server;
    server.start(u"Xvfb"_s, {u"-displayfd"_s, u"1"_s, u"-screen"_s, u"0"_s, u"1680x1020x24"_s,
                             u"-nolisten"_s, u"tcp"_s});
    QVERIFY2(server.waitForStarted(), "Xvfb is not installed");
    QByteArray number;
    while (!number.endsWith('\n') && server.waitForReadyRead(kPatience))
        number += server.readAllStandardOutput();
    QVERIFY(number.endsWith('\n'));

    QProcessEnvironment desktop = QProcessEnvironment::systemEnvironment();
    desktop.remove(u"WAYLAND_DISPLAY"_s);
    desktop.insert(u"DISPLAY"_s, u':' + QString::fromLatin1(number.trimmed()));
    desktop.insert(u"QT_QPA_PLATFORM"_s, u"xcb"_s);
    for (const char* variable : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "HOME"})
        desktop.insert(QString::fromLatin1(variable), m_directory.path());
    const QString picture = m_directory.filePath(u"desktop.png"_s);
    const Outcome window =
        run(u"murmurscope"_s, {m_recording, u"--screenshot"_s, picture, u"--after"_s, u"2s"_s},
            desktop);
    server.terminate();
    server.waitForFinished(kPatience);
    QVERIFY2(window.code == 0, window.err.constData());
    QVERIFY2(coloursOf(picture) > 30, "the window is empty");
}

QTEST_GUILESS_MAIN(tst_firstrun)
#include "tst_firstrun.moc"
