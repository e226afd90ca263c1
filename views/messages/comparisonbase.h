// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"

#include <QObject>

namespace murmur {

class SharedView;

/// The message that a person holds to compare others with. There is one in a window, made when the
/// first view asks.
class ComparisonBase : public QObject
{
    Q_OBJECT
public:
    static ComparisonBase* of(SharedView* shared);

    [[nodiscard]] Seq held() const { return m_held; } ///< 0: none
    void hold(Seq seq);
    /// The held message and the selected one are to be shown beside each other.
    void compare() { Q_EMIT comparisonWanted(); }

Q_SIGNALS:
    void heldChanged();
    void comparisonWanted();

private:
    explicit ComparisonBase(SharedView* shared);

    Seq m_held = 0;
};

} // namespace murmur
