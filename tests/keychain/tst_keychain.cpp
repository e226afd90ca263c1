// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The keychain where there is none: a server, a test.

#include "bus/profile.h"
#include "keychain/keychainstore.h"

#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestKeychain : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        // Whoever runs this may well have one.
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    }

    void nothingIsKeptElsewhere()
    {
        const auto keychain = createKeychain();
        auto written = keychain->write(u"prod/password"_s, "hunter2");
        QTRY_VERIFY(written.isFinished());
        QVERIFY(!written.result());
        const QString sentence = written.result().error().message;
        QVERIFY2(sentence.contains("in a file"_L1), qPrintable(sentence));
        QVERIFY(!sentence.contains("hunter2"_L1));
        auto read = keychain->read(u"prod/password"_s);
        QTRY_VERIFY(read.isFinished());
        QVERIFY(!read.result());
    }

    void aProfileIsNeverAttachedWithoutItsSecret()
    {
        Secrets secrets(createKeychain());
        Profile profile;
        profile.name = u"prod"_s;
        profile.password = u"keychain"_s;
        auto options = secrets.optionsOf(profile);
        QTRY_VERIFY(options.isFinished());
        QVERIFY(!options.result());
        const QString sentence = options.result().error().message;
        QVERIFY2(sentence.contains(u"password of the profile “prod”"_s), qPrintable(sentence));
        QVERIFY2(sentence.contains("in a file"_L1), qPrintable(sentence));
    }
};

QTEST_GUILESS_MAIN(TestKeychain)
#include "tst_keychain.moc"
