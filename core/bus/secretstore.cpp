// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/secretstore.h"

#include "bus/profile.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QSaveFile>

#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr QLatin1StringView kKeychain = "keychain"_L1;
constexpr QLatin1StringView kFile = "file:"_L1;
constexpr QLatin1StringView kVariable = "env:"_L1;

template<typename T>
QFuture<T> ready(T value)
{
    return QtFuture::makeReadyFuture(std::move(value));
}

QString keyOf(const Profile& profile, const SecretPlace& place, SecretKind kind)
{
    if (place.in == SecretPlace::In::Keychain)
        return profile.name + u'/' + secretKindName(kind);
    return place.name;
}

QByteArray& memberOf(ConnectionOptions& options, SecretKind kind)
{
    switch (kind) {
    case SecretKind::Token:
        return options.token;
    case SecretKind::Password:
        return options.password;
    case SecretKind::KeyPassword:
        return options.keyPassword;
    }
    return options.token;
}

} // namespace

QString SecretPlace::text() const
{
    switch (in) {
    case In::Nowhere:
        return {};
    case In::Keychain:
        return kKeychain;
    case In::File:
        return kFile + name;
    case In::Environment:
        return kVariable + name;
    }
    return {};
}

Result<SecretPlace> SecretPlace::fromText(const QString& text)
{
    static const QRegularExpression isVariable(u"^[A-Za-z_][A-Za-z0-9_]*$"_s);
    if (text.isEmpty())
        return SecretPlace{};
    if (text == kKeychain)
        return SecretPlace{In::Keychain, {}};
    if (text.startsWith(kFile) && text.size() > kFile.size())
        return SecretPlace{In::File, text.mid(kFile.size())};
    if (text.startsWith(kVariable) && isVariable.match(text.mid(kVariable.size())).hasMatch())
        return SecretPlace{In::Environment, text.mid(kVariable.size())};
    return Error{ErrorCode::WrongUse,
                 u"The place of a secret is keychain, file:PATH or env:NAME, and never the secret "
                 "itself."_s};
}

QString SecretPlace::absolute(const QString& text)
{
    const auto place = fromText(text);
    if (!place || place->in != In::File)
        return text;
    if (place->name.startsWith("~/"_L1))
        return kFile + QDir::home().filePath(place->name.mid(2));
    return kFile + QFileInfo(place->name).absoluteFilePath();
}

QString secretKindName(SecretKind kind)
{
    switch (kind) {
    case SecretKind::Token:
        return u"token"_s;
    case SecretKind::Password:
        return u"password"_s;
    case SecretKind::KeyPassword:
        return u"key-password"_s;
    }
    return {};
}

QFuture<Result<QByteArray>> FileSecrets::read(const QString& path)
{
    return ready(secretFromFile(path));
}

QFuture<Status> FileSecrets::write(const QString& path, const QByteArray& secret)
{
    QSaveFile file(path);
    const bool isWritten = file.open(QIODevice::WriteOnly) &&
                           file.setPermissions(QFile::ReadOwner | QFile::WriteOwner) &&
                           file.write(secret + '\n') >= 0 && file.commit();
    if (isWritten)
        return ready<Status>(Done{});
    return ready<Status>(
        Error{ErrorCode::Unwritable,
              u"The secret cannot be written to %1: %2."_s.arg(path, file.errorString())});
}

QFuture<Status> FileSecrets::remove(const QString& path)
{
    if (!QFileInfo::exists(path) || QFile::remove(path))
        return ready<Status>(Done{});
    return ready<Status>(Error{ErrorCode::Unwritable, u"%1 cannot be removed."_s.arg(path)});
}

QFuture<Result<QByteArray>> EnvironmentSecrets::read(const QString& variable)
{
    const QByteArray secret = qgetenv(variable.toLatin1().constData());
    if (!secret.isEmpty())
        return ready<Result<QByteArray>>(secret);
    return ready<Result<QByteArray>>(Error{
        ErrorCode::NotFound,
        u"The environment holds no secret: the variable %1 is empty or not set."_s.arg(variable)});
}

