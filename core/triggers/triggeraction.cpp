// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "triggers/triggeraction.h"

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

std::span<const TriggerActionEntry> triggerActions() noexcept
{
    static constexpr std::array rows = std::to_array<TriggerActionEntry>({
        {"mark", "TEXT", "a marker at that moment; every trigger sets one, this one has your text",
         false, createMarkAction},
        {"keep", "BEFORE,AFTER:FILE", "what was said before and after, as a recording of its own",
         false, createKeepAction},
        {"freeze", "", "the window stands still at that moment; recording goes on", false,
         createFreezeAction},
        {"notify", "TEXT", "a notification of the desktop", false, createNotifyAction},
        {"run", "PROGRAM ARGUMENTS", "a program, without a shell; it reads the facts as JSON", true,
         createRunAction},
        {"webhook", "URL", "an HTTP POST of the facts, to this machine unless a host is allowed",
         true, createWebhookAction},
        {"inject", "TOPIC PAYLOAD", "a message of yours, onto an armed bus", true,
         createInjectAction},
    });
    return rows;
}

const TriggerActionEntry* triggerActionOf(const QString& text) noexcept
{
    const QStringView id = QStringView(text).trimmed();
    for (const TriggerActionEntry& entry : triggerActions()) {
        if (id.left(id.indexOf(u':')).trimmed() == QLatin1StringView(entry.id))
            return &entry;
    }
    return nullptr;
}

Result<std::unique_ptr<TriggerAction>> triggerActionFromText(const QString& text,
                                                             const TriggerRules& rules)
{
    const QString trimmed = text.trimmed();
    const auto colon = trimmed.indexOf(u':');
    const QString argument = colon < 0 ? QString() : trimmed.mid(colon + 1).trimmed();
    if (const TriggerActionEntry* entry = triggerActionOf(text))
        return entry->create(argument, rules);
    QStringList known;
    for (const TriggerActionEntry& entry : triggerActions())
        known << QString::fromLatin1(entry.id);
    return Error{ErrorCode::WrongUse,
                 u"A trigger cannot do \"%1\"; it can %2, each with what it needs behind a colon: "
                 "keep:30s,10s."_s.arg(trimmed.left(colon), known.join(u", "_s))};
}

} // namespace murmur
