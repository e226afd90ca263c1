// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/completion.h"
#include "show/show.h"

#include <cstdlib>

using namespace murmur;

/// What people write by hand: a show, and a filter that is still being typed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    if (const auto show = showFromJson(bytes); show && show->acts.empty())
        std::abort();
    const QString text = QString::fromUtf8(bytes);
    qsizetype end = 0;
    for (const ExpressionToken& token : expressionTokens(text)) {
        if (token.at < end || token.length <= 0 || token.at + token.length > text.size())
            std::abort();
        end = token.at + token.length;
    }
    const CompletionList list = completionsAt(text, text.size() / 2, {}, 20);
    if (list.at < 0 || list.at + list.length > text.size() || list.entries.size() > 20)
        std::abort();
    return 0;
}
