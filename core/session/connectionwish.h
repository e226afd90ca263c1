// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"

#include <QByteArray>
#include <QMetaType>
#include <QStringList>

namespace murmur {

/// What a person wants of one connection of a running recording.
struct ConnectionWish
{
    enum class What {
        Detach,      ///< what was heard stays; of a window: no more is read
        AttachAgain, ///< as it was
        Widen,       ///< listens to `names` too, as ConnectionInfo::unmatched names them
        Narrow,      ///< listens to the patterns `names` only
        ReadBy,      ///< what comes from now on is read by the dialects `names`, as of dialectRules
    };
    What what = What::Detach;
    ConnectionId connection{};
    QStringList names;
    /// AttachAgain: the password or token that it comes with from now on; empty: what it had.
    QByteArray secret = {};
};

} // namespace murmur

Q_DECLARE_METATYPE(murmur::ConnectionWish)
