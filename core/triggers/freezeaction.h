// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "triggers/triggeraction.h"

namespace murmur {

/// Lets the picture stand still; what shows one does it.
class FreezeAction final : public TriggerAction
{
    Q_OBJECT
public:
    void perform(const murmur::TriggerFiring& firing) override { Q_EMIT freezeWanted(firing); }
};

} // namespace murmur
