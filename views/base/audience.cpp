// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/audience.h"

#include "views/base/sharedview.h"

#include <QVariant>

namespace murmur {

namespace {

constexpr const char* kProperty = "murmurForAudience";

} // namespace

bool isForAudience(const SharedView& shared)
{
    return shared.property(kProperty).toBool();
}

void setForAudience(SharedView& shared, bool isOn)
{
    shared.setProperty(kProperty, isOn);
    Q_EMIT shared.namesChanged();
}

} // namespace murmur
