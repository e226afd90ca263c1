// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "triggers/markaction.h"

#include "replay/injection.h"
#include "session/markers.h"

namespace murmur {

MarkAction::MarkAction(QString text)
    : m_text(std::move(text))
{
}

Result<QString> markTextFor(const QString& text, const TriggerFiring& firing,
                            const Dictionaries& names)
{
    const QByteArray bytes = text.toUtf8();
    if (!hasVariables(bytes))
        return text;
    InjectionDraft heard;
    if (firing.message)
        heard = draftOf(*firing.message, names, {});
    TemplateInput input;
    input.counter = firing.number;
    input.now = wallNow();
    input.message = heard.hasMessage ? &heard.message : nullptr;
    const auto made = filled(bytes, input, false);
    if (!made)
        return made.error();
    return QString::fromUtf8(*made);
}

Result<std::unique_ptr<TriggerAction>> createMarkAction(const QString& argument,
                                                        const TriggerRules& /*rules*/)
{
    return std::unique_ptr<TriggerAction>(std::make_unique<MarkAction>(argument));
}

} // namespace murmur
