// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace murmur {

/// Keeps dialogs on the screen: with large letters on a small one their buttons would lie below it.
class ScreenFit : public QObject
{
    Q_OBJECT
public:
    explicit ScreenFit(QObject* parent);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
};

} // namespace murmur
