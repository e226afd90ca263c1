// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The thread of the window answers and paints, and never works long on one event: whatever is
// opened, moved, zoomed, filtered, shown or recorded.

#include "commandpalette.h"
#include "filteredit.h"
#include "layoutpresets.h"
#include "mainwindow.h"
#include "settings.h"
#include "studiosession.h"
#include "support/guiwatch.h"
#include "timeline/demorecording.h"
#include "viewregistry.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/base/view.h"
#include "workspace.h"

#include <QLineEdit>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QWheelEvent>

#include <memory>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Longer a person notices.
constexpr double kLongest = 50;

} // namespace

class TestStalls : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        Theme::apply(true);
        m_file = m_dir.filePath(u"demo.murmur"_s);
        QVERIFY(test::recordDemo(m_file, 500, 5000, 200'000).ok());
    }
    void init()
    {
        qputenv("MURMURSCOPE_FILTERS", QFile::encodeName(m_dir.filePath(u"filters.json"_s)));
        m_settings = std::make_unique<StudioSettings>(m_dir.filePath(u"settings.ini"_s));
        m_window = std::make_unique<MainWindow>(
            *m_settings, MainWindow::Options{m_dir.filePath(u"recordings"_s), false, true});
        m_window->resize(1680, 1020);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        QTest::qWait(50);
        watch()->forget(); // that there is a window at all
    }
    void cleanup()
    {
        m_window->session()->discard();
        QTRY_VERIFY_WITH_TIMEOUT(!m_window->session()->isRecording(), 30'000);
        m_window.reset();
        qunsetenv("MURMURSCOPE_FILTERS");
    }

    void aRecordingIsOpenedAndLookedAt()
    {
        watch()->begin(u"opening"_s);
        m_window->openFile(m_file);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->shared()->session() != nullptr, 30'000);
        settle();
        lookAround();
        sayStalls();
        QVERIFY2(watch()->stalls(kLongest).isEmpty(), qPrintable(watch()->stalls(kLongest)));
    }

    void aSwarmIsRecordedAndLookedAt()
    {
        watch()->begin(u"attaching"_s);
        m_window->startDemo(u"?agents=120&rate=2000&fault=retry-storm@1s-20s"_s);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->shared()->session() &&
                                     m_window->shared()->session()->seen().last > 2000,
                                 60'000);
        lookAround();
        watch()->begin(u"going live again"_s);
        m_window->shared()->goLive();
        const Seq seen = m_window->shared()->session()->seen().last;
        QTRY_VERIFY_WITH_TIMEOUT(m_window->shared()->session()->seen().last > seen + 4000, 60'000);
        sayStalls();
        QVERIFY2(watch()->stalls(kLongest).isEmpty(), qPrintable(watch()->stalls(kLongest)));
    }

    /// What this test would not see it could not promise.
    void aStallIsSeen()
    {
        const auto work = [] {
            const double before = test::workedMs();
            while (test::workedMs() - before < kLongest * test::kSlower + 5) {
            }
        };
        watch()->begin(u"working"_s);
        QTimer::singleShot(0, m_window.get(), work);
        QTRY_VERIFY(watch()->stalls(kLongest).contains(u"working"_s));
        watch()->forget();
        watch()->call(u"calling"_s, work);
        QVERIFY(watch()->stalls(kLongest).contains(u"calling"_s));
    }

private:
    static test::GuiWatch* watch() { return test::GuiWatch::instance(); }
    static void sayStalls()
    {
        for (const auto& stall : watch()->slow())
            qInfo("%6.1f ms: %s", stall.ms, qUtf8Printable(stall.what));
    }
    void settle()
    {
        QTRY_VERIFY_WITH_TIMEOUT(std::ranges::all_of(m_window->findChildren<View*>(),
                                                     [](const View* view) {
                                                         return !view->isVisible() ||
                                                                view->isSettled();
                                                     }),
                                 60'000);
    }
    /// Live there is always something on its way.
    void go()
    {
        if (m_window->session()->isRecording())
            QTest::qWait(60);
        else
            settle();
    }
    void lookAround()
    {
        SharedView* shared = m_window->shared();
        Workspace* workspace = m_window->workspace();
        for (const ViewEntry& entry : viewEntries()) {
            const QString id = QLatin1StringView(entry.id);
            watch()->call(u"showing "_s + id, [&] { workspace->bringToFront(id); });
            go();
            watch()->begin(u"moving with "_s + id);
            const TimeRange all = shared->session()->seen().time;
            for (int i = 0; i < 2; ++i) {
                const nanoseconds length = all.length() / (4 << i);
                const TimePoint begin = all.begin + length * i;
                watch()->call(u"moving with "_s + id, [&] {
                    shared->setWindow({begin, begin + length});
                    shared->setPlayhead(begin + length / 2);
                });
                go();
            }
            watch()->call(u"selecting with "_s + id, [&] {
                shared->selectMessage(shared->session()->seen().last / (id.size() + 1));
            });
            go();
        }
        QWidget* timeline = workspace->view(u"timeline");
        watch()->begin(u"turning the wheel"_s);
        for (int i = 0; i < 12; ++i) {
            const QPointF at(timeline->width() * 2 / 3, timeline->height() / 2);
            QWheelEvent event(at, timeline->mapToGlobal(at), {}, {0, i % 3 == 2 ? -120 : 120},
                              Qt::NoButton, i % 2 == 0 ? Qt::NoModifier : Qt::ControlModifier,
                              Qt::NoScrollPhase, false);
            QCoreApplication::sendEvent(timeline, &event);
            QTest::qWait(10);
        }
        go();
        watch()->begin(u"typing a filter"_s);
        m_window->filterEdit()->focusText();
        QTest::keyClicks(m_window->filterEdit()->findChild<QLineEdit*>(), u"kind == error"_s);
        QTest::qWait(20);
        watch()->begin(u"filtering"_s);
        m_window->filterEdit()->setText(u"kind == error or latency > 20ms"_s);
        watch()->call(u"filtering"_s, [this] { (void)m_window->filterEdit()->apply(); });
        QVERIFY(m_window->shared()->filter() != nullptr);
        go();
        watch()->call(u"filtering no more"_s, [this] { m_window->filterEdit()->clear(); });
        go();
        watch()->begin(u"opening the palette"_s);
        QTest::keyClick(m_window.get(), Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        QTest::qWait(20);
        auto* palette = m_window->findChild<CommandPalette*>();
        QVERIFY(palette && palette->isVisible());
        QTest::keyClicks(palette->edit(), u"wall table"_s);
        QTest::qWait(20);
        palette->close();
        for (const LayoutPreset& preset : layoutPresets()) {
            watch()->call(u"arranging anew"_s, [&] { workspace->usePreset(preset); });
            go();
        }
        for (const QSize size : {QSize(1366, 700), QSize(1000, 600), QSize(1680, 1020)}) {
            watch()->call(u"sizing the window"_s, [&] { m_window->resize(size); });
            go();
        }
        watch()->begin(u"playing"_s);
        shared->setPlayhead(shared->session()->seen().time.begin);
        shared->play();
        QTest::qWait(400);
        shared->pause();
        go();
    }

    QTemporaryDir m_dir;
    QString m_file;
    std::unique_ptr<StudioSettings> m_settings;
    std::unique_ptr<MainWindow> m_window;
};

MURMUR_WATCHED_MAIN(TestStalls)
#include "tst_stalls.moc"
