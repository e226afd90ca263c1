// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "triggers/triggeraction.h"

namespace murmur {

/// Asks the desktop to show a notification (org.freedesktop.Notifications). Where there is no
/// desktop that is said, once.
class NotifyAction final : public TriggerAction
{
    Q_OBJECT
public:
    explicit NotifyAction(QString text);
    void perform(const murmur::TriggerFiring& firing) override;
    [[nodiscard]] bool isBusy() const override { return m_asked > 0; }

private:
    QString m_text;
    int m_asked = 0;
    uint m_last = 0; ///< the desktop's number of our last one, which the next replaces
};

} // namespace murmur
