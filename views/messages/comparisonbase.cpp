// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/comparisonbase.h"

#include "views/base/sharedview.h"

namespace murmur {

ComparisonBase* ComparisonBase::of(SharedView* shared)
{
    if (auto* known = shared->findChild<ComparisonBase*>(QString(), Qt::FindDirectChildrenOnly))
        return known;
    return new ComparisonBase(shared);
}

ComparisonBase::ComparisonBase(SharedView* shared)
    : QObject(shared)
{
    connect(shared, &SharedView::sessionChanged, this, [this] { hold(0); });
}

void ComparisonBase::hold(Seq seq)
{
    if (seq == m_held)
        return;
    m_held = seq;
    Q_EMIT heldChanged();
}

} // namespace murmur
