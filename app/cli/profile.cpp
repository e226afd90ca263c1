// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "await.h"
#include "command.h"
#include "output.h"
#include "recordings.h"

#include "bus/profile.h"
#include "codec/codecrule.h"
#include "keychain/keychainstore.h"
#include "session/profilecheck.h"

#include <CLI/CLI.hpp>

#include <QFile>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    std::vector<std::string> connections;
    std::vector<std::string> only;
    std::vector<std::string> exclude;
    std::vector<std::string> payloadLimit;
    std::vector<std::string> redact;
    std::vector<std::string> codecs;
    std::vector<std::string> names;
    std::string name;
    std::string color;
    std::string environment;
    std::string token; // where it is
    std::string password;
    std::string keyPassword;
    std::string tokenFile;
    std::string passwordFile;
    std::string keyPasswordFile;
    std::string secret = "password";
    std::string file;
    bool neverWrite = false;
    bool replaces = false;
    bool json = false;
};

int print(const std::string& text)
{
    StandardOutput output;
    output.write(text);
    return output.finish();
}

QStringList texts(const std::vector<std::string>& given)
{
    QStringList list;
    for (const std::string& text : given)
        list << QString::fromStdString(text);
    return list;
}

/// `file` is the short form of `place`.
QString placeOf(const std::string& place, const std::string& file)
{
    return SecretPlace::absolute(file.empty() ? QString::fromStdString(place)
                                              : u"file:"_s + QFile::decodeName(file.c_str()));
}

int list(const Options& options)
{
    const auto profiles = Profiles::load();
    if (!profiles)
        return failed(profiles.error());
    if (options.json)
        return print(Profiles::exportText(profiles->all()).toStdString());
    if (profiles->all().empty())
        return print("There are no profiles; murmur profile add NAME URL makes one.\n");
    QString text;
    for (const Profile& profile : profiles->all()) {
        text += u"%1  %2  %3%4\n"_s.arg(profile.name, -16)
                    .arg(environmentName(profile.environment), -10)
                    .arg(printable(profile.connections.join(u' ')),
                         profile.neverWrite ? u"  (never write)"_s : QString());
    }
    return print(text.toStdString());
}

int add(const Options& options)
{
    auto profiles = Profiles::load();
    if (!profiles)
        return failed(profiles.error());
    Profile profile;
    profile.name = QString::fromStdString(options.name);
    profile.color = QString::fromStdString(options.color);
    profile.connections = texts(options.connections);
    const auto environment = environmentFromName(QString::fromStdString(options.environment));
    if (!environment)
        return failed(environment.error());
    profile.environment = *environment;
    profile.token = placeOf(options.token, options.tokenFile);
    profile.password = placeOf(options.password, options.passwordFile);
    profile.keyPassword = placeOf(options.keyPassword, options.keyPasswordFile);
    profile.neverWrite = options.neverWrite;
    profile.only = texts(options.only);
    profile.exclude = texts(options.exclude);
    profile.payloadLimit = texts(options.payloadLimit);
    profile.redact = texts(options.redact);
    for (const std::string& codec : options.codecs) {
        if (const auto rule = codecRuleFromText(QString::fromStdString(codec)); !rule)
            return failed(rule.error());
    }
    profile.codec = texts(options.codecs);
    if (const auto usable = checkConnections(profile.connections); !usable)
        return failed(usable.error());
    if (!options.replaces && profiles->find(profile.name))
        return wrongUse(
            u"There is a profile “%1” already; --replace puts this one in its place."_s.arg(
                profile.name));
    if (const auto put = profiles->put(profile); !put)
        return failed(put.error());
    return kDone;
}

int remove(const Options& options)
{
    auto profiles = Profiles::load();
    if (!profiles)
        return failed(profiles.error());
    const auto profile = profiles->find(QString::fromStdString(options.name));
    if (!profile)
        return wrongUse(profile.error().message);
    if (const auto removed = profiles->remove(profile->name); !removed)
        return failed(removed.error());
    Secrets secrets(createKeychain());
    for (const SecretKind kind : kSecretKinds) {
        if (const auto gone = await(secrets.remove(*profile, kind)); !gone)
            return failed(gone.error());
    }
    return kDone;
}

/// A secret comes by standard input: on the command line everybody could read it.
int keepSecret(const Options& options)
{
    const auto profiles = Profiles::load();
    if (!profiles)
        return failed(profiles.error());
    const auto profile = profiles->find(QString::fromStdString(options.name));
    if (!profile)
        return wrongUse(profile.error().message);
    const QString wanted = QString::fromStdString(options.secret);
    const auto kind = std::ranges::find(kSecretKinds, wanted, secretKindName);
    if (kind == std::end(kSecretKinds))
        return wrongUse(
            u"A profile has a token, a password and a key-password, no “%1”."_s.arg(wanted));
    QFile input;
    constexpr qint64 kMaxLine = 16 * 1024;
    QByteArray secret;
    if (input.open(stdin, QIODevice::ReadOnly))
        secret = input.readLine(kMaxLine).trimmed();
    if (secret.isEmpty())
        return wrongUse(u"No secret came: it is the first line of standard input."_s);
    Secrets secrets(createKeychain());
    const auto written = await(secrets.write(*profile, *kind, secret));
    return written ? kDone : failed(written.error());
}

