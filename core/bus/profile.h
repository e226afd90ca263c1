// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "bus/secretstore.h"

#include <QByteArray>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <cstdint>
#include <vector>

namespace murmur {

/// What a mistake there would cost: shown as a colour and a word while it is attached.
enum class Environment : std::uint8_t { None, Dev, Staging, Production };
inline constexpr Environment kEnvironments[] = {Environment::None, Environment::Dev,
                                                Environment::Staging, Environment::Production};
/// "dev", "staging", "production"; empty for none.
QString environmentName(Environment environment);
/// Also of the empty text; WrongUse names those that there are.
Result<Environment> environmentFromName(const QString& name);

/// A named set of connections with what belongs to them. Holds no secret, only where secrets are.
struct Profile
{
    QString name; ///< letters, digits, '-', '_', '.'
    Environment environment = Environment::None;
    QString color;           ///< "#rrggbb" instead of that of its environment, or empty
    QStringList connections; ///< as of fleetFromText
    QString token;           ///< where it is, as of SecretPlace
    QString password;        ///< likewise
    QString keyPassword;     ///< likewise
    bool neverWrite = false; ///< nothing is ever sent to these buses, whoever arms what
    QStringList only;        ///< rules of the recording; see IntakeRules
    QStringList exclude;
    QStringList payloadLimit;
    QStringList redact;
    QStringList codec; ///< how payloads are read: "fleet/*=msgpack"; see codecRuleFromText

    friend bool operator==(const Profile&, const Profile&) = default;

    /// The connections, ranges and lists resolved.
    [[nodiscard]] Result<std::vector<QUrl>> urls() const;
    [[nodiscard]] const QString& placeOf(SecretKind kind) const;
    /// WrongUse: a name with other characters, no connection, a wrong colour, a secret in a URL.
    [[nodiscard]] Status check() const;
    /// WrongUse: a file of a secret whose path depends on where the program is started.
    [[nodiscard]] Status checkPlace(SecretKind kind) const;
};

/// The profiles of a person: one JSON file, readable by its owner only, replaced whole.
class Profiles
{
public:
    /// Of the person who runs this: profiles.json in the folder of settings, or
    /// MURMURSCOPE_PROFILES.
    static QString usualPath();
    /// The same whatever the variable says.
    static QString personsPath();
    /// A file that is not there holds none. Unreadable: it is damaged; nothing is overwritten then.
    static Result<Profiles> load(const QString& path = usualPath());
    /// What `exportText` wrote, or a whole file of profiles.
    static Result<std::vector<Profile>> fromText(const QByteArray& json);
    /// For somebody else: without the places of secrets.
    static QByteArray exportText(const std::vector<Profile>& profiles);

    [[nodiscard]] const std::vector<Profile>& all() const { return m_all; }
    /// NotFound names those that there are.
    [[nodiscard]] Result<Profile> find(const QString& name) const;
    /// Adds it, or replaces that of the same name, and saves.
    Status put(const Profile& profile);
    Status remove(const QString& name);

private:
    Status save() const;

    QString m_path;
    std::vector<Profile> m_all; ///< by name
};

/// The first line of a file that holds a secret. Unreadable: missing, empty.
Result<QByteArray> secretFromFile(const QString& path);
/// Reads the files of `options` anew. True where a secret is another now; what cannot be read
/// stays as it is.
bool readSecretsAgain(ConnectionOptions& options);

} // namespace murmur
