// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/profile.h"

#include "bus/fleet.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSaveFile>
#include <QStandardPaths>
#include <QUrlQuery>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qint64 kMaxFile = 4 << 20;

// One row a member: the form of the file.
struct TextMember
{
    QLatin1StringView key;
    QString Profile::*place;
    bool isSecretPlace = false;
};
constexpr std::array kTexts{
    TextMember{"name"_L1, &Profile::name},
    TextMember{"color"_L1, &Profile::color},
    TextMember{"token_from"_L1, &Profile::token, true},
    TextMember{"password_from"_L1, &Profile::password, true},
    TextMember{"key_password_from"_L1, &Profile::keyPassword, true},
};
struct ListMember
{
    QLatin1StringView key;
    QStringList Profile::*place;
};
constexpr std::array kLists{
    ListMember{"connections"_L1, &Profile::connections},
    ListMember{"only"_L1, &Profile::only},
    ListMember{"exclude"_L1, &Profile::exclude},
    ListMember{"payload_limit"_L1, &Profile::payloadLimit},
    ListMember{"redact"_L1, &Profile::redact},
    ListMember{"codec"_L1, &Profile::codec},
};
constexpr QLatin1StringView kNeverWrite = "never_write"_L1;
constexpr QLatin1StringView kEnvironment = "environment"_L1;

// As profiles were written before a secret could be elsewhere.
QString Profile::*fileMember(const QString& key)
{
    if (key == "token_file"_L1)
        return &Profile::token;
    if (key == "password_file"_L1)
        return &Profile::password;
    return key == "key_password_file"_L1 ? &Profile::keyPassword : nullptr;
}

QJsonObject toJson(const Profile& profile, bool withPlaces)
{
    QJsonObject object;
    for (const TextMember& member : kTexts) {
        if (!(profile.*member.place).isEmpty() && (withPlaces || !member.isSecretPlace))
            object[member.key] = profile.*member.place;
    }
    for (const ListMember& member : kLists) {
        if (!(profile.*member.place).isEmpty())
            object[member.key] = QJsonArray::fromStringList(profile.*member.place);
    }
    if (profile.environment != Environment::None)
        object[kEnvironment] = environmentName(profile.environment);
    if (profile.neverWrite)
        object[kNeverWrite] = true;
    return object;
}

QByteArray toText(const std::vector<Profile>& profiles, bool withPlaces)
{
    QJsonArray list;
    for (const Profile& profile : profiles)
        list.append(toJson(profile, withPlaces));
    return QJsonDocument(QJsonObject{{u"profiles"_s, list}}).toJson();
}

Result<Profile> fromJson(const QJsonObject& object)
{
    Profile profile;
    for (auto member = object.begin(); member != object.end(); ++member) {
        const QString key = member.key();
        const auto text = std::ranges::find(kTexts, key, &TextMember::key);
        const auto list = std::ranges::find(kLists, key, &ListMember::key);
        if (text != kTexts.end() && member->isString()) {
            profile.*text->place = member->toString();
        } else if (list != kLists.end() && member->isArray()) {
            for (const QJsonValue& value : member->toArray())
                profile.*list->place << value.toString();
        } else if (key == kNeverWrite && member->isBool()) {
            profile.neverWrite = member->toBool();
        } else if (key == kEnvironment && member->isString()) {
            const auto environment = environmentFromName(member->toString());
            if (!environment)
                return environment.error();
            profile.environment = *environment;
        } else if (QString Profile::*place = fileMember(key); place && member->isString()) {
            profile.*place = u"file:"_s + member->toString();
        } else {
            return Error{ErrorCode::WrongUse,
                         u"A profile has no member “%1” of that type."_s.arg(key)};
        }
    }
    if (const auto checked = profile.check(); !checked)
        return checked.error();
    return profile;
}

} // namespace

