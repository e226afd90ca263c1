// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/secretstore.h"

#include <memory>

namespace murmur {

/// The keychain of the person's desktop (Secret Service, KWallet). Where none answers, every call
/// says so and what to use instead; nothing is kept anywhere else.
std::unique_ptr<SecretStore> createKeychain();

} // namespace murmur
