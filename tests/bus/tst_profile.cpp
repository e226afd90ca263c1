// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Profiles: what is written, where secrets are, and that never write means never.

#include "bus/endpoint.h"
#include "bus/profile.h"
#include "bus/writepermission.h"

#include <QFile>
#include <QFileInfo>
#include <QHash>
#include <QHostAddress>
#include <QNetworkInterface>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

/// A keychain in memory.
class FakeKeychain : public SecretStore
{
public:
    explicit FakeKeychain(QHash<QString, QByteArray>& kept)
        : m_kept(kept)
    {
    }
    QFuture<Result<QByteArray>> read(const QString& name) override
    {
        if (m_kept.contains(name))
            return QtFuture::makeReadyFuture<Result<QByteArray>>(m_kept[name]);
        return QtFuture::makeReadyFuture<Result<QByteArray>>(
            Error{ErrorCode::NotFound, u"The keychain holds nothing under that name."_s});
    }
    QFuture<Status> write(const QString& name, const QByteArray& secret) override
    {
        m_kept[name] = secret;
        return QtFuture::makeReadyFuture<Status>(Done{});
    }
    QFuture<Status> remove(const QString& name) override
    {
        m_kept.remove(name);
        return QtFuture::makeReadyFuture<Status>(Done{});
    }

private:
    QHash<QString, QByteArray>& m_kept;
};

Profile makeProfile()
{
    Profile profile;
    profile.name = u"prod"_s;
    profile.environment = Environment::Production;
    profile.connections = {u"nats://me@hq:4222?subject=swarm.>"_s};
    profile.password = u"keychain"_s;
    profile.neverWrite = true;
    return profile;
}

} // namespace

class TestProfile : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_dir;

    void useFile(const char* name)
    {
        qputenv("MURMURSCOPE_PROFILES", QFile::encodeName(m_dir.filePath(QString::fromUtf8(name))));
    }

