// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace murmur {

/// What must hold all together: "(a) and (b and not c)" is a, b and not c. One part where it is no
/// conjunction.
QStringList conjunctsOf(const QString& filter);
/// Of which one must hold: "(a or b)" is a and b.
QStringList alternativesOf(const QString& condition);
/// They as one filter again.
QString conjunction(const QStringList& parts);
/// Whether it asks for that field and for no other, whatever alias it writes.
bool isOnlyAbout(const QString& condition, const QString& field);
/// The same, and it says which values are wanted, not which are hidden.
bool isChoiceOf(const QString& condition, const QString& field);
/// Without the choices of that field; empty: nothing is left.
QString filterWithout(const QString& filter, const QString& field);
/// All conditions that are choices, each by itself.
QStringList choicesOf(const QString& filter);
/// With one more, or one less, value of a field: `condition` is joined to the alternatives that are
/// there for it, or taken from them.
QString filterWithValue(const QString& filter, const QString& field, const QString& condition);

} // namespace murmur
