// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace murmur {

/// Keeps the screen on as long as it lives, by org.freedesktop.ScreenSaver (what desktops on
/// Linux answer to). Where nobody answers nothing happens.
class Awake : public QObject
{
    Q_OBJECT
public:
    Awake(const QString& reason, QObject* parent);
    ~Awake() override;

    /// The desktop has said yes.
    [[nodiscard]] bool isHeld() const { return m_cookie != 0; }

Q_SIGNALS:
    void held();

private:
    uint m_cookie = 0;
};

} // namespace murmur
