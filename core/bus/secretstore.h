// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "bus/connection.h"

#include <QByteArray>
#include <QFuture>
#include <QString>

#include <memory>

namespace murmur {

struct Profile;

/// Where a secret is kept, as a profile says it: "keychain", "file:PATH", "env:NAME", or nothing.
struct SecretPlace
{
    enum class In : std::uint8_t { Nowhere, Keychain, File, Environment };
    In in = In::Nowhere;
    QString name; ///< path or variable; the keychain's name follows from the profile

    [[nodiscard]] QString text() const;
    /// WrongUse for anything else, without repeating it: it may be the secret itself.
    static Result<SecretPlace> fromText(const QString& text);
    /// A text as a person writes it here and now: the path of a file made absolute, “~” taken as
    /// the home.
    static QString absolute(const QString& text);

    friend bool operator==(const SecretPlace&, const SecretPlace&) = default;
};

enum class SecretKind : std::uint8_t { Token, Password, KeyPassword };
inline constexpr SecretKind kSecretKinds[] = {SecretKind::Token, SecretKind::Password,
                                              SecretKind::KeyPassword};
/// "password", for sentences and the names in the keychain.
QString secretKindName(SecretKind kind);

/// Keeps secrets under names. Answers come in the thread of the caller, which needs an event loop;
/// a keychain may ask the person first.
class SecretStore
{
public:
    virtual ~SecretStore() = default;
    /// NotFound when nothing is kept under that name, Unreadable when the store cannot be asked.
    virtual QFuture<Result<QByteArray>> read(const QString& name) = 0;
    virtual QFuture<Status> write(const QString& name, const QByteArray& secret) = 0;
    /// One that is not there is removed already.
    virtual QFuture<Status> remove(const QString& name) = 0;
};

/// The first line of a file. Written files can be read by their owner only.
class FileSecrets : public SecretStore
{
public:
    QFuture<Result<QByteArray>> read(const QString& path) override;
    QFuture<Status> write(const QString& path, const QByteArray& secret) override;
    QFuture<Status> remove(const QString& path) override;
};

/// Variables of the environment: read only.
class EnvironmentSecrets : public SecretStore
{
public:
    QFuture<Result<QByteArray>> read(const QString& variable) override;
    QFuture<Status> write(const QString& variable, const QByteArray& secret) override;
    QFuture<Status> remove(const QString& variable) override;
};

/// The secrets of profiles, each in the store that its profile names; never in another one.
class Secrets
{
public:
    /// `keychain` is that of the desktop (keychain/keychainstore.h), or one of a test.
    explicit Secrets(std::unique_ptr<SecretStore> keychain);

    QFuture<Result<QByteArray>> read(const Profile& profile, SecretKind kind);
    QFuture<Status> write(const Profile& profile, SecretKind kind, const QByteArray& secret);
    /// Only what lies in the keychain is ours to remove.
    QFuture<Status> remove(const Profile& profile, SecretKind kind);
    /// All that the profile needs to attach. The first that cannot be read is the error: a
    /// connection is never tried without a secret that it was promised.
    QFuture<Result<ConnectionOptions>> optionsOf(const Profile& profile);

private:
    SecretStore& storeOf(const SecretPlace& place);

    std::unique_ptr<SecretStore> m_keychain;
    FileSecrets m_files;
    EnvironmentSecrets m_environment;
};

} // namespace murmur
