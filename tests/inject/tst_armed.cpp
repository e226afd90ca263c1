// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The window while something can be sent: it is loud, two keys send, two end it, and what was sent
// comes back.

#include "views/inject/composerview.h"

#include "bus/hubclient.h"
#include "injecting.h"
#include "mainwindow.h"
#include "menus.h"
#include "settings.h"
#include "statusline.h"
#include "studiosession.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/connect/attachedit.h"
#include "views/inject/injectiondesk.h"
#include "views/inject/payloadedit.h"
#include "windowgroup.h"
#include "workspace.h"

#include <QComboBox>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestArmed : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        Theme::apply(true);
        QVERIFY(m_dir.isValid());
        qputenv("XDG_CONFIG_HOME", m_dir.path().toUtf8());
        qunsetenv("MURMURSCOPE_PROFILES");
    }

    void twoKeysSendAndTwoEndIt()
    {
        StudioSettings settings(m_dir.filePath(u"settings.ini"_s));
        MainWindow window(settings, {m_dir.filePath(u"recordings"_s), true, true});
        window.resize(1400, 900);
        window.show();
        window.attach({{QUrl(u"listen://127.0.0.1:0"_s)}, {}});
        const auto hub = [&window] {
            const auto& all = window.session()->connections();
            return !all.empty() && all[0].state == ConnectionStatus::State::Up ? QUrl(all[0].url)
                                                                               : QUrl();
        };
        QTRY_VERIFY(!hub().isEmpty());
        HubClient agent(hub());
        agent.open();
        QTRY_VERIFY(agent.isOpen());
        QVERIFY(agent.publish(R"({"topic":"tasks","from":"a","payload":{"goal":1}})"));
        const auto last = [&window] {
            return window.shared()->session() ? window.shared()->session()->seen().last : 0;
        };
        QTRY_COMPARE(last(), Seq(1));

        Injecting* injecting = window.menus()->injecting();
        auto* composer = qobject_cast<ComposerView*>(window.workspace()->view(u"inject"));
        QVERIFY(!injecting->frame()->isVisible());
        QVERIFY(window.statusLine()->text().startsWith(u"Observing only"_s));
        window.shared()->selectMessage(1);
        injecting->editSelected();
        QTRY_VERIFY(composer->isVisible() && composer->draft().topic == "tasks");
        QTRY_COMPARE(composer->targets()->currentText(), hub().toString());
        composer->payload()->setPlainText(
            u"{\"topic\":\"tasks\",\"from\":\"a\",\"payload\":{\"goal\":2}}"_s);
        QTest::keyClick(composer->payload(), Qt::Key_Return);
        QVERIFY(injecting->isArmed());
        QVERIFY(injecting->frame()->isVisible());
        QVERIFY(window.statusLine()->text().startsWith(u"Armed"_s));
        // It comes back through the bus, flagged, and is selected.
        QTRY_COMPARE(last(), Seq(2));
        QTRY_COMPARE(window.shared()->selectedMessage(), Seq(2));

        QTest::keyClick(composer->payload(), Qt::Key_Escape);
        QVERIFY(injecting->isArmed());
        QTest::qWait(60);
        QTest::keyClick(composer->payload(), Qt::Key_Escape);
        QVERIFY(!injecting->isArmed());
        QVERIFY(!injecting->frame()->isVisible());
        QVERIFY(window.statusLine()->text().startsWith(u"Observing only"_s));
        QVERIFY(window.statusLine()->text().contains(u"Disarmed"_s));

        // It names the bus that is armed, also when that becomes another one.
        QVERIFY(composer->desk()->arm(hub(), {}).ok());
        QVERIFY(!window.statusLine()->text().contains(u"Disarmed"_s));
        QVERIFY(window.statusLine()->text().contains(hub().authority()));
        QVERIFY(composer->desk()->arm(QUrl(u"nats://127.0.0.1:4999"_s), {}).ok());
        QVERIFY2(window.statusLine()->text().contains(u"127.0.0.1:4999"_s),
                 qPrintable(window.statusLine()->text()));
        QVERIFY(!window.statusLine()->text().contains(hub().authority()));
        composer->desk()->disarm();
        QVERIFY(!injecting->frame()->isVisible());

        // Another window of the session is armed by itself, and is no way for this one; keys in
        // either end it.
        MainWindow* other = window.group()->openAnother(&window);
        auto* others = qobject_cast<ComposerView*>(other->workspace()->view(u"inject"));
        QVERIFY(others->desk()->arm(hub(), {}).ok());
        QVERIFY(other->menus()->injecting()->frame()->isVisible());
        QVERIFY(!injecting->isArmed() && !composer->desk()->isArmedFor(hub()));
        QVERIFY(!injecting->frame()->isVisible());
        QTest::qWait(60);
        for (int i = 0; i < 2; ++i) {
            QTest::keyClick(composer->payload(), Qt::Key_Escape);
            QTest::qWait(60);
        }
        QVERIFY(!others->desk()->isArmed());
        QVERIFY(!other->menus()->injecting()->frame()->isVisible());
        // What is lost is lost for both.
        QVERIFY(others->desk()->arm(hub(), {}).ok() && composer->desk()->arm(hub(), {}).ok());
        window.closeRecording();
        QTRY_VERIFY(!window.session()->isRecording() && !window.session()->isBusy());
        QVERIFY(!injecting->isArmed());
        QVERIFY(!others->desk()->isArmed());
    }

private:
    QTemporaryDir m_dir;
};

QTEST_MAIN(TestArmed)
#include "tst_armed.moc"
