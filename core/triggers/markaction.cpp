// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "triggers/markaction.h"

#include "session/markers.h"

namespace murmur {

MarkAction::MarkAction(QString text)
    : m_text(std::move(text))
{
}

Result<std::unique_ptr<TriggerAction>> createMarkAction(const QString& argument,
                                                        const TriggerRules& /*rules*/)
{
    return std::unique_ptr<TriggerAction>(std::make_unique<MarkAction>(argument));
}

} // namespace murmur
