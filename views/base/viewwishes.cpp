// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/base/viewwishes.h"

#include "views/base/sharedview.h"

namespace murmur {

ViewWishes* ViewWishes::of(SharedView* shared)
{
    if (auto* known = shared->findChild<ViewWishes*>(QString(), Qt::FindDirectChildrenOnly))
        return known;
    return new ViewWishes(shared);
}

ViewWishes::ViewWishes(SharedView* shared)
    : QObject(shared)
{
}

} // namespace murmur