QFuture<Status> EnvironmentSecrets::write(const QString& variable, const QByteArray&)
{
    return ready<Status>(
        Error{ErrorCode::WrongUse,
              u"A secret in the environment is set by whoever starts the program: "
              "set %1 there, or keep the secret in the keychain or a file."_s.arg(variable)});
}

QFuture<Status> EnvironmentSecrets::remove(const QString&)
{
    return ready<Status>(Done{});
}

Secrets::Secrets(std::unique_ptr<SecretStore> keychain)
    : m_keychain(std::move(keychain))
{
}

SecretStore& Secrets::storeOf(const SecretPlace& place)
{
    switch (place.in) {
    case SecretPlace::In::Keychain:
        return *m_keychain;
    case SecretPlace::In::File:
        return m_files;
    case SecretPlace::In::Nowhere:
    case SecretPlace::In::Environment:
        break;
    }
    return m_environment;
}

QFuture<Result<QByteArray>> Secrets::read(const Profile& profile, SecretKind kind)
{
    const auto place = SecretPlace::fromText(profile.placeOf(kind));
    if (!place)
        return ready<Result<QByteArray>>(place.error());
    if (place->in == SecretPlace::In::Nowhere)
        return ready<Result<QByteArray>>(QByteArray());
    return storeOf(*place)
        .read(keyOf(profile, *place, kind))
        .then(QtFuture::Launch::Sync,
              [name = profile.name, kind,
               in = place->in](const Result<QByteArray>& secret) -> Result<QByteArray> {
                  if (secret)
                      return secret;
                  QString sentence = u"The %1 of the profile “%2” cannot be had. %3"_s.arg(
                      secretKindName(kind), name, secret.error().message);
                  if (in == SecretPlace::In::Keychain && secret.error().code == ErrorCode::NotFound)
                      sentence += u" Put it there with murmur profile secret %1 %2, or name a file "
                                  "or a variable instead."_s.arg(name, secretKindName(kind));
                  return Error{ErrorCode::Unreadable, sentence};
              });
}

QFuture<Status> Secrets::write(const Profile& profile, SecretKind kind, const QByteArray& secret)
{
    const auto place = SecretPlace::fromText(profile.placeOf(kind));
    if (!place)
        return ready<Status>(place.error());
    if (place->in == SecretPlace::In::Nowhere)
        return ready<Status>(
            Error{ErrorCode::WrongUse, u"The profile “%1” does not say where its %2 is kept."_s.arg(
                                           profile.name, secretKindName(kind))});
    return storeOf(*place).write(keyOf(profile, *place, kind), secret);
}

QFuture<Status> Secrets::remove(const Profile& profile, SecretKind kind)
{
    const auto place = SecretPlace::fromText(profile.placeOf(kind));
    if (!place || place->in != SecretPlace::In::Keychain)
        return ready<Status>(Done{});
    return m_keychain->remove(keyOf(profile, *place, kind));
}

QFuture<Result<ConnectionOptions>> Secrets::optionsOf(const Profile& profile)
{
    std::array<QFuture<Result<QByteArray>>, std::size(kSecretKinds)> asked;
    for (std::size_t i = 0; i < asked.size(); ++i)
        asked[i] = read(profile, kSecretKinds[i]);
    const auto fileOf = [&profile](SecretKind kind) {
        const auto place = SecretPlace::fromText(profile.placeOf(kind));
        return place && place->in == SecretPlace::In::File ? place->name : QString();
    };
    const SecretSources files{fileOf(SecretKind::Token), fileOf(SecretKind::Password),
                              fileOf(SecretKind::KeyPassword)};
    return QtFuture::whenAll(asked.begin(), asked.end())
        .then(QtFuture::Launch::Sync,
              [files](
                  const QList<QFuture<Result<QByteArray>>>& answers) -> Result<ConnectionOptions> {
                  ConnectionOptions options;
                  options.files = files;
                  for (qsizetype i = 0; i < answers.size(); ++i) {
                      const Result<QByteArray> secret = answers[i].result();
                      if (!secret)
                          return secret.error();
                      memberOf(options, kSecretKinds[i]) = *secret;
                  }
                  return options;
              });
}

} // namespace murmur
