// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profileuse.h"

#include "await.h"

#include "bus/fleet.h"
#include "bus/profile.h"
#include "keychain/keychainstore.h"

#include <QFile>

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

Status addUrls(const std::vector<std::string>& texts, Attaching& attaching)
{
    for (const std::string& text : texts) {
        const auto urls = fleetFromText(QString::fromStdString(text));
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
