// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "captionbar.h"
#include "filteredit.h"
#include "mainwindow.h"
#include "menus.h"
#include "palettesources.h"
#include "presenterpanel.h"
#include "presenting.h"
#include "recordings.h"
#include "settings.h"
#include "statusline.h"
#include "studiosession.h"
#include "topbar.h"
#include "views/base/playback.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/base/view.h"
#include "views/connect/banner.h"
#include "views/connect/connectionchips.h"
#include "views/messages/messagesview.h"
#include "workspace.h"

#include <QLabel>
#include <QMenuBar>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestPresenting : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_settings = std::make_unique<StudioSettings>(m_dir->filePath(u"settings.ini"_s));
        m_window = std::make_unique<MainWindow>(
            *m_settings, MainWindow::Options{m_dir->filePath(u"recordings"_s), false, true});
        m_window->resize(1680, 1020);
        m_window->show();
        const QString path = m_dir->filePath(u"secret-host.murmur"_s);
        QVERIFY(test::makeRecording(path, 1000));
        m_window->openFile(path);
        QTRY_VERIFY(m_window->shared()->session() != nullptr);
        QTRY_COMPARE(m_window->shared()->session()->seen().last, Seq(1000));
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    }
    void cleanup()
    {
        m_window.reset();
        m_settings.reset();
    }

    void actsAreGoneThroughByHand()
    {
        const QString path = write(
            R"({"show": "S", "acts": [
                {"say": "First.", "layout": "live-demo", "view": "topology"},
                {"say": "Second.", "filter": "kind == error", "dims": true, "view": "messages",
                 "select": 11, "speed": 4},
                {"say": "Third.", "filter": "", "at": "+1s", "play": false}]})");
        Presenting* show = m_window->menus()->presenting();
        const Status started = show->start(path);
        QVERIFY2(started, started ? "" : qPrintable(started.error().message));
        QVERIFY(show->isOn() && m_window->isFullScreen());
        QVERIFY(!m_window->menuBar()->isVisible() && !m_window->statusLine()->isVisible());
        QCOMPARE(show->caption()->sentence(), u"First."_s);
        QVERIFY(show->caption()->isVisible());
        QVERIFY(!m_window->workspace()->view(u"agents")->isVisible());
        QVERIFY(m_window->workspace()->view(u"topology")->isVisible());

        SharedView* shared = m_window->shared();
        QTest::keyClick(m_window.get(), Qt::Key_PageDown);
        QCOMPARE(show->caption()->sentence(), u"Second."_s);
        QVERIFY(shared->filter() && shared->filterDims());
        QCOMPARE(shared->selectedMessage(), Seq(11));
        QCOMPARE(shared->speed(), 4.0);
        QTest::keyClick(m_window.get(), Qt::Key_PageDown);
        QVERIFY(!shared->filter());
        QCOMPARE(shared->mode(), SharedView::Mode::Paused);
        // Nothing behind the last, and nothing moves by itself.
        QTest::keyClick(m_window.get(), Qt::Key_PageDown);
        QCOMPARE(show->act(), 2);
        QTest::keyClick(m_window.get(), Qt::Key_PageUp);
        QCOMPARE(show->act(), 1);
        QVERIFY(shared->filter()); // as it was when it came the first time
        QTest::keyClick(m_window.get(), Qt::Key_PageUp);
        QVERIFY(!shared->filter() && !shared->filterDims());
        QCOMPARE(shared->speed(), 1.0);
        QTest::keyClick(m_window.get(), Qt::Key_PageDown);

        QTest::keyClick(m_window.get(), Qt::Key_Escape);
        QVERIFY(!show->isOn() && !m_window->isFullScreen());
        QVERIFY(m_window->menuBar()->isVisible() && m_window->statusLine()->isVisible());
        QVERIFY(m_window->filterEdit()->isVisible());
        QVERIFY(m_window->workspace()->view(u"agents")->isVisible());
        QVERIFY(!shared->filter() && !shared->filterDims() && shared->speed() == 1.0);
        QTRY_VERIFY(!m_window->findChild<CaptionBar*>());
    }

    void whatCannotBeShownIsSaidBefore()
    {
        Presenting* show = m_window->menus()->presenting();
        const Status view = show->start(write(R"({"acts":[{},{"view":"timelime"}]})"));
        QVERIFY(!view && view.error().message.contains(u"act 2"_s));
        const Status layout = show->start(write(R"({"acts":[{"layout":"party"}]})"));
        QVERIFY(!layout && layout.error().message.contains(u"party"_s));
        QVERIFY(!show->isOn() && !m_window->isFullScreen());
        QVERIFY(!show->start(m_dir->filePath(u"none.json"_s)));
        const Status fault = show->start(write(R"({"acts":[{"fault":"earthquake"}]})"));
        QVERIFY(!fault && fault.error().message.contains(u"earthquake"_s));
    }

    void aStageShowsNoSecrets()
    {
        Presenting* show = m_window->menus()->presenting();
        auto* messages = qobject_cast<MessagesView*>(m_window->workspace()->view(u"messages"));
        QVERIFY(m_window->windowTitle().contains(u"secret-host"_s));
        show->setStageSafe(true);
        QVERIFY(!m_window->windowTitle().contains(u"secret-host"_s));
        for (const QString& id :
             {u"inspector"_s, u"state"_s, u"transcript"_s, u"facets"_s, u"replay"_s, u"triggers"_s})
            if (const View* view = m_window->workspace()->view(id))
                QVERIFY2(!view->isVisible(), qPrintable(id));
        // Also where somebody asks for them.
        m_window->workspace()->bringToFront(u"inspector");
        QVERIFY(!m_window->workspace()->view(u"inspector")->isVisible());
        QVERIFY(!m_window->topBar()->chips()->isVisible());
        for (const QLabel* label : m_window->findChildren<QLabel*>())
            QVERIFY2(!label->isVisible() || !label->text().contains(u"secret-host"_s),
                     qPrintable(label->text()));
        for (const PaletteEntry& entry : paletteEntries(*m_window))
            QVERIFY2(!entry.text.contains(u"secret-host"_s), qPrintable(entry.text));
        m_window->showFailure({ErrorCode::Unreadable, u"secret-host cannot be read"_s});
        QVERIFY(!m_window->banner()->sentence().contains(u"secret-host"_s));
        QTRY_VERIFY(messages->isSettled());
        QVERIFY(messages->isVisible());
        // An act does not take it back.
        QVERIFY(show->start(write(R"({"acts":[{"layout":"debugging","view":"inspector"}]})")));
        QVERIFY(!m_window->workspace()->view(u"inspector")->isVisible());
        show->end();
        QVERIFY(!m_window->workspace()->view(u"inspector")->isVisible());
        show->setStageSafe(false);
        QVERIFY(m_window->workspace()->view(u"inspector")->isVisible());
        QVERIFY(m_window->topBar()->chips()->isVisible());
        QVERIFY(m_window->windowTitle().contains(u"secret-host"_s));
        QVERIFY(m_window->banner()->sentence().contains(u"secret-host"_s)); // later
    }

    void thePanelLeads()
    {
        Presenting* show = m_window->menus()->presenting();
        QVERIFY(show->start(write(R"({"acts":[{"say":"a"},{"say":"b"},{"say":"c"}]})")));
        PresenterPanel* panel = show->panel();
        QVERIFY(panel);
        Q_EMIT panel->actWanted(2);
        QCOMPARE(show->act(), 2);
        Q_EMIT panel->stepWanted(-1);
        QCOMPARE(show->act(), 1);
        panel->close();
        QVERIFY(!show->isOn());
    }

    void aLostSourceIsBridged()
    {
        m_window->closeRecording();
        QTRY_VERIFY(!m_window->shared()->session());
        m_window->startDemo(u"?agents=20&rate=500"_s);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->session()->isRecording(), 10'000);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->shared()->session() &&
                                     m_window->shared()->session()->seen().last > 100,
                                 10'000);
        Presenting* show = m_window->menus()->presenting();
        show->setPatience(100ms);
        show->start(Show{u"S"_s, {Act{}}});
        QVERIFY(!show->isBridging());
        for (const ConnectionInfo& info : m_window->session()->connections())
            m_window->session()->apply({ConnectionWish::What::Detach, info.id, {}});
        QTRY_VERIFY_WITH_TIMEOUT(show->isBridging(), 10'000);
        QCOMPARE(m_window->shared()->mode(), SharedView::Mode::Replay);
        QVERIFY(m_window->shared()->playback()->loop());
        show->end();
        QVERIFY(!m_window->shared()->playback()->loop());
    }

private:
    QString write(const QByteArray& json)
    {
        const QString path = m_dir->filePath(u"show.json"_s);
        QFile file(path);
        if (file.open(QIODevice::WriteOnly))
            file.write(json);
        return path;
    }

    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<StudioSettings> m_settings;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestPresenting)
#include "tst_presenting.moc"
