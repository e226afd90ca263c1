// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/base/markerboard.h"

#include "views/base/sharedview.h"

namespace murmur {

MarkerBoard* MarkerBoard::of(SharedView* shared)
{
    if (auto* known = shared->findChild<MarkerBoard*>(QString(), Qt::FindDirectChildrenOnly))
        return known;
    return new MarkerBoard(shared);
}

MarkerBoard::MarkerBoard(SharedView* shared)
    : QObject(shared)
{
}

void MarkerBoard::set(std::vector<Marker> markers)
{
    if (markers == m_markers)
        return;
    m_markers = std::move(markers);
    Q_EMIT changed();
}

} // namespace murmur
