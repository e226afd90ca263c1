// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "triggers/trigger.h"
#include "triggers/triggeraction.h"

#include <QCoreApplication>

#include <cstdlib>
#include <string_view>

using namespace murmur;

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv)
{
    static const QCoreApplication application(*argc, *argv); // web hooks want one
    return 0;
}

/// What people write of triggers, and what settings hold of them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    const std::vector<Trigger> triggers = triggersFromJson(bytes);
    if (triggers.size() > kMostTriggers || triggersFromJson(triggersToJson(triggers)) != triggers)
        std::abort();
    const QString text = QString::fromUtf8(bytes);
    if (const auto policy = triggerPolicyFromText(text)) {
        const auto again = triggerPolicyFromText(triggerPolicyText(*policy));
        if (!again || *again != *policy)
            std::abort();
    }
    (void)triggerConditionFromText(text);
    if (text.contains(QLatin1Char('@')))
        return 0; // it would name a file
    // Nothing beyond this machine, and no program, may come of a text alone.
    TriggerRules rules;
    if (triggerActionFromText(text, rules)) {
        const TriggerActionEntry* entry = triggerActionOf(text);
        if (entry == nullptr || std::string_view(entry->id) == "run" ||
            std::string_view(entry->id) == "freeze")
            std::abort();
    }
    return 0;
}
