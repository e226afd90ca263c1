// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "triggers/triggeraction.h"

namespace murmur {

/// The text of the marker that every trigger sets where it fires. The watch writes it: markers of
/// several triggers at once are written together.
class MarkAction final : public TriggerAction
{
    Q_OBJECT
public:
    explicit MarkAction(QString text);
    void perform(const murmur::TriggerFiring& /*firing*/) override {}
    [[nodiscard]] const QString& text() const { return m_text; }

private:
    QString m_text;
};

/// The text of a marker, its variables filled in as those of an injection are.
Result<QString> markTextFor(const QString& text, const TriggerFiring& firing,
                            const Dictionaries& names);

} // namespace murmur
