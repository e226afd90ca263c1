// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "resources/icons.h"

#include <QDir>
#include <QGuiApplication>
#include <QImage>
#include <QPalette>
#include <QRegularExpression>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

// The colour of the most opaque pixel; invalid when nothing was painted.
QColor inkOf(const QIcon& icon, QIcon::Mode mode = QIcon::Normal)
{
    const QImage image = icon.pixmap(QSize(32, 32), 1.0, mode).toImage();
    QColor ink;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            const QColor pixel = image.pixelColor(x, y);
            if (pixel.alpha() > 0 && (!ink.isValid() || pixel.alpha() > ink.alpha()))
                ink = pixel;
        }
    }
    return ink;
}

} // namespace

class tst_icons : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyIconPaintsInThePalettesColour_data();
    void everyIconPaintsInThePalettesColour();
    void anIconFollowsAChangeOfTheme();
    void aGivenColourWins();
    void aDisabledIconIsWeaker();
    void anIconIsSharpOnAScaledScreen();
    void anUnknownNameIsANullIconAndAWarning();
    void theApplicationHasItsIcon();
};

void tst_icons::everyIconPaintsInThePalettesColour_data()
{
    QTest::addColumn<QString>("name");
    const QStringList files = QDir(u":/murmur/icons"_s).entryList();
    QVERIFY(files.size() > 40);
    for (const QString& file : files)
        QTest::newRow(qUtf8Printable(file)) << file.chopped(4);
}

void tst_icons::everyIconPaintsInThePalettesColour()
{
    QFETCH(QString, name);
    QPalette palette;
    palette.setColor(QPalette::ButtonText, QColor(10, 200, 30));
    QGuiApplication::setPalette(palette);
    const QColor ink = inkOf(icon(name));
    QVERIFY(ink.isValid());
    QCOMPARE(ink.rgb(), QColor(10, 200, 30).rgb());
}

void tst_icons::anIconFollowsAChangeOfTheme()
{
    const QIcon play = icon(u"play");
    QPalette palette;
    palette.setColor(QPalette::ButtonText, Qt::white);
    QGuiApplication::setPalette(palette);
    QCOMPARE(inkOf(play).rgb(), QColor(Qt::white).rgb());
    palette.setColor(QPalette::ButtonText, QColor(29, 35, 43));
    QGuiApplication::setPalette(palette);
    QCOMPARE(inkOf(play).rgb(), QColor(29, 35, 43).rgb());
}

void tst_icons::aGivenColourWins()
{
    QCOMPARE(inkOf(icon(u"record", QColor(255, 93, 93))).rgb(), QColor(255, 93, 93).rgb());
}

void tst_icons::aDisabledIconIsWeaker()
{
    QPalette palette;
    palette.setColor(QPalette::Active, QPalette::ButtonText, Qt::white);
    palette.setColor(QPalette::Disabled, QPalette::ButtonText, QColor(90, 90, 90));
    QGuiApplication::setPalette(palette);
    QCOMPARE(inkOf(icon(u"stop"), QIcon::Disabled).rgb(), QColor(90, 90, 90).rgb());
    QVERIFY(inkOf(icon(u"stop", Qt::red), QIcon::Disabled).alpha() < 128);
}

void tst_icons::anIconIsSharpOnAScaledScreen()
{
    const QPixmap pixmap = icon(u"folder").pixmap(QSize(16, 16), 2.0);
    QCOMPARE(pixmap.size(), QSize(32, 32));
    QCOMPARE(pixmap.devicePixelRatio(), 2.0);
}

void tst_icons::anUnknownNameIsANullIconAndAWarning()
{
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"no icon named \"zebra\""_s));
    QVERIFY(icon(u"zebra").isNull());
}

void tst_icons::theApplicationHasItsIcon()
{
    QVERIFY(inkOf(applicationIcon()).isValid());
}

QTEST_MAIN(tst_icons)
#include "tst_icons.moc"