int exportThem(const Options& options)
{
    const auto profiles = Profiles::load();
    if (!profiles)
        return failed(profiles.error());
    if (options.names.empty())
        return print(Profiles::exportText(profiles->all()).toStdString());
    std::vector<Profile> chosen;
    for (const QString& name : texts(options.names)) {
        const auto profile = profiles->find(name);
        if (!profile)
            return wrongUse(profile.error().message);
        chosen.push_back(*profile);
    }
    return print(Profiles::exportText(chosen).toStdString());
}

int importThem(const Options& options)
{
    auto profiles = Profiles::load();
    if (!profiles)
        return failed(profiles.error());
    const QString path = QFile::decodeName(options.file.c_str());
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return failed(
            {ErrorCode::Unreadable, u"%1 cannot be read: %2."_s.arg(path, file.errorString())});
    const auto given = Profiles::fromText(file.readAll());
    if (!given)
        return failed({ErrorCode::Unreadable, u"%1: %2"_s.arg(path, given.error().message)});
    for (const Profile& profile : *given) {
        if (const auto usable = checkConnections(profile.connections); !usable)
            return failed({usable.error().code, u"%1, profile “%2”: %3"_s.arg(
                                                    path, profile.name, usable.error().message)});
        if (!options.replaces && profiles->find(profile.name))
            return wrongUse(
                u"There is a profile “%1” already; --replace puts those of the file in place."_s
                    .arg(profile.name));
    }
    for (const Profile& profile : *given) {
        if (const auto put = profiles->put(profile); !put)
            return failed(put.error());
    }
    return print(QStringLiteral("%1 profiles taken.\n").arg(given->size()).toStdString());
}

} // namespace

void addProfile(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.require_subcommand(1);
    const auto command = [&](const char* name, const char* summary,
                             int (*run)(const Options&)) -> CLI::App* {
        CLI::App* sub = app.add_subcommand(name, summary);
        sub->callback(
            [&action, options, run] { action = [options, run] { return run(*options); }; });
        return sub;
    };
    CLI::App* lists = command("list", "Name the profiles and their connections", list);
    lists->add_flag("--json", options->json, "As JSON, without the places of secrets");

    CLI::App* adds = command("add", "Keep connections under a name", add);
    adds->add_option("NAME", options->name, "Letters, digits, - _ .")->required();
    adds->add_option("URL", options->connections, "Buses, as for record")->required();
    adds->add_option("--environment", options->environment, "dev, staging or production");
    adds->add_option("--color", options->color, "Instead of that of its environment, #rrggbb");
    adds->add_flag("--never-write", options->neverWrite, "Nothing is ever sent to these buses");
    adds->add_option("--token-from", options->token,
                     "Where the token is: keychain, file:PATH or env:NAME");
    adds->add_option("--password-from", options->password, "Where the password is, likewise");
    adds->add_option("--key-password-from", options->keyPassword,
                     "Where the password of the certificate's key is, likewise");
    adds->add_option("--token-file", options->tokenFile, "Short for --token-from file:…");
    adds->add_option("--password-file", options->passwordFile, "Short for --password-from file:…");
    adds->add_option("--key-password-file", options->keyPasswordFile,
                     "Short for --key-password-from file:…");
    adds->add_option("--only", options->only, "As for record");
    adds->add_option("--exclude", options->exclude, "As for record");
    adds->add_option("--payload-limit", options->payloadLimit, "As for record");
    adds->add_option("--redact", options->redact, "As for record");
    addCodecOption(*adds, options->codecs);
    adds->add_flag("--replace", options->replaces, "In the place of one of that name");

    CLI::App* keeps =
        command("secret", "Put a secret, the first line of standard input, where the profile says",
                keepSecret);
    keeps->add_option("NAME", options->name, "The profile")->required();
    keeps->add_option("WHICH", options->secret, "token, password (default) or key-password");

    CLI::App* removes =
        command("remove", "Forget a profile and its secrets in the keychain", remove);
    removes->add_option("NAME", options->name, "The profile")->required();

    CLI::App* exports = command(
        "export", "Print profiles for somebody else, without the places of secrets", exportThem);
    exports->add_option("NAME", options->names, "Which ones (default: all)");

    CLI::App* imports = command("import", "Take the profiles of a file", importThem);
    imports->add_option("FILE", options->file, "What export printed")->required();
    imports->add_flag("--replace", options->replaces, "In the place of those of the same names");
    app.footer("\nThe file is profiles.json in the folder of settings, or MURMURSCOPE_PROFILES.\n"
               "Example: murmur record --profile prod -o night.murmur");
}

} // namespace murmur::cli
