// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"

#include <QFrame>

#include <vector>

namespace murmur {

/// What a click on a chip opens: URL, state and counters of connections, what was lost by us, and
/// what being attached changes for the system that is watched.
class ConnectionDetails : public QFrame
{
    Q_OBJECT
public:
    explicit ConnectionDetails(const std::vector<ConnectionInfo>& connections,
                               QWidget* parent = nullptr);
};

} // namespace murmur
