// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "triggers/freezeaction.h"

using namespace Qt::StringLiterals;

namespace murmur {

Result<std::unique_ptr<TriggerAction>> createFreezeAction(const QString& argument,
                                                          const TriggerRules& rules)
{
    if (!argument.isEmpty())
        return Error{ErrorCode::WrongUse, u"freeze takes nothing behind a colon."_s};
    if (!rules.hasWindow)
        return Error{ErrorCode::WrongUse,
                     u"There is no window here that could stand still; freeze is for the window. "
                     "keep:30s,10s keeps what happened around it."_s};
    return std::unique_ptr<TriggerAction>(std::make_unique<FreezeAction>());
}

} // namespace murmur
