// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

#include <QString>

#include <array>
#include <string>
#include <string_view>

namespace murmur::test {

/// Bytes of a message with the room behind them that dialects ask for. The room is filled with
/// closing braces and quotes: the worst neighbours that a cut-off message can have.
class Padded
{
public:
    explicit Padded(std::string_view bytes)
        : m_size(bytes.size())
        , m_bytes(bytes)
    {
        for (std::size_t i = 0; i < kPadding; ++i)
            m_bytes += "}\"]"[i % 3];
    }
    [[nodiscard]] std::string_view view() const
    {
        return std::string_view(m_bytes).substr(0, m_size);
    }

private:
    std::size_t m_size;
    std::string m_bytes;
};

inline std::string join(const std::vector<std::string_view>& texts)
{
    std::string out;
    for (const std::string_view text : texts) {
        if (!out.empty())
            out += ',';
        out += text;
    }
    return out;
}

/// One line with all that is set, in a fixed order: "kind=reply from=a to=b,c corr=7".
inline std::string describe(const Interpretation& out)
{
    std::string line;
    const auto add = [&line](std::string_view name, std::string_view value) {
        if (value.empty())
            return;
        if (!line.empty())
            line += ' ';
        line += name;
        line += '=';
        line += value;
    };
    add("undecodable", out.undecodable);
    if (!out.undecodable.empty())
        return line;
    add("kind", kindName(out.kind));
    add("topic", out.topic);
    add("from", out.sender);
    add("to", join(out.receivers));
    add("type", out.type);
    static constexpr std::array<std::string_view, kIdFieldCount> names{
        "id", "corr", "trace", "span", "parent", "conv", "reply_to"};
    for (std::size_t i = 0; i < names.size(); ++i)
        add(names[i], out.ids[i]);
    add("parents", join(out.parents));
    for (std::size_t i = 0; i < kLabelCount; ++i)
        add(labelName(static_cast<Label>(i)), out.labels[i]);
    if (out.sent != kNoTime)
        add("sent", isoTimeUtf8(out.sent));
    if (out.sequence != kNoTime)
        add("seq", std::to_string(out.sequence));
    add("payload", out.payload);
    if (out.isErrorReply)
        add("errorReply", "yes");
    for (const auto& [key, value] : out.state)
        add("state:" + std::string(key), value);
    return line;
}

/// All texts that an interpretation points to, the reason of the undecodable apart.
inline std::vector<std::string_view> textsOf(const Interpretation& out)
{
    std::vector<std::string_view> texts{out.topic, out.sender, out.type, out.payload};
    texts.insert(texts.end(), out.ids.begin(), out.ids.end());
    texts.insert(texts.end(), out.labels.begin(), out.labels.end());
    texts.insert(texts.end(), out.receivers.begin(), out.receivers.end());
    texts.insert(texts.end(), out.parents.begin(), out.parents.end());
    for (const auto& [key, value] : out.state) {
        texts.push_back(key);
        texts.push_back(value);
    }
    std::erase_if(texts, [](std::string_view text) { return text.data() == nullptr; });
    return texts;
}

/// True when each text lies wholly in `raw` or in one of the scratch texts.
inline bool liesInMessage(const Interpretation& out, std::string_view raw)
{
    const auto within = [](std::string_view part, std::string_view whole) {
        return std::less_equal<>()(whole.data(), part.data()) &&
               std::less_equal<>()(part.data() + part.size(), whole.data() + whole.size());
    };
    for (const std::string_view text : textsOf(out)) {
        bool found = within(text, raw);
        for (const std::string& kept : out.scratch)
            found = found || within(text, kept);
        if (!found)
            return false;
    }
    return true;
}

} // namespace murmur::test
