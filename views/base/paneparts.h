// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QTableView;
class QToolButton;
class QWidget;

namespace murmur {

/// A button of a pane's header: flat, its text is its name.
QToolButton* makePaneButton(const QString& text, const QString& tip, QWidget* parent);
/// The table beside a picture: no grid, no frame, one row at a time, Tab leaves it.
void makeQuietTable(QTableView& table);

} // namespace murmur