QString environmentName(Environment environment)
{
    switch (environment) {
    case Environment::None:
        return {};
    case Environment::Dev:
        return u"dev"_s;
    case Environment::Staging:
        return u"staging"_s;
    case Environment::Production:
        return u"production"_s;
    }
    return {};
}

Result<Environment> environmentFromName(const QString& name)
{
    for (const Environment environment : kEnvironments) {
        if (name == environmentName(environment))
            return environment;
    }
    return Error{ErrorCode::WrongUse,
                 u"An environment is dev, staging or production, not “%1”."_s.arg(name)};
}

const QString& Profile::placeOf(SecretKind kind) const
{
    switch (kind) {
    case SecretKind::Token:
        return token;
    case SecretKind::Password:
        return password;
    case SecretKind::KeyPassword:
        return keyPassword;
    }
    return token;
}

Result<std::vector<QUrl>> Profile::urls() const
{
    std::vector<QUrl> all;
    for (const QString& text : connections) {
        const auto some = fleetFromText(text);
        if (!some)
            return some.error();
        all.insert(all.end(), some->begin(), some->end());
    }
    return all;
}

Status Profile::check() const
{
    static const QRegularExpression isName(u"^[A-Za-z0-9._-]{1,64}$"_s);
    static const QRegularExpression isColor(u"^#[0-9A-Fa-f]{6}$"_s);
    const auto wrong = [this](const QString& sentence) {
        return Error{ErrorCode::WrongUse, u"Profile “%1”: %2."_s.arg(name, sentence)};
    };
    if (!isName.match(name).hasMatch())
        return wrong(u"a name is made of letters, digits, “-”, “_” and “.”"_s);
    if (!color.isEmpty() && !isColor.match(color).hasMatch())
        return wrong(u"a colour is written #rrggbb, not “%1”"_s.arg(color));
    for (const SecretKind kind : kSecretKinds) {
        if (const auto place = SecretPlace::fromText(placeOf(kind)); !place)
            return Error{ErrorCode::WrongUse,
                         u"Profile “%1”: %2"_s.arg(name, place.error().message)};
    }
    if (connections.isEmpty())
        return wrong(u"it names no connection"_s);
    for (const QString& text : connections) {
        // A list is read when it is used: it may lie elsewhere now.
        if (text.startsWith(u'@'))
            continue;
        const auto some = fleetFromText(text);
        if (!some)
            return wrong(some.error().message.chopped(1));
        for (const QUrl& url : *some) {
            const QUrlQuery query(url);
            if (!url.password().isEmpty() || query.hasQueryItem(u"token"_s) ||
                query.hasQueryItem(u"password"_s))
                return wrong(u"a secret does not belong into a URL; say where it is kept"_s);
        }
    }
    return Done{};
}

Status Profile::checkPlace(SecretKind kind) const
{
    const auto place = SecretPlace::fromText(placeOf(kind));
    if (!place)
        return place.error();
    if (place->in != SecretPlace::In::File || QDir::isAbsolutePath(place->name))
        return Done{};
    return Error{ErrorCode::WrongUse,
                 u"The file of the %1 is “%2”; give its whole path, from / on: a profile is used "
                 "from many folders."_s.arg(secretKindName(kind), place->name)};
}

QString Profiles::usualPath()
{
    const QByteArray named = qgetenv("MURMURSCOPE_PROFILES");
    return named.isEmpty() ? personsPath() : QFile::decodeName(named);
}

QString Profiles::personsPath()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) +
           u"/murmurscope/profiles.json"_s;
}

Result<Profiles> Profiles::load(const QString& path)
{
    Profiles profiles;
    profiles.m_path = path;
    QFile file(path);
    if (!file.exists())
        return profiles;
    if (!file.open(QIODevice::ReadOnly)) {
        return Error{ErrorCode::Unreadable,
                     u"The profiles in %1 cannot be read: %2."_s.arg(path, file.errorString())};
    }
    auto all = fromText(file.read(kMaxFile));
    if (!all) {
        return Error{ErrorCode::Unreadable,
                     u"The profiles in %1 cannot be read: %2 Mend the file or move it away."_s.arg(
                         path, all.error().message)};
    }
    profiles.m_all = std::move(*all);
    return profiles;
}