private Q_SLOTS:
    void initTestCase()
    {
        qputenv("XDG_CONFIG_HOME", QFile::encodeName(m_dir.filePath(u"config"_s)));
    }
    void init() { qunsetenv("MURMURSCOPE_PROFILES"); }

    void allOfItComesBack()
    {
        useFile("all.json");
        Profile profile = makeProfile();
        profile.token = u"env:SWARM_TOKEN"_s;
        profile.keyPassword = u"file:/etc/key"_s;
        profile.color = u"#cc3333"_s;
        profile.only = QStringList{u"swarm.*"_s};
        auto profiles = Profiles::load();
        QVERIFY(profiles);
        QVERIFY(profiles->put(profile));
        const auto again = Profiles::load();
        QVERIFY(again);
        QVERIFY(again->all() == std::vector<Profile>{profile});
        const QByteArray given = Profiles::exportText(again->all());
        QVERIFY(given.contains("production"));
        QVERIFY(!given.contains("keychain") && !given.contains("SWARM_TOKEN") &&
                !given.contains("/etc/key"));
    }

    void olderFilesAreRead()
    {
        const auto old = Profiles::fromText("{\"profiles\":[{\"name\":\"lab\",\"connections\":["
                                            "\"demo://\"],\"token_file\":\"/t\"}]}");
        QVERIFY(old);
        QCOMPARE(old->front().token, u"file:/t"_s);
    }

    void wrongThingsAreToldWithoutSecrets_data()
    {
        QTest::addColumn<QByteArray>("member");
        QTest::addColumn<QString>("said");
        QTest::newRow("environment") << QByteArray("\"environment\":\"moon\"") << u"“moon”"_s;
        QTest::newRow("secret") << QByteArray("\"password_from\":\"hunter2\"")
                                << u"never the secret itself"_s;
        QTest::newRow("variable") << QByteArray("\"token_from\":\"env:1 2\"") << u"env:NAME"_s;
        QTest::newRow("member") << QByteArray("\"password\":\"hunter2\"") << u"no member"_s;
    }
    void wrongThingsAreToldWithoutSecrets()
    {
        QFETCH(QByteArray, member);
        QFETCH(QString, said);
        const auto read = Profiles::fromText(
            "{\"profiles\":[{\"name\":\"lab\",\"connections\":[\"demo://\"]," + member + "}]}");
        QVERIFY(!read);
        QVERIFY2(read.error().message.contains(said), qPrintable(read.error().message));
        QVERIFY(!read.error().message.contains("hunter2"_L1));
    }

    void secretsComeFromWhereTheProfileSays()
    {
        QHash<QString, QByteArray> kept;
        Secrets secrets(std::make_unique<FakeKeychain>(kept));
        Profile profile = makeProfile();
        profile.token = u"env:TST_PROFILE_TOKEN"_s;
        profile.keyPassword = u"file:"_s + m_dir.filePath(u"key"_s);
        qputenv("TST_PROFILE_TOKEN", "from the environment");
        QVERIFY(secrets.write(profile, SecretKind::KeyPassword, "from a file").result());
        QVERIFY(secrets.write(profile, SecretKind::Password, "from the keychain").result());
        QCOMPARE(kept.value(u"prod/password"_s), "from the keychain");
        QCOMPARE(QFileInfo(m_dir.filePath(u"key"_s)).permissions() &
                     (QFile::ReadGroup | QFile::ReadOther),
                 QFile::Permissions());
        const auto options = secrets.optionsOf(profile).result();
        QVERIFY(options);
        QCOMPARE(options->token, "from the environment");
        QCOMPARE(options->password, "from the keychain");
        QCOMPARE(options->keyPassword, "from a file");
        QVERIFY(!secrets.write(profile, SecretKind::Token, "x").result());

        // One that is missing is not left out in silence.
        qunsetenv("TST_PROFILE_TOKEN");
        const auto without = secrets.optionsOf(profile).result();
        QVERIFY(!without);
        QVERIFY2(without.error().message.contains("TST_PROFILE_TOKEN"_L1),
                 qPrintable(without.error().message));

        QVERIFY(secrets.remove(profile, SecretKind::Password).result());
        QVERIFY(kept.isEmpty());
        // A file is the person's own.
        QVERIFY(secrets.remove(profile, SecretKind::KeyPassword).result());
        QVERIFY(QFileInfo::exists(m_dir.filePath(u"key"_s)));
    }

    void neverWriteHoldsHoweverTheBusIsNamed_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<bool>("isAllowed");
        QTest::newRow("as written") << u"nats://me@hq:4222?subject=swarm.>"_s << false;
        QTest::newRow("another subject") << u"nats://hq?subject=other"_s << false;
        QTest::newRow("upper case") << u"nats://HQ:4222"_s << false;
        QTest::newRow("another scheme") << u"tls://hq:4222"_s << false;
        QTest::newRow("one of a range") << u"mqtt://robot-17.site"_s << false;
        QTest::newRow("this machine") << u"redis://127.0.0.1:7001"_s << false;
        QTest::newRow("this machine too") << u"redis://[::1]:7001"_s << false;
        QTest::newRow("second broker") << u"kafka://box-2:9092?topic=a"_s << false;
        QTest::newRow("behind another") << u"kafka://other?broker=box-1"_s << false;
        QTest::newRow("another host") << u"nats://lab:4222"_s << true;
        QTest::newRow("another port") << u"nats://hq:4223"_s << true;
        QTest::newRow("outside the range") << u"mqtt://robot-201.site"_s << true;
    }
    void neverWriteHoldsHoweverTheBusIsNamed()
    {
        QFETCH(QString, url);
        QFETCH(bool, isAllowed);
        Profile profile = makeProfile();
        profile.connections << u"mqtt://robot-{001..200}.site"_s << u"mqtt://robot-{17,18}.site"_s
                            << u"redis://localhost:7001"_s
                            << u"kafka://box-1?topic=a&broker=box-2"_s;
        Profile other;
        other.name = u"lab"_s;
        other.connections = QStringList{u"nats://hq:4222"_s};
        const Status allowed = mayWrite(QUrl(url), {other, profile});
        QCOMPARE(allowed.ok(), isAllowed);
        if (!isAllowed)
            QVERIFY(allowed.error().message.contains(u"“prod”"_s));
    }

    void otherNamesOfAHostAreItsAddresses()
    {
        const QByteArray hosts("# a list\n127.0.0.1 localhost vm  VM.site # of ours\n"
                               "10.0.0.7\tbroker hq\n::1 six\nnonsense\n\n");
        const auto known = [&hosts](const char* url) {
            return knownEndpointsOf(QUrl(QString::fromLatin1(url)), hosts);
        };
        QCOMPARE(known("nats://vm:4222"), (QStringList{u"vm:4222"_s, u"localhost:4222"_s}));
        QVERIFY(known("redis://VM.site").contains(u"localhost:6379"_s));
        QVERIFY(known("nats://six:1").contains(u"localhost:1"_s));
        QCOMPARE(known("nats://hq"), (QStringList{u"hq:4222"_s, u"10.0.0.7:4222"_s}));
        QVERIFY(known("nats://broker").contains(u"10.0.0.7:4222"_s));
        QCOMPARE(known("nats://elsewhere"), QStringList{u"elsewhere:4222"_s});
    }

    void whatIsAtAnAddressOfThisMachineMayBeHere()
    {
        const QStringList own{u"192.168.7.5"_s, u"fe80::7"_s};
        const auto possible = [&own](const char* url) {
            return possibleEndpointsOf(endpointsOf(QUrl(QString::fromLatin1(url))), own);
        };
        QVERIFY(possible("nats://192.168.7.5").contains(u"localhost:4222"_s));
        QVERIFY(possible("redis://[fe80::7]:7000").contains(u"localhost:7000"_s));
        QVERIFY(possible("kafka://far?broker=192.168.7.5:1").contains(u"localhost:1"_s));
        QCOMPARE(possible("nats://192.168.7.6"), QStringList{u"192.168.7.6:4222"_s});
        QCOMPARE(possible("nats://192.168.7.5.example.org"),
                 QStringList{u"192.168.7.5.example.org:4222"_s});
        // By what this machine says of itself; one that has no network has nothing to be tried.
        for (const QHostAddress& address : QNetworkInterface::allAddresses()) {
            if (address.isLoopback() || address.protocol() != QAbstractSocket::IPv4Protocol)
                continue;
            const QUrl there(u"nats://%1:4222"_s.arg(address.toString()));
            const QUrl here(u"nats://localhost"_s);
            QVERIFY(mayBeSameBus(there, here) && mayBeSameBus(here, there));
            QVERIFY(!isSameBus(there, here) && !isOnThisMachine(there));
            Profile profile = makeProfile();
            profile.connections = QStringList{there.toString()};
            QVERIFY(!mayWrite(here, {profile}));
            profile.connections = QStringList{here.toString()};
            QVERIFY(!mayWrite(there, {profile}));
        }
    }

    void noVariableOverridesIt()
    {
        const QUrl url(u"nats://hq:4222"_s);
        auto profiles = Profiles::load();
        QVERIFY(profiles);
        QVERIFY(profiles->put(makeProfile()));
        QVERIFY(!mayWrite(url));
        // Another file, no file, one that allows it.
        useFile("elsewhere.json");
        QVERIFY(!mayWrite(url));
        Profile open = makeProfile();
        open.neverWrite = false;
        auto elsewhere = Profiles::load();
        QVERIFY(elsewhere && elsewhere->put(open));
        QVERIFY(!mayWrite(url));
        // A second profile of that bus does not open it either.
        qunsetenv("MURMURSCOPE_PROFILES");
        open.name = u"writer"_s;
        QVERIFY(profiles->put(open));
        QVERIFY(!mayWrite(url));
        QVERIFY(profiles->remove(u"prod"_s));
        QVERIFY(mayWrite(url));
    }

    void whatCannotBeReadForbidsAll()
    {
        useFile("damaged.json");
        QFile file(m_dir.filePath(u"damaged.json"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"profiles\":[{");
        file.close();
        QVERIFY(!mayWrite(QUrl(u"nats://anything"_s)));
        Profile list = makeProfile();
        list.connections = QStringList{u"@/nonexistent/list"_s};
        QVERIFY(!mayWrite(QUrl(u"nats://anything"_s), {list}));
    }
};

QTEST_GUILESS_MAIN(TestProfile)
#include "tst_profile.moc"
