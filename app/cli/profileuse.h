// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "bus/connection.h"
#include "session/intake.h"

#include <QUrl>

#include <string>
#include <vector>

namespace murmur::cli {

/// What a command attaches to.
struct Attaching
{
    std::vector<QUrl> urls;
    ConnectionOptions options;
    IntakeRules rules;
};

/// The buses, secrets and rules of a profile. Waits for the keychain, which may ask the person.
Status useProfile(const std::string& name, Attaching& attaching);
/// Adds what the words of the command line mean, as of fleetFromText.
Status addUrls(const std::vector<std::string>& texts, Attaching& attaching);

/// The files in which the command line says that secrets are.
struct SecretFiles
{
    std::string token;
    std::string password;
    std::string keyPassword;
};
Status readSecrets(const SecretFiles& files, ConnectionOptions& secrets);

} // namespace murmur::cli
