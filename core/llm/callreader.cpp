// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "llm/callreader.h"

#include "llm/callsources.h"

#include <array>
#include <new>

namespace murmur {

namespace {

constexpr std::array kCallSources = std::to_array<llm::CallSource>({
    {"otel", llm::readOtelCall},
    {"langchain", llm::readLangChainCall},
    {"crewai", llm::readCrewAiCall},
    {"anthropic", llm::readAnthropicCall},
    {"openai-responses", llm::readResponsesCall},
    {"openai", llm::readChatCall},
    {"plain", llm::readPlainCall},
});

/// Whatever tells of a model has one of these words; most messages have none, and are not parsed.
bool mayTell(std::string_view text)
{
    static constexpr std::array<std::string_view, 5> words{"\"model", "llm", "gen_ai",
                                                           "content_block", "chat_model"};
    if (text.find_first_of('{') == std::string_view::npos)
        return false;
    for (const std::string_view word : words) {
        if (text.find(word) != std::string_view::npos)
            return true;
    }
    return text.find("\"message_delta\"") != std::string_view::npos ||
           text.find("\"response.") != std::string_view::npos ||
           text.find("\"choices\"") != std::string_view::npos;
}

void leaveOnlyThePrompt(ModelCall& call)
{
    call.share = ModelCall::Share::Prompt;
    call.answer.clear();
    call.finish.clear();
    call.error.clear();
    call.usage = {};
}

} // namespace

std::span<const llm::CallSource> llm::callSources() noexcept
{
    return kCallSources;
}

struct CallReader::Private
{
    llm::Texts texts;

    std::optional<ModelCall> read(std::string_view text)
    {
        if (!mayTell(text))
            return {};
        texts.clear();
        const auto root = texts.parse(text);
        if (!root || !llm::isObject(*root))
            return {};
        for (const llm::CallSource& source : kCallSources) {
            ModelCall call;
            if (!source.read(*root, texts, call))
                continue;
            if (call.source.empty())
                call.source = source.id;
            return call;
        }
        return {};
    }
};

CallReader::CallReader()
    : d(std::make_unique<Private>())
{
}

CallReader::~CallReader() = default;
CallReader::CallReader(CallReader&&) noexcept = default;
CallReader& CallReader::operator=(CallReader&&) noexcept = default;

std::optional<ModelCall> CallReader::read(std::string_view raw, std::string_view payload, Kind kind)
{
    std::optional<ModelCall> call;
    try {
        call = d->read(raw);
        if (!call && payload.size() != raw.size())
            call = d->read(payload);
    } catch (const std::bad_alloc&) { // of a message that is larger than what there is
        return {};
    } catch (const simdjson::simdjson_error&) {
        return {};
    }
    if (call && kind == Kind::Request)
        leaveOnlyThePrompt(*call);
    return call;
}

} // namespace murmur
