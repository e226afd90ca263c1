// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/view.h"

#include "views/base/sharedview.h"

namespace murmur {

View::View(const ViewContext& context, QWidget* parent)
    : QWidget(parent)
    , m_shared(context.shared)
{
}

std::optional<Region> View::picked() const
{
    return std::nullopt;
}

} // namespace murmur
