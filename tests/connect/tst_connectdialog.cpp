// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The dialog in which connections are described, tried and saved.

#include "bus/profile.h"
#include "views/base/theme.h"
#include "views/connect/connectdialog.h"
#include "views/connect/environmentband.h"
#include "views/connect/environmentcolor.h"
#include "views/connect/profileform.h"
#include "views/connect/profilelist.h"
#include "views/connect/profilemodel.h"
#include "views/connect/secretrow.h"
#include "views/connect/trialmodel.h"
#include "views/connect/trialpane.h"
#include "views/connect/urlitems.h"

#include <QAbstractButton>
#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QFile>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

using Kept = QHash<QString, QByteArray>;

/// A keychain in memory, or one that does not answer.
class FakeKeychain : public SecretStore
{
public:
    FakeKeychain(std::shared_ptr<Kept> kept, bool isThere)
        : m_kept(std::move(kept))
        , m_isThere(isThere)
    {
    }
    QFuture<Result<QByteArray>> read(const QString& name) override
    {
        if (!m_isThere)
            return QtFuture::makeReadyFuture<Result<QByteArray>>(none());
        if (m_kept->contains(name))
            return QtFuture::makeReadyFuture<Result<QByteArray>>((*m_kept)[name]);
        return QtFuture::makeReadyFuture<Result<QByteArray>>(
            Error{ErrorCode::NotFound, u"Nothing there."_s});
    }
    QFuture<Status> write(const QString& name, const QByteArray& secret) override
    {
        if (!m_isThere)
            return QtFuture::makeReadyFuture<Status>(none());
        (*m_kept)[name] = secret;
        return QtFuture::makeReadyFuture<Status>(Done{});
    }
    QFuture<Status> remove(const QString& name) override
    {
        m_kept->remove(name);
        return QtFuture::makeReadyFuture<Status>(Done{});
    }

private:
    static Error none() { return {ErrorCode::Unreadable, u"No keychain answers."_s}; }

    std::shared_ptr<Kept> m_kept;
    bool m_isThere;
};

} // namespace

class TestConnectDialog : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_dir;
    int m_number = 0;
    std::shared_ptr<Kept> m_kept;

    ConnectDialog::Options options(bool hasKeychain = true)
    {
        m_kept = std::make_shared<Kept>();
        ConnectDialog::Options options;
        options.secrets =
            std::make_shared<Secrets>(std::make_unique<FakeKeychain>(m_kept, hasKeychain));
        options.profilesPath = m_dir.filePath(u"p%1.json"_s.arg(++m_number));
        return options;
    }
    std::vector<Profile> saved() const
    {
        return Profiles::load(m_dir.filePath(u"p%1.json"_s.arg(m_number)))->all();
    }
    static void fill(ConnectDialog& dialog, const QString& name, const QString& connections)
    {
        Profile profile = dialog.form()->profile();
        profile.name = name;
        profile.connections = connections.split(u'\n');
        dialog.form()->setProfile(profile);
        Q_EMIT dialog.form()->edited();
    }

