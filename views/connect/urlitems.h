// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace murmur {

/// The item `name` of a connection as a person writes it, decoded; empty when it has none. Works on
/// the text, for a range of hosts is no URL.
QString urlItem(const QString& connection, const QString& name);
/// The connection with that item, in its old place or at the end; an empty value removes it. Lists
/// ("@FILE") and standard input have no items and stay as they are.
QString withUrlItem(const QString& connection, const QString& name, const QString& value);

} // namespace murmur
