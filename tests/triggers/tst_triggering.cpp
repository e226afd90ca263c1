// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Triggers in the window: of the filter, of a finding, and what one keeps while a bus is recorded.

#include "bus/hubclient.h"
#include "filteredit.h"
#include "mainwindow.h"
#include "settings.h"
#include "studiosession.h"
#include "views/base/markerboard.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/connect/attachedit.h"
#include "views/inject/composerview.h"
#include "views/triggers/triggersmodel.h"
#include "views/triggers/triggersview.h"
#include "workspace.h"

#include <QAction>
#include <QComboBox>
#include <QFileInfo>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestTriggering : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;

private Q_SLOTS:
    void initTestCase()
    {
        Theme::apply(true);
        qputenv("XDG_CONFIG_HOME", m_dir.path().toUtf8());
    }

    void ofAFindingAndOfAMessageThatComes()
    {
        StudioSettings settings(m_dir.filePath(u"settings.ini"_s));
        const QString folder = m_dir.filePath(u"recordings"_s);
        MainWindow window(settings, {folder, true, true});
        window.resize(1400, 900);
        window.show();
        window.attach({{QUrl(u"listen://127.0.0.1:0"_s)}, {}});
        const auto hub = [&window] {
            const auto& all = window.session()->connections();
            return !all.empty() && all[0].state == ConnectionStatus::State::Up ? QUrl(all[0].url)
                                                                               : QUrl();
        };
        QTRY_VERIFY(!hub().isEmpty());
        auto* view = qobject_cast<TriggersView*>(window.workspace()->view(u"triggers"));
        QVERIFY(view != nullptr);

        // What the menu of a finding does.
        QVERIFY(QMetaObject::invokeMethod(window.workspace()->view(u"findings"), "triggerWanted",
                                          Q_ARG(QString, u"finding:retry-storm"_s)));
        QTRY_VERIFY(view->isVisible());
        QCOMPARE(view->when()->text(), u"finding:retry-storm"_s);

        view->compose(u"payload.goal == 2"_s);
        view->actions()->setPlainText(u"inject:alerts {}\nkeep:1h,0s"_s);
        QTest::keyClick(view->when(), Qt::Key_Return);
        HubClient agent(hub());
        agent.open();
        QTRY_VERIFY(agent.isOpen());
        QVERIFY(agent.publish(R"({"topic":"tasks","from":"a","payload":{"goal":1}})"));
        QVERIFY(agent.publish(R"({"topic":"tasks","from":"a","payload":{"goal":2}})"));
        QTRY_COMPARE(view->model()->text(0, TriggersModel::FiredColumn), u"1"_s);
        const QModelIndex outcome = view->model()->index(0, TriggersModel::OutcomeColumn);
        QTRY_VERIFY_WITH_TIMEOUT(
            outcome.data(Qt::ToolTipRole).toString().contains(u"kept 2 messages"_s), 10'000);
        QVERIFY(QFileInfo::exists(view->model()->status(0)->lastKept));
        // What failed is not hidden behind what did not.
        QVERIFY2(outcome.data().toString().contains(u"observed only"_s),
                 qPrintable(outcome.data().toString()));
        // It is drawn where it happened.
        QTRY_COMPARE(MarkerBoard::of(window.shared())->markers().size(), std::size_t(1));
        QCOMPARE(MarkerBoard::of(window.shared())->markers()[0].trigger, u"payload.goal == 2"_s);
        window.closeRecording();
    }

    void theySendWhereTheWindowIsArmedAndOnlyThen()
    {
        StudioSettings settings(m_dir.filePath(u"armed.ini"_s));
        MainWindow window(settings, {m_dir.filePath(u"armed"_s), true, true});
        window.resize(1400, 900);
        window.show();
        window.attach({{QUrl(u"listen://127.0.0.1:0"_s)}, {}});
        const auto hub = [&window] {
            const auto& all = window.session()->connections();
            return !all.empty() && all[0].state == ConnectionStatus::State::Up ? QUrl(all[0].url)
                                                                               : QUrl();
        };
        QTRY_VERIFY(!hub().isEmpty());
        auto* view = qobject_cast<TriggersView*>(window.workspace()->view(u"triggers"));
        auto* composer = qobject_cast<ComposerView*>(window.workspace()->view(u"inject"));
        view->compose(u"payload.level == high"_s);
        view->actions()->setPlainText(u"inject:alerts {\"level\":\"high\"}"_s);
        view->often()->setCurrentText(u"100/1m"_s);
        QTest::keyClick(view->when(), Qt::Key_Return);
        HubClient agent(hub());
        QByteArrayList heard;
        connect(&agent, &HubClient::heard, this,
                [&heard](const QByteArray& json) { heard << json; });
        agent.open();
        QTRY_VERIFY(agent.isOpen());
        QVERIFY(agent.publish(R"({"op":"subscribe","topics":["alerts"]})"));
        QTRY_COMPARE(heard.size(), 1);
        const QByteArray alarm = R"({"topic":"state","from":"a","payload":{"level":"high"}})";
        QVERIFY(agent.publish(alarm));
        const auto outcome = [view] {
            return view->model()->text(0, TriggersModel::OutcomeColumn);
        };
        QTRY_VERIFY2(outcome().contains(u"observed only"_s), qPrintable(outcome()));
        QVERIFY(composer->desk()->arm(hub(), {}).ok());
        QVERIFY(agent.publish(alarm));
        QTRY_VERIFY2(outcome().startsWith(u"sent to"_s), qPrintable(outcome()));
        QTRY_COMPARE(heard.size(), 2);
        composer->desk()->disarm();
        QVERIFY(agent.publish(alarm));
        QTRY_COMPARE(view->model()->text(0, TriggersModel::FiredColumn), u"3"_s);
        QTRY_VERIFY2(outcome().contains(u"observed only"_s), qPrintable(outcome()));
        QCOMPARE(heard.size(), 2);
        window.closeRecording();
    }
};

QTEST_MAIN(TestTriggering)
#include "tst_triggering.moc"
