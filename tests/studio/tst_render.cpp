// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recordings.h"

#include <QColor>
#include <QDir>
#include <QImage>
#include <QProcess>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

struct Outcome
{
    int exitCode = -1;
    QString said;
};

Outcome run(const QStringList& arguments)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.remove(u"QT_QPA_PLATFORM"_s); // it must find its platform itself
    environment.remove(u"DISPLAY"_s);
    process.setProcessEnvironment(environment);
    process.start(u"" MURMUR_BIN "/murmurscope-render"_s, arguments);
    if (!process.waitForFinished(60'000))
        return {};
    return {process.exitCode(), QString::fromUtf8(process.readAllStandardError())};
}

int distinctColors(const QImage& image)
{
    QSet<QRgb> colors;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            colors.insert(image.pixel(x, y));
    return static_cast<int>(colors.size());
}

} // namespace

class TestRender : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        m_recording = m_dir.filePath(u"a.murmur"_s);
        QVERIFY(test::makeRecording(m_recording, 3000));
    }

    void eachViewBecomesAPictureOfItsSize_data()
    {
        QTest::addColumn<QSize>("size");
        QTest::newRow("overview") << QSize(1200, 120);
        QTest::newRow("timeline") << QSize(1200, 500);
        QTest::newRow("heatmap") << QSize(1200, 300);
        QTest::newRow("window") << QSize(1680, 1020);
    }
    void eachViewBecomesAPictureOfItsSize()
    {
        QFETCH(QSize, size);
        const QString view = QString::fromLatin1(QTest::currentDataTag());
        const QString output = m_dir.filePath(view + u".png"_s);
        const Outcome outcome = run({m_recording, u"--view"_s, view, u"-o"_s, output, u"--size"_s,
                                     u"%1x%2"_s.arg(size.width()).arg(size.height())});
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.said));
        const QImage image(output);
        QCOMPARE(image.size(), size);
        QVERIFY2(distinctColors(image) > 12, qPrintable(QString::number(distinctColors(image))));
    }

    void aStretchOfTimeIsAnotherPicture()
    {
        const auto draw = [&](const QString& name, const QStringList& more) {
            const QString output = m_dir.filePath(name);
            run(QStringList{m_recording, u"--view"_s, u"timeline"_s, u"-o"_s, output} + more);
            return QImage(output);
        };
        const QImage whole = draw(u"whole.png"_s, {});
        const QImage part = draw(u"part.png"_s, {u"--from"_s, u"+2s"_s, u"--until"_s, u"+3s"_s});
        const QImage light = draw(u"light.png"_s, {u"--theme"_s, u"light"_s});
        QVERIFY(!whole.isNull() && !part.isNull() && !light.isNull());
        QVERIFY(whole != part);
        QVERIFY(whole.pixelColor(3, whole.height() - 3).lightness() < 80);
        QVERIFY(light.pixelColor(3, light.height() - 3).lightness() > 200);
    }

    void aFilmIsAPictureForEachMoment()
    {
        const QString folder = m_dir.filePath(u"film/deeper"_s);
        const Outcome outcome =
            run({m_recording, u"--view"_s, u"timeline"_s, u"--frames"_s, folder, u"--fps"_s, u"4"_s,
                 u"--from"_s, u"+1s"_s, u"--until"_s, u"+2500ms"_s, u"--window"_s, u"1s"_s,
                 u"--speed"_s, u"0.5"_s, u"--size"_s, u"600x300"_s});
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.said));
        // Three seconds of film at half speed.
        const QStringList frames = QDir(folder).entryList({u"*.png"_s}, QDir::Files, QDir::Name);
        QCOMPARE(frames.size(), 12);
        QCOMPARE(frames.first(), u"frame-000001.png"_s);
        const QImage first(folder + u'/' + frames.first());
        const QImage last(folder + u'/' + frames.last());
        QCOMPARE(first.size(), QSize(600, 300));
        QVERIFY(first != last);
    }

    void whatIsSelectedIsDrawn()
    {
        const auto draw = [&](const QStringList& more) {
            const QString output = m_dir.filePath(u"inspector.png"_s);
            const Outcome outcome =
                run(QStringList{m_recording, u"--view"_s, u"inspector"_s, u"-o"_s, output} + more);
            return outcome.exitCode == 0 ? QImage(output) : QImage();
        };
        const QImage first = draw({u"--select"_s, u"5"_s});
        const QImage second = draw({u"--select"_s, u"6"_s});
        QVERIFY(!first.isNull() && !second.isNull());
        QVERIFY(first != second);
    }

    void vectorFormatsAreVectors()
    {
        const QString svg = m_dir.filePath(u"o.svg"_s);
        QCOMPARE(run({m_recording, u"--view"_s, u"overview"_s, u"-o"_s, svg}).exitCode, 0);
        QFile svgFile(svg);
        QVERIFY(svgFile.open(QFile::ReadOnly));
        QVERIFY(svgFile.readAll().contains("<svg"));
        const QString pdf = m_dir.filePath(u"o.pdf"_s);
        QCOMPARE(run({m_recording, u"--view"_s, u"overview"_s, u"-o"_s, pdf}).exitCode, 0);
        QFile pdfFile(pdf);
        QVERIFY(pdfFile.open(QFile::ReadOnly));
        QVERIFY(pdfFile.readAll().startsWith("%PDF"));
    }

    void whatCannotBeDrawnIsSaid_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QString>("named");
        const QString out = m_dir.filePath(u"no.png"_s);
        QTest::newRow("no file") << QStringList{m_dir.filePath(u"none.murmur"_s), u"--view"_s,
                                                u"timeline"_s, u"-o"_s, out}
                                 << 3 << u"none.murmur"_s;
        QTest::newRow("no view") << QStringList{m_recording, u"--view"_s, u"smell"_s, u"-o"_s, out}
                                 << 2 << u"heatmap"_s;
        QTest::newRow("ending") << QStringList{m_recording, u"--view"_s, u"overview"_s, u"-o"_s,
                                               out + u".gif"_s}
                                << 2 << u".gif"_s;
        QTest::newRow("folder") << QStringList{m_recording, u"--view"_s, u"overview"_s, u"-o"_s,
                                               u"/nonexistent/x.png"_s}
                                << 2 << u"/nonexistent/x.png"_s;
        QTest::newRow("nowhere") << QStringList{m_recording, u"--view"_s, u"overview"_s} << 2
                                 << u"--frames"_s;
        QTest::newRow("both") << QStringList{m_recording, u"--view"_s,   u"overview"_s, u"-o"_s,
                                             out,         u"--frames"_s, m_dir.path()}
                              << 2 << u"--frames"_s;
        QTest::newRow("endless film")
            << QStringList{m_recording,  u"--view"_s, u"overview"_s, u"--frames"_s,
                           m_dir.path(), u"--fps"_s,  u"240"_s,      u"--speed"_s,
                           u"0.01"_s,    u"--from"_s, u"+0s"_s}
            << 2 << u"frames"_s;
        QTest::newRow("nobody") << QStringList{m_recording, u"--view"_s,  u"state"_s,      u"-o"_s,
                                               out,         u"--agent"_s, u"nobody-here"_s}
                                << 3 << u"nobody-here"_s;
        QTest::newRow("times") << QStringList{m_recording, u"--view"_s, u"overview"_s, u"-o"_s, out,
                                              u"--from"_s, u"+5s"_s,    u"--until"_s,  u"+1s"_s}
                               << 2 << u"--until"_s;
    }
    void whatCannotBeDrawnIsSaid()
    {
        QFETCH(QStringList, arguments);
        QFETCH(int, exitCode);
        QFETCH(QString, named);
        const Outcome outcome = run(arguments);
        QCOMPARE(outcome.exitCode, exitCode);
        QVERIFY2(outcome.said.contains(named), qPrintable(outcome.said));
    }

private:
    QTemporaryDir m_dir;
    QString m_recording;
};

QTEST_GUILESS_MAIN(TestRender)
#include "tst_render.moc"