Result<std::vector<Profile>> Profiles::fromText(const QByteArray& json)
{
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(json, &problem);
    if (!document.isObject() || !document["profiles"_L1].isArray()) {
        return Error{ErrorCode::WrongUse,
                     problem.error == QJsonParseError::NoError
                         ? u"It is no list of profiles."_s
                         : u"It is no JSON: %1 at byte %2."_s.arg(problem.errorString())
                               .arg(problem.offset)};
    }
    std::vector<Profile> profiles;
    for (const QJsonValue& value : document["profiles"_L1].toArray()) {
        auto profile = fromJson(value.toObject());
        if (!profile)
            return profile.error();
        profiles.push_back(std::move(*profile));
    }
    std::ranges::sort(profiles, {}, &Profile::name);
    return profiles;
}

QByteArray Profiles::exportText(const std::vector<Profile>& profiles)
{
    return toText(profiles, false);
}

Result<Profile> Profiles::find(const QString& name) const
{
    QStringList names;
    for (const Profile& profile : m_all) {
        if (profile.name == name)
            return profile;
        names << profile.name;
    }
    return Error{
        ErrorCode::NotFound,
        names.isEmpty()
            ? u"There is no profile “%1”, and no other; murmur profile add makes one."_s.arg(name)
            : u"There is no profile “%1”; there are %2."_s.arg(name, names.join(u", "_s))};
}

Status Profiles::put(const Profile& profile)
{
    if (const auto checked = profile.check(); !checked)
        return checked;
    for (const SecretKind kind : kSecretKinds) {
        if (const auto checked = profile.checkPlace(kind); !checked)
            return checked;
    }
    const auto same = std::ranges::find(m_all, profile.name, &Profile::name);
    if (same != m_all.end())
        *same = profile;
    else
        m_all.push_back(profile);
    std::ranges::sort(m_all, {}, &Profile::name);
    return save();
}

Status Profiles::remove(const QString& name)
{
    if (const auto known = find(name); !known)
        return known.error();
    std::erase_if(m_all, [&](const Profile& profile) { return profile.name == name; });
    return save();
}

Status Profiles::save() const
{
    QDir().mkpath(QFileInfo(m_path).absolutePath());
    QSaveFile file(m_path);
    const bool isWritten = file.open(QIODevice::WriteOnly) &&
                           file.setPermissions(QFile::ReadOwner | QFile::WriteOwner) &&
                           file.write(toText(m_all, true)) >= 0 && file.commit();
    if (!isWritten) {
        return Error{ErrorCode::Unwritable,
                     u"The profiles cannot be saved to %1: %2."_s.arg(m_path, file.errorString())};
    }
    return Done{};
}

Result<QByteArray> secretFromFile(const QString& path)
{
    constexpr qint64 kMaxLine = 16 * 1024;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return Error{ErrorCode::Unreadable,
                     u"The secret in %1 cannot be read: %2."_s.arg(path, file.errorString())};
    }
    QByteArray secret = file.readLine(kMaxLine).trimmed();
    if (secret.isEmpty()) {
        return Error{ErrorCode::Unreadable,
                     u"The file %1 is empty; its first line is the secret."_s.arg(path)};
    }
    return secret;
}

bool readSecretsAgain(ConnectionOptions& options)
{
    bool isOther = false;
    const std::pair<const QString&, QByteArray&> places[] = {
        {options.files.token, options.token},
        {options.files.password, options.password},
        {options.files.keyPassword, options.keyPassword}};
    for (const auto& [path, secret] : places) {
        if (path.isEmpty())
            continue;
        const auto now = secretFromFile(path);
        if (!now || *now == secret)
            continue;
        secret = *now;
        isOther = true;
    }
    return isOther;
}

} // namespace murmur
