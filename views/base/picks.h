// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "views/base/sharedview.h"

#include <QString>

#include <optional>
#include <vector>

class QMenu;
class QWidget;

namespace murmur {

class View;

/// The messages of these agents in the window; none of no agents.
std::optional<Region> regionOfAgents(const SharedView& shared, const std::vector<AgentId>& agents);
/// The view that has the keyboard, or had it last in `window`; null when none has.
View* viewWithKeyboard(const QWidget* window);
/// Asks what differs in what is picked in the view; where nothing is, as SharedView does.
void askWhatDiffersIn(const View& view);
/// What every menu of a selection offers: what differs in it, and the address of the moment.
void addPickActions(QMenu& menu, View* view);

} // namespace murmur
