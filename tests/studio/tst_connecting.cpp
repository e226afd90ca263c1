// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// From the window to a profile, and the colour of its environment while it is attached.

#include "connecting.h"
#include "mainwindow.h"
#include "menus.h"
#include "settings.h"
#include "studiosession.h"
#include "views/base/theme.h"
#include "views/connect/connectdialog.h"
#include "views/connect/connectionchips.h"
#include "views/connect/environmentband.h"
#include "views/connect/environmentcolor.h"
#include "views/connect/firstpage.h"

#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestConnecting : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }

    void aProfileIsAttachedAndItsEnvironmentShown()
    {
        QTemporaryDir dir;
        qputenv("MURMURSCOPE_PROFILES", dir.filePath(u"profiles.json"_s).toUtf8());
        quint16 port = 0;
        {
            QTcpServer probe;
            QVERIFY(probe.listen(QHostAddress::LocalHost));
            port = probe.serverPort();
        }
        Profile profile;
        profile.name = u"hq"_s;
        profile.environment = Environment::Production;
        profile.connections = QStringList{u"listen://127.0.0.1:%1"_s.arg(port)};
        profile.exclude = QStringList{u"camera.*"_s};
        profile.neverWrite = true;
        Profile other = profile;
        other.name = u"a"_s;
        other.connections = QStringList{u"redis://elsewhere"_s};
        auto profiles = Profiles::load();
        QVERIFY(profiles && profiles->put(profile) && profiles->put(other));

        StudioSettings settings(dir.filePath(u"settings.ini"_s));
        settings.setBytes(u"connect/profile"_s, "hq");
        MainWindow window(settings, {dir.filePath(u"recordings"_s), false, true});
        window.show();
        auto* connecting = window.findChild<Connecting*>();
        QVERIFY(connecting);
        QVERIFY(!connecting->band()->isVisible());
        Q_EMIT window.firstPage()->connectRequested();
        auto* dialog = window.findChild<ConnectDialog*>();
        QVERIFY(dialog);
        QCOMPARE(dialog->currentProfile(), u"hq"_s);
        QCOMPARE(connecting->open(), dialog); // one is enough

        dialog->attach();
        QTRY_COMPARE(window.session()->state(), StudioSession::State::Recording);
        QTRY_VERIFY(connecting->band()->isVisible());
        QVERIFY(connecting->band()->text().startsWith(u"PRODUCTION"_s));
        QVERIFY(connecting->band()->text().contains(u"never write"_s));
        const auto chips = window.findChildren<ConnectionChip*>();
        QVERIFY(!chips.empty());
        QCOMPARE(chips.front()->edge(), environmentColor(Environment::Production));
        QCOMPARE(settings.bytes(u"connect/profile"_s), "hq");
        window.session()->stop();
        QTRY_COMPARE(window.session()->state(), StudioSession::State::Reading);
        QTRY_VERIFY(!connecting->band()->isVisible());
    }
};

QTEST_MAIN(TestConnecting)
#include "tst_connecting.moc"