private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }

    void profilesAreSavedRenamedDuplicatedDeletedAndBroughtBack()
    {
        ConnectDialog dialog(options());
        QVERIFY(dialog.currentProfile().isEmpty());
        fill(dialog, u"prod"_s, u"nats://hq:4222"_s);
        dialog.save();
        QCOMPARE(saved().size(), 1u);
        QCOMPARE(dialog.currentProfile(), u"prod"_s);

        fill(dialog, u"main"_s, u"nats://hq:4222"_s);
        dialog.save();
        QCOMPARE(saved().size(), 1u);
        QCOMPARE(saved().front().name, u"main"_s);

        Q_EMIT dialog.list()->duplicateRequested(u"main"_s);
        QVERIFY(dialog.currentProfile().isEmpty());
        QCOMPARE(dialog.form()->profile().name, u"main-2"_s);
        dialog.save();
        QCOMPARE(saved().size(), 2u);

        Q_EMIT dialog.list()->deleteRequested(u"main"_s);
        QCOMPARE(saved().size(), 1u);
        dialog.list()->undoButton()->click();
        QCOMPARE(saved().size(), 2u);
        QCOMPARE(dialog.currentProfile(), u"main"_s);

        // A name that is taken is refused, not overwritten.
        fill(dialog, u"main-2"_s, u"redis://x"_s);
        dialog.save();
        QCOMPARE(saved().size(), 2u);
        QCOMPARE(saved()[1].connections, QStringList{u"nats://hq:4222"_s});
    }

    void changesWaitWhileAnotherIsLookedAt()
    {
        ConnectDialog dialog(options());
        fill(dialog, u"a"_s, u"redis://a"_s);
        dialog.save();
        dialog.newProfile();
        fill(dialog, u"b"_s, u"redis://b"_s);
        dialog.save();
        fill(dialog, u"b"_s, u"redis://changed"_s);
        Q_EMIT dialog.list()->chosen(u"a"_s);
        QCOMPARE(dialog.form()->profile().connections, QStringList{u"redis://a"_s});
        Q_EMIT dialog.list()->chosen(u"b"_s);
        QCOMPARE(dialog.form()->profile().connections, QStringList{u"redis://changed"_s});
        QCOMPARE(saved()[1].connections, QStringList{u"redis://b"_s});
    }

    void secretsGoIntoTheKeychainAndMoveWithTheName()
    {
        ConnectDialog dialog(options());
        fill(dialog, u"prod"_s, u"nats://me@hq"_s);
        SecretRow* row = dialog.form()->secretRow(SecretKind::Password);
        row->setPlace(u"keychain"_s);
        row->edit()->setText(u"hunter2"_s);
        dialog.save();
        QTRY_COMPARE(m_kept->value(u"prod/password"_s), "hunter2");
        QTRY_VERIFY(row->edit()->text().isEmpty());
        QFile file(m_dir.filePath(u"p%1.json"_s.arg(m_number)));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(!file.readAll().contains("hunter2"));

        dialog.form()->nameEdit()->setText(u"main"_s);
        dialog.save();
        QTRY_COMPARE(*m_kept, (Kept{{u"main/password"_s, "hunter2"}}));
        // Gone with the profile, when the dialog is left.
        Q_EMIT dialog.list()->deleteRequested(u"main"_s);
        QCOMPARE(m_kept->size(), 1);
        dialog.reject();
        QVERIFY(m_kept->isEmpty());
    }

    void withoutAKeychainThatIsSaidBesideTheField()
    {
        ConnectDialog dialog(options(false));
        dialog.show();
        fill(dialog, u"prod"_s, u"listen://127.0.0.1:0"_s);
        SecretRow* row = dialog.form()->secretRow(SecretKind::Password);
        row->setPlace(u"keychain"_s);
        row->edit()->setText(u"hunter2"_s);
        dialog.save();
        QTRY_COMPARE(row->accessibleDescription(), u"No keychain answers."_s);
        // What was typed is still there, to be put elsewhere.
        QCOMPARE(row->typed(), "hunter2");
        row->edit()->clear();
        QSignalSpy attached(&dialog, &ConnectDialog::attachRequested);
        dialog.attach();
        QTRY_VERIFY(row->accessibleDescription().contains(u"No keychain answers."_s));
        QCOMPARE(attached.count(), 0);
    }

    void wrongThingsStandBesideTheirField()
    {
        ConnectDialog dialog(options());
        QSignalSpy attached(&dialog, &ConnectDialog::attachRequested);
        dialog.attach();
        QVERIFY(!dialog.form()->connectionsEdit()->accessibleDescription().isEmpty());
        fill(dialog, {}, u"redis://me:hunter2@x"_s);
        QVERIFY(dialog.form()->connectionsEdit()->accessibleDescription().isEmpty());
        dialog.attach();
        QVERIFY(dialog.form()->connectionsEdit()->accessibleDescription().contains(
            u"A secret does not belong"_s));
        fill(dialog, {}, u"redis://x"_s);
        dialog.save();
        QVERIFY(!dialog.form()->nameEdit()->accessibleDescription().isEmpty());
        QCOMPARE(attached.count(), 0);
    }

    void aTestShowsMessagesAndLetsGoBeforeAttaching()
    {
        ConnectDialog dialog(options());
        dialog.show();
        fill(dialog, {}, u"listen://127.0.0.1:0\nnonsense://x"_s);
        QSignalSpy decided(dialog.trial(), &TrialPane::decided);
        dialog.test();
        QVERIFY(decided.wait());
        QCOMPARE(decided.front().front().toBool(), false);
        const QString text = dialog.trial()->asText();
        QVERIFY(text.contains(u"attached"_s) && text.contains(u"failed"_s));
        static const QRegularExpression port(u"127\\.0\\.0\\.1:([1-9]\\d+)"_s);
        const QString number = port.match(text).captured(1);
        QVERIFY2(!number.isEmpty(), qPrintable(text));

        QTcpSocket socket;
        socket.connectToHost(u"127.0.0.1"_s, number.toUShort());
        QVERIFY(socket.waitForConnected());
        socket.write("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 14\r\n\r\n"
                     "{\"from\":\"me!\"}");
        QTRY_COMPARE(dialog.trial()->table()->model()->rowCount(), 1);

        fill(dialog, {}, u"listen://127.0.0.1:%1"_s.arg(number));
        QSignalSpy attached(&dialog, &ConnectDialog::attachRequested);
        dialog.attach();
        QVERIFY(attached.wait());
        QVERIFY(!dialog.trial()->isRunning());
        QVERIFY(!dialog.isVisible());
    }

    void tabGoesThroughTheDialogAsItIsRead()
    {
        ConnectDialog dialog(options());
        dialog.show();
        QStringList names;
        QWidget* first = dialog.list()->view();
        for (QWidget* at = first->nextInFocusChain(); at != first; at = at->nextInFocusChain()) {
            const auto* button = qobject_cast<QAbstractButton*>(at);
            const bool isReached =
                at->isVisibleTo(&dialog) && at->isEnabled() && (at->focusPolicy() & Qt::TabFocus);
            if (isReached)
                names << (button && !button->text().isEmpty() ? button->text().remove(u'&')
                                                              : at->accessibleName());
        }
        // What can be reached has a name.
        QVERIFY2(!names.contains(QString()), qPrintable(names.join(u", "_s)));
        const QStringList order{u"New"_s,
                                u"Name"_s,
                                u"Environment"_s,
                                u"Connections, a URL a line"_s,
                                u"Where the password is kept"_s,
                                u"Where the token is kept"_s,
                                u"Test"_s,
                                u"Save"_s,
                                u"Close"_s,
                                u"Attach"_s};
        qsizetype last = -1;
        for (const QString& name : order) {
            const qsizetype place = names.indexOf(name, last + 1);
            QVERIFY2(place > last, qPrintable(name + u" in "_s + names.join(u", "_s)));
            last = place;
        }
    }

    void aConnectionThatListensToEverythingIsNarrowedInItsLine()
    {
        ConnectDialog dialog(options());
        fill(dialog, u"prod"_s, u"nats://hq-{1..2}\nmqtt://me@box:1884?qos=1"_s);
        Q_EMIT dialog.trial()->narrowRequested(QUrl(u"nats://hq-2"_s),
                                               {u"tasks.>"_s, u"robots.>"_s});
        Q_EMIT dialog.trial()->narrowRequested(QUrl(u"mqtt://me@box:1884?qos=1"_s), {u"fleet/#"_s});
        const QStringList lines = dialog.form()->profile().connections;
        QCOMPARE(lines.value(0), u"nats://hq-{1..2}?subject=tasks.%3E,robots.%3E"_s);
        QCOMPARE(lines.value(1), u"mqtt://me@box:1884?qos=1&topic=fleet/%23"_s);
        dialog.save();
        QCOMPARE(saved().front().connections, lines);
    }

    void whatCannotBeAttachedIsNotSaved()
    {
        ConnectDialog dialog(options());
        for (const QString& wrong : {u"foo://x"_s, u"nats://hq/swarm.>"_s, u"redis://"_s}) {
            fill(dialog, u"prod"_s, wrong);
            dialog.save();
            QVERIFY(saved().empty());
            QVERIFY(!dialog.form()->connectionsEdit()->accessibleDescription().isEmpty());
        }
        // A path would mean another file wherever the program is started.
        fill(dialog, u"prod"_s, u"nats://me@hq"_s);
        dialog.form()->secretRow(SecretKind::Password)->setPlace(u"file:pw.txt"_s);
        dialog.save();
        QVERIFY(saved().empty());
        dialog.form()->secretRow(SecretKind::Password)->setPlace(u"file:/run/pw.txt"_s);
        dialog.save();
        QCOMPARE(saved().size(), 1u);
    }

    void everyButtonHasALetterOfItsOwn()
    {
        ConnectDialog dialog(options());
        dialog.show();
        QHash<QChar, QString> letters;
        for (const auto* button : dialog.findChildren<QAbstractButton*>()) {
            if (button->text().isEmpty() || !button->isVisibleTo(&dialog))
                continue;
            const QKeySequence keys = QKeySequence::mnemonic(button->text());
            if (button->text().contains(u'…') || qobject_cast<const QPushButton*>(button))
                QVERIFY2(!keys.isEmpty(), qPrintable(button->text()));
            if (keys.isEmpty())
                continue;
            const QChar letter = keys.toString().back();
            QVERIFY2(!letters.contains(letter),
                     qPrintable(button->text() + u" and "_s + letters.value(letter)));
            letters.insert(letter, button->text());
        }
        QVERIFY(letters.size() > 5);
    }

    void profilesComeFromFilesAndGoWithoutSecrets()
    {
        ConnectDialog dialog(options());
        fill(dialog, u"prod"_s, u"nats://hq"_s);
        dialog.form()->secretRow(SecretKind::Password)->setPlace(u"env:SWARM"_s);
        dialog.save();
        const QString path = m_dir.filePath(u"out.json"_s);
        dialog.exportTo(path, {});
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QVERIFY(text.contains("nats://hq") && !text.contains("SWARM"));
        dialog.importFile(path);
        QCOMPARE(saved().size(), 2u);
        QCOMPARE(saved()[1].name, u"prod-2"_s);
        dialog.importFile(m_dir.filePath(u"none.json"_s));
        QCOMPARE(saved().size(), 2u);
    }

    void urlItemsAreWrittenIntoTheText_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("result");
        QTest::newRow("new") << u"rediss://h"_s << u"/c a.pem"_s << u"rediss://h?ca=/c%20a.pem"_s;
        QTest::newRow("replaced") << u"tls://h?a=1&ca=x&b=2"_s << u"/y"_s
                                  << u"tls://h?a=1&ca=/y&b=2"_s;
        QTest::newRow("removed") << u"tls://h?ca=x"_s << u""_s << u"tls://h"_s;
        QTest::newRow("range") << u"mqtts://r-{01..20}.s"_s << u"/y"_s
                               << u"mqtts://r-{01..20}.s?ca=/y"_s;
        QTest::newRow("list") << u"@urls"_s << u"/y"_s << u"@urls"_s;
    }
    void urlItemsAreWrittenIntoTheText()
    {
        QFETCH(QString, text);
        QFETCH(QString, value);
        QFETCH(QString, result);
        const QString made = withUrlItem(text, u"ca"_s, value);
        QCOMPARE(made, result);
        if (made.contains("://"_L1))
            QCOMPARE(urlItem(made, u"ca"_s), value);
    }

    void theBandShowsTheGravest()
    {
        Profile lab;
        lab.name = u"lab"_s;
        lab.environment = Environment::Dev;
        lab.connections = QStringList{u"redis://lab"_s};
        Profile prod;
        prod.name = u"prod"_s;
        prod.environment = Environment::Production;
        prod.connections = QStringList{u"nats://hq-{1..3}"_s};
        prod.neverWrite = true;
        QWidget window;
        EnvironmentBand band(&window);
        band.setAttached({QUrl(u"redis://lab:6379?pattern=x"_s)}, {lab, prod});
        QVERIFY(band.isVisibleTo(&window));
        QVERIFY(band.text().startsWith(u"DEV"_s) && !band.text().contains(u"never write"_s));
        band.setAttached({QUrl(u"redis://lab"_s), QUrl(u"nats://hq-2"_s)}, {lab, prod});
        QVERIFY(band.text().startsWith(u"PRODUCTION"_s) && band.text().contains(u"never write"_s));
        band.setAttached({QUrl(u"nats://elsewhere"_s)}, {lab, prod});
        QVERIFY(!band.isVisibleTo(&window));
    }

    void modelsAreSound()
    {
        ProfileModel profiles;
        QAbstractItemModelTester profilesTester(
            &profiles, QAbstractItemModelTester::FailureReportingMode::QtTest);
        Profile profile;
        profile.name = u"a"_s;
        profiles.setProfiles({profile, profile});
        profiles.setEdited({u"a"_s});
        TrialModel messages;
        QAbstractItemModelTester messagesTester(
            &messages, QAbstractItemModelTester::FailureReportingMode::QtTest);
        messages.append({TrialMessage(), TrialMessage()});
        messages.append({TrialMessage()});
        QCOMPARE(messages.rowCount(), 3);
        messages.clear();
        profiles.setProfiles({});
    }
};

QTEST_MAIN(TestConnectDialog)
#include "tst_connectdialog.moc"
