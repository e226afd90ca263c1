// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/emptynote.h"
#include "views/base/paneheader.h"
#include "views/base/textwidths.h"
#include "views/base/theme.h"

#include <QApplication>
#include <QLabel>
#include <QLayout>
#include <QSet>
#include <QTest>

#include <cmath>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestTheme : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void darkIsTheLookExactly();
    void textIsReadableOnEveryGround_data();
    void textIsReadableOnEveryGround();
    void marksAreVisible_data();
    void marksAreVisible();
    void heatRisesEvenlyFromAVisibleFloor_data();
    void heatRisesEvenlyFromAVisibleFloor();
    void kindsAreToldApartByShape();
    void anEmptyNoteCoversItsPane();
    void aFontThatIsAskedForAgainIsTheSame();
    void widthsThatAreKeptAreThoseOfTheFont();
};

namespace {

double luminance(const QColor& color)
{
    const auto part = [](double c) {
        return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * part(color.redF()) + 0.7152 * part(color.greenF()) +
           0.0722 * part(color.blueF());
}

double contrast(const QColor& a, const QColor& b)
{
    const double x = luminance(a);
    const double y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

void addThemes()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("dark") << true;
    QTest::newRow("light") << false;
}

} // namespace

void TestTheme::darkIsTheLookExactly()
{
    Theme::apply(true);
    const Theme& theme = Theme::current();
    QVERIFY(theme.isDark);
    QCOMPARE(theme.ground.name(), u"#101318"_s);
    QCOMPARE(theme.pane.name(), u"#171b21"_s);
    QCOMPARE(theme.header.name(), u"#1d222a"_s);
    QCOMPARE(theme.hairline.name(), u"#2b323d"_s);
    QCOMPARE(theme.text.name(), u"#dbe1ea"_s);
    QCOMPARE(theme.secondary.name(), u"#98a3b3"_s);
    QCOMPARE(theme.faint.name(), u"#7f8b9c"_s);
    QCOMPARE(theme.interaction.name(), u"#4fb3ff"_s);
    QCOMPARE(theme.good.name(), u"#46c08b"_s);
    QCOMPARE(theme.warning.name(), u"#f0b429"_s);
    QCOMPARE(theme.bad.name(), u"#ff5d5d"_s);
    QCOMPARE(theme.kinds[std::size_t(Kind::Request)].name(), u"#8fa3c8"_s);
    QCOMPARE(theme.kinds[std::size_t(Kind::Heartbeat)].name(), u"#5f6a7a"_s);
    QCOMPARE(theme.kinds[std::size_t(Kind::Error)], theme.bad);
    QCOMPARE(QApplication::palette().color(QPalette::Base), theme.ground);
    Theme::apply(false);
    QVERIFY(!Theme::current().isDark);
    QCOMPARE(Theme::current().ground.name(), u"#fbfbfa"_s);
    QCOMPARE(Theme::current().pane.name(), u"#f3f4f6"_s);
    QCOMPARE(Theme::current().text.name(), u"#1d232b"_s);
}

void TestTheme::textIsReadableOnEveryGround_data()
{
    addThemes();
}

void TestTheme::textIsReadableOnEveryGround()
{
    QFETCH(bool, dark);
    Theme::apply(dark);
    const Theme& theme = Theme::current();
    const std::vector<std::pair<QString, QColor>> grounds{{u"ground"_s, theme.ground},
                                                          {u"pane"_s, theme.pane},
                                                          {u"header"_s, theme.header},
                                                          {u"plate"_s, theme.plate}};
    const std::vector<std::pair<QString, QColor>> inks{
        {u"text"_s, theme.text},       {u"secondary"_s, theme.secondary}, {u"faint"_s, theme.faint},
        {u"good"_s, theme.good},       {u"warning"_s, theme.warning},     {u"bad"_s, theme.bad},
        {u"link"_s, theme.interaction}};
    for (const auto& [inkName, ink] : inks) {
        for (const auto& [groundName, ground] : grounds)
            QVERIFY2(contrast(ink, ground) >= 4.5,
                     qPrintable(
                         u"%1 on %2 is %3"_s.arg(inkName, groundName).arg(contrast(ink, ground))));
    }
    QVERIFY(contrast(theme.text, theme.selectionGround) >= 7);
    QVERIFY(contrast(theme.secondary, theme.selectionGround) >= 4.5);
    QVERIFY(contrast(theme.ground, theme.interaction) >= 4.5); // the playhead's tag
}

void TestTheme::marksAreVisible_data()
{
    addThemes();
}

void TestTheme::marksAreVisible()
{
    QFETCH(bool, dark);
    Theme::apply(dark);
    const Theme& theme = Theme::current();
    for (int i = 0; i < kKindCount; ++i)
        QVERIFY2(contrast(theme.kinds[std::size_t(i)], theme.ground) >= 3,
                 qPrintable(u"kind %1 is %2"_s.arg(i).arg(
                     contrast(theme.kinds[std::size_t(i)], theme.ground))));
}

void TestTheme::heatRisesEvenlyFromAVisibleFloor_data()
{
    addThemes();
}

void TestTheme::heatRisesEvenlyFromAVisibleFloor()
{
    QFETCH(bool, dark);
    Theme::apply(dark);
    const Theme& theme = Theme::current();
    for (const auto* heat : {&theme.heat, &theme.heatAboveSlo}) {
        QCOMPARE(QColor((*heat)[0]), theme.ground);
        QVERIFY(contrast(QColor((*heat)[1]), theme.ground) >= 1.3);
        for (std::size_t i = 2; i < heat->size(); ++i) {
            const double step = luminance(QColor((*heat)[i])) - luminance(QColor((*heat)[i - 1]));
            QVERIFY2(dark ? step > -0.004 : step < 0.004, qPrintable(QString::number(i)));
        }
        QVERIFY(contrast(QColor((*heat)[255]), QColor((*heat)[1])) >= 7);
    }
}

void TestTheme::kindsAreToldApartByShape()
{
    const QRectF unit(-0.001, -0.001, 1.002, 1.002);
    QSet<QChar> glyphs;
    for (int i = 0; i < kKindCount; ++i) {
        const auto kind = static_cast<Kind>(i);
        QVERIFY(!kindShape(kind).isEmpty());
        QVERIFY(unit.contains(kindShape(kind).boundingRect()));
        glyphs.insert(kindGlyph(kind));
        for (int j = 0; j < i; ++j)
            QVERIFY(kindShape(kind) != kindShape(static_cast<Kind>(j)));
        QVERIFY(!kindIcon(kind).isNull());
    }
    QCOMPARE(glyphs.size(), kKindCount);
    // A kind of a newer program is drawn as an event, not out of bounds.
    QVERIFY(kindShape(static_cast<Kind>(200)) == kindShape(Kind::Event));
}

void TestTheme::anEmptyNoteCoversItsPane()
{
    Theme::apply(true);
    QWidget pane;
    pane.resize(400, 300);
    EmptyNote note(&pane);
    pane.show();
    QVERIFY(!note.isVisible());
    note.say(u"No recording is open"_s, u"Open one."_s);
    QVERIFY(note.isVisible());
    pane.resize(500, 200);
    QCOMPARE(note.geometry(), pane.rect());
    // In a low pane the sentence is whole, or is not there and the pointer tells it.
    const QString sentence = u"Say above what to wait for, and what is to be done then: keep what "
                             "came before and after, stand still, tell you."_s;
    note.say(u"No triggers"_s, sentence);
    const auto labels = note.findChildren<QLabel*>();
    QCOMPARE(labels.size(), 2);
    for (int height = 200; height > 0; height -= 5) {
        pane.resize(500, height);
        note.layout()->activate();
        const bool isThere = labels[1]->isVisible();
        QCOMPARE(note.toolTip(), isThere ? QString() : sentence);
        QVERIFY2(!isThere || labels[1]->height() >= labels[1]->heightForWidth(labels[1]->width()),
                 qPrintable(QString::number(height)));
        QVERIFY(isThere || height < 100);
    }
    note.say({});
    QVERIFY(!note.isVisible());
    PaneHeader header(u"Latency"_s, &pane);
    QVERIFY(header.sizeHint().height() >= Theme::current().paneHeader);
}

void TestTheme::aFontThatIsAskedForAgainIsTheSame()
{
    const Theme& theme = Theme::current();
    // Two that share their data share the faces that were looked for.
    QVERIFY(theme.interfaceFont(9).isCopyOf(theme.interfaceFont(9)));
    QVERIFY(theme.numberFont(9).isCopyOf(theme.numberFont(9)));
    QVERIFY(!theme.numberFont(9).isCopyOf(theme.interfaceFont(9)));
    QCOMPARE(theme.numberFont(9.5).pointSizeF(), 9.5);
    const Theme::Size usual = Theme::size();
    Theme::Size large = usual;
    large.textPercent = 150;
    Theme::setSize(large);
    QCOMPARE(Theme::current().numberFont(10).pointSizeF(), 15.0);
    Theme::setSize(usual);
    QCOMPARE(Theme::current().numberFont(10).pointSizeF(), 10.0);
}

void TestTheme::widthsThatAreKeptAreThoseOfTheFont()
{
    const QFont small = Theme::current().interfaceFont(8);
    const QFont large = Theme::current().interfaceFont(16);
    const QString text = u"vision-llm, München"_s;
    for (int again = 0; again < 2; ++again) {
        QCOMPARE(keptWidth(small, text), QFontMetrics(small).horizontalAdvance(text));
        QCOMPARE(keptWidth(large, text), QFontMetrics(large).horizontalAdvance(text));
    }
    // More texts than are kept, and more fonts.
    for (int i = 0; i < 20'100; ++i)
        keptWidth(small, QString::number(i));
    for (int i = 0; i < 40; ++i) {
        const QFont one = Theme::current().interfaceFont(6 + i * 0.25);
        QCOMPARE(keptWidth(one, text), QFontMetrics(one).horizontalAdvance(text));
    }
    QCOMPARE(keptWidth(small, text), QFontMetrics(small).horizontalAdvance(text));
    QCOMPARE(fittingText(small, text, Qt::ElideMiddle, keptWidth(small, text)), text);
    QVERIFY(fittingText(small, text, Qt::ElideMiddle, 40).contains(u'…'));
}

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
