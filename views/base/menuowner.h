// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QMenu;

namespace murmur {

/// A widget with a menu of what is selected in it. What it offers is also found in the command
/// palette, which asks for it the moment that it opens: the actions must still be right, or do
/// nothing, when something else has been selected meanwhile.
class MenuOwner
{
public:
    /// Adds what can be done now; nothing when nothing can.
    virtual void fillPickedMenu(QMenu& menu) = 0;

protected:
    ~MenuOwner() = default;
};

} // namespace murmur
