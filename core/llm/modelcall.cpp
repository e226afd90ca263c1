// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "llm/modelcall.h"

#include <algorithm>
#include <iterator>

namespace murmur {

namespace {

template<typename Number>
void keepLarger(std::optional<Number>& known, const std::optional<Number>& more)
{
    if (more)
        known = known ? std::max(*known, *more) : *more;
}

/// The part that `more` goes on with, or null.
ModelPart* openPart(std::vector<ModelPart>& whole, const ModelPart& more)
{
    using Is = ModelPart::Is;
    if (whole.empty() || more.is == Is::Image || more.is == Is::ToolResult || more.is == Is::Data)
        return nullptr;
    if (more.is != Is::ToolCall)
        return whole.back().is == more.is ? &whole.back() : nullptr;
    const auto found = std::find_if(whole.rbegin(), whole.rend(), [&](const ModelPart& part) {
        return part.is == Is::ToolCall && part.index == more.index &&
               (more.id.empty() || part.id == more.id);
    });
    return found == whole.rend() ? nullptr : &*found;
}

} // namespace

std::string_view modelRoleName(ModelRole role) noexcept
{
    switch (role) {
    case ModelRole::System:
        return "system";
    case ModelRole::User:
        return "user";
    case ModelRole::Assistant:
        return "assistant";
    case ModelRole::Tool:
        return "tool";
    }
    return "user";
}

std::string plainText(const ModelMessage& message)
{
    std::string text;
    for (const ModelPart& part : message.parts) {
        if (part.is != ModelPart::Is::Text || part.text.empty())
            continue;
        if (!text.empty())
            text += '\n';
        text += part.text;
    }
    return text;
}

void joinParts(std::vector<ModelPart>& whole, const std::vector<ModelPart>& more)
{
    for (const ModelPart& part : more) {
        ModelPart* open = openPart(whole, part);
        if (open == nullptr) {
            whole.push_back(part);
            continue;
        }
        open->text += part.text;
        if (open->name.empty())
            open->name = part.name;
        if (open->id.empty())
            open->id = part.id;
    }
}

void joinUsage(ModelUsage& usage, const ModelUsage& more)
{
    keepLarger(usage.in, more.in);
    keepLarger(usage.out, more.out);
    keepLarger(usage.cached, more.cached);
    keepLarger(usage.reasoning, more.reasoning);
    keepLarger(usage.cost, more.cost);
}

} // namespace murmur
