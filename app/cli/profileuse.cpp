// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profileuse.h"

#include "await.h"

#include "bus/fleet.h"
#include "bus/profile.h"
#include "keychain/keychainstore.h"

#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QUrl>

using namespace Qt::StringLiterals;

namespace murmur::cli {

Status useProfile(const std::string& name, Attaching& attaching)
{
    const auto profiles = Profiles::load();
    if (!profiles)
        return profiles.error();
    const auto profile = profiles->find(QString::fromStdString(name));
    if (!profile)
        return Error{ErrorCode::WrongUse, profile.error().message};
    auto urls = profile->urls();
    if (!urls)
        return urls.error();
    Secrets secrets(createKeychain());
    auto options = await(secrets.optionsOf(*profile));
    if (!options)
        return options.error();
    attaching.urls = std::move(*urls);
    attaching.options = std::move(*options);
    attaching.rules = rulesOf(*profile);
    return Done{};
}

namespace {

/// The URL of a file that stands there by its path alone; empty: it is something else.
Result<QString> urlOfFile(const QString& text)
{
    static const QRegularExpression hasScheme(u"^[A-Za-z][A-Za-z0-9+.-]*:"_s);
    if (text == "-"_L1 || text.startsWith(u'@') || hasScheme.match(text).hasMatch() ||
        !QFileInfo(text).isFile())
        return QString();
    for (const QLatin1StringView ending : {".gz"_L1, ".zst"_L1, ".csv"_L1, ".tsv"_L1}) {
        if (text.endsWith(ending, Qt::CaseInsensitive))
            return Error{
                ErrorCode::WrongUse,
                u"%1 is no file of lines; \"murmur import %1 -o FILE\" reads it."_s.arg(text)};
    }
    if (text.endsWith(".murmur"_L1, Qt::CaseInsensitive))
        return Error{ErrorCode::WrongUse,
                     u"%1 is a recording already; name the URL of a bus."_s.arg(text)};
    return "file:"_L1 + QString::fromLatin1(QUrl::toPercentEncoding(text, "/"));
}

} // namespace

Status addUrls(const std::vector<std::string>& texts, Attaching& attaching)
{
    for (const std::string& text : texts) {
        const auto file = urlOfFile(QFile::decodeName(text.c_str()));
        if (!file)
            return file.error();
        const auto urls = fleetFromText(file->isEmpty() ? QString::fromStdString(text) : *file);
        if (!urls)
            return urls.error();
        attaching.urls.insert(attaching.urls.end(), urls->begin(), urls->end());
    }
    return Done{};
}

Status readSecrets(const SecretFiles& files, ConnectionOptions& secrets)
{
    struct Named
    {
        const std::string& path;
        QByteArray& secret;
        QString& place;
    };
    for (const Named& file :
         {Named{files.token, secrets.token, secrets.files.token},
          Named{files.password, secrets.password, secrets.files.password},
          Named{files.keyPassword, secrets.keyPassword, secrets.files.keyPassword}}) {
        if (file.path.empty())
            continue;
        const QString path = QFile::decodeName(file.path.c_str());
        auto secret = secretFromFile(path);
        if (!secret)
            return secret.error();
        file.secret = *secret;
        file.place = path;
    }
    return Done{};
}

} // namespace murmur::cli
