// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/replay/legend.h"
#include "views/replay/modewidget.h"
#include "views/replay/transportbar.h"
#include "views_base/fakesession.h"

#include <QLabel>
#include <QTest>
#include <QToolButton>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestTransport : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }
    void init();
    void buttonsDoWhatTheySay();
    void withoutASessionNothingCanBePressed();
    void itIsAsWideAsTheNamesOfTheLanes();
    void theModeIsAWord();
    void theModeWordLeadsBack();
    void armedAndRecordingAreSaid();
    void theLegendNamesEachKind();

private:
    [[nodiscard]] static QToolButton* button(const QWidget& bar, QStringView name);
    std::shared_ptr<FakeRecording> m_recording;
    std::shared_ptr<Session> m_session;
};

namespace {

constexpr std::int64_t kStart = 1'779'357'720'000'000'000; // 10:02:00
constexpr std::int64_t kSecond = 1'000'000'000;

TimePoint at(int seconds)
{
    return fromNs(kStart + seconds * kSecond);
}

} // namespace

void TestTransport::init()
{
    m_recording = std::make_shared<FakeRecording>();
    for (int i = 0; i <= 100; ++i)
        m_recording->say(kStart + i * kSecond, m_recording->agent("coder"));
    m_session = sessionOf(m_recording);
}

QToolButton* TestTransport::button(const QWidget& bar, QStringView name)
{
    for (QToolButton* found : bar.findChildren<QToolButton*>()) {
        if (found->accessibleName() == name)
            return found;
    }
    return nullptr;
}

void TestTransport::buttonsDoWhatTheySay()
{
    SharedView shared;
    shared.setSession(m_session);
    TransportBar bar(&shared);
    shared.setPlayhead(at(50));
    QCOMPARE(bar.timeText(), u"10:02:50 UTC"_s);
    QTest::mouseClick(button(bar, u"One message on"), Qt::LeftButton);
    QTRY_COMPARE(shared.selectedMessage(), Seq(51)); // the one under the playhead comes first
    QTest::mouseClick(button(bar, u"One message on"), Qt::LeftButton);
    QTRY_COMPARE(shared.playhead(), at(51));
    QTest::mouseClick(button(bar, u"One message back"), Qt::LeftButton);
    QTRY_COMPARE(shared.playhead(), at(50));
    QTest::mouseClick(button(bar, u"Play"), Qt::LeftButton);
    QCOMPARE(shared.mode(), SharedView::Mode::Replay);
    QVERIFY(!button(bar, u"Play"));
    QTest::mouseClick(button(bar, u"Pause"), Qt::LeftButton);
    QCOMPARE(shared.mode(), SharedView::Mode::Paused);
    QTest::mouseClick(button(bar, u"To the start"), Qt::LeftButton);
    QCOMPARE(shared.playhead(), at(0));
    QTest::mouseClick(button(bar, u"Back to live"), Qt::LeftButton);
    QCOMPARE(shared.playhead(), at(100));
    shared.setSpeed(0.25);
    QCOMPARE(bar.speedText(), u"0.25×"_s);
}

void TestTransport::withoutASessionNothingCanBePressed()
{
    SharedView shared;
    TransportBar bar(&shared);
    QVERIFY(!button(bar, u"Play")->isEnabled());
    QVERIFY(bar.timeText().isEmpty());
    shared.setSession(m_session);
    QVERIFY(button(bar, u"Play")->isEnabled());
}

void TestTransport::itIsAsWideAsTheNamesOfTheLanes()
{
    SharedView shared;
    shared.setSession(m_session);
    TransportBar bar(&shared);
    QCOMPARE(bar.sizeHint().width(), Theme::current().axisLeft);
    QVERIFY2(bar.minimumSizeHint().width() <= Theme::current().axisLeft,
             qPrintable(QString::number(bar.minimumSizeHint().width())));
    // The time is whole beside any speed.
    bar.resize(bar.sizeHint());
    bar.show();
    const auto* time = bar.findChild<QLabel*>();
    for (const double speed : {0.01, 0.25, 1.0, 1.5625, 100.0}) {
        shared.setSpeed(speed);
        QTRY_VERIFY2(!time->text().isEmpty() &&
                         time->fontMetrics().horizontalAdvance(time->text()) <= time->width(),
                     qPrintable(u"%1: %2"_s.arg(speed).arg(time->text())));
    }
}

void TestTransport::theModeIsAWord()
{
    SharedView shared;
    ModeWidget mode(&shared);
    QCOMPARE(mode.text(), u"NO SESSION"_s);
    m_recording->isLive = true;
    shared.setSession(m_session);
    QCOMPARE(mode.text(), u"LIVE"_s);
    shared.setPlayhead(at(59));
    QCOMPARE(mode.text(), u"PAUSED −00:41"_s);
    QCOMPARE(mode.accessibleName(), u"PAUSED −00:41"_s);
    shared.setSpeed(2);
    shared.play();
    QCOMPARE(mode.text(), u"REPLAY 2×"_s);
}

void TestTransport::theModeWordLeadsBack()
{
    m_recording->isLive = true;
    SharedView shared;
    shared.setSession(m_session);
    ModeWidget mode(&shared);
    mode.resize(mode.sizeHint());
    QTest::mouseClick(&mode, Qt::LeftButton);
    QCOMPARE(shared.mode(), SharedView::Mode::Paused);
    QTest::mouseClick(&mode, Qt::LeftButton);
    QCOMPARE(shared.mode(), SharedView::Mode::Live);
}

void TestTransport::armedAndRecordingAreSaid()
{
    SharedView shared;
    shared.setSession(m_session);
    ModeWidget mode(&shared);
    const int width = mode.sizeHint().width();
    mode.setRecordingLength(751s);
    QVERIFY(mode.sizeHint().width() > width);
    QCOMPARE(mode.accessibleDescription(), u"recording for 12:31"_s);
    mode.setArmed(true);
    QCOMPARE(mode.text(), u"ARMED · PAUSED"_s);
}

void TestTransport::theLegendNamesEachKind()
{
    QWidget window;
    Legend legend(&window);
    const QString text = legend.asText();
    for (int i = 0; i < kKindCount; ++i) {
        const std::string_view name = kindName(static_cast<Kind>(i));
        QVERIFY(text.contains(QLatin1StringView(name.data(), qsizetype(name.size()))));
    }
    QVERIFY(text.contains(u"lost by us"_s));
}

QTEST_MAIN(TestTransport)
#include "tst_transport.moc"
