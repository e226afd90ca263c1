// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/describe.h"

#include "base/message.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

namespace murmur::test {

/// One message of a corpus. A corpus is a text file, tests/dialect/corpus/<dialect>.txt, of lines:
///
///     # what this is about
///     @ topic=tasks peer=10.0.0.1:9 binary header:name=value   what the bus says (optional)
///     ~ sender correlation trace                              what the message itself states
///     {"the":"message"}    or    hex 01 0a ff    or    frame {metadata} | payload
///     = kind=… from=… to=…                                     what must be read
///
/// `\xNN` stands for a byte in values of headers, and underscores for nothing in hex.
struct CorpusMessage
{
    int line = 0;
    std::string about;
    std::string raw;
    std::string topic;
    std::string peer;
    HeaderList headers;
    Flags flags = 0;
    std::vector<std::string> states;
    std::string expected;
};

inline std::string unhex(std::string_view text)
{
    std::string bytes;
    int high = -1;
    for (const char c : text) {
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            continue;
        if (high < 0) {
            high = digit;
        } else {
            bytes += static_cast<char>(high * 16 + digit);
            high = -1;
        }
    }
    return bytes;
}

inline std::string unescapeBytes(std::string_view text)
{
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i, 2) == "\\x") {
            bytes += unhex(text.substr(i + 2, 2));
            i += 3;
        } else {
            bytes += text[i];
        }
    }
    return bytes;
}

inline std::vector<std::string> words(std::string_view text)
{
    std::vector<std::string> found;
    std::string word;
    for (const char c : text) {
        if (c != ' ') {
            word += c;
        } else if (!word.empty()) {
            found.push_back(std::move(word));
            word.clear();
        }
    }
    if (!word.empty())
        found.push_back(std::move(word));
    return found;
}

inline std::string bigEndian(std::size_t value)
{
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes += static_cast<char>(value >> shift & 0xff);
    return bytes;
}

inline void readContext(std::string_view text, CorpusMessage& message)
{
    for (const std::string& word : words(text)) {
        const std::string_view view = word;
        const std::size_t equals = view.find('=');
        const std::string value = equals == std::string_view::npos
                                      ? std::string()
                                      : unescapeBytes(view.substr(equals + 1));
        if (view == "binary")
            message.flags |= Flag::Binary;
        else if (view.starts_with("topic="))
            message.topic = value;
        else if (view.starts_with("peer="))
            message.peer = value;
        else if (view.starts_with("header:"))
            message.headers.emplace_back(view.substr(7, equals - 7), value);
    }
}

/// A binary frame of DNotifier from its two readable parts.
inline std::string frameFrom(std::string_view text)
{
    std::string bytes;
    while (!text.empty()) {
        const std::size_t bar = text.find(" | ");
        const std::string_view part = text.substr(0, bar);
        bytes += bigEndian(part.size()) + std::string(part);
        text.remove_prefix(bar == std::string_view::npos ? text.size() : bar + 3);
    }
    return bytes;
}

inline std::vector<CorpusMessage> readCorpus(const std::string& path)
{
    std::vector<CorpusMessage> corpus;
    CorpusMessage next;
    std::ifstream file(path);
    int number = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        const std::string_view rest =
            std::string_view(line).substr(std::min<std::size_t>(2, line.size()));
        if (line.empty())
            continue;
        if (line.starts_with("# ")) {
            next.about = rest;
        } else if (line.starts_with("@ ")) {
            readContext(rest, next);
        } else if (line.starts_with("~ ")) {
            next.states = words(rest);
        } else if (line.starts_with("= ")) {
            next.expected = rest;
            corpus.push_back(std::move(next));
            next = {};
        } else {
            next.line = number;
            next.raw = line.starts_with("hex ")     ? unhex(line.substr(4))
                       : line.starts_with("frame ") ? frameFrom(line.substr(6))
                       : line == "empty"            ? std::string()
                                                    : line;
        }
    }
    return corpus;
}

/// A message as a dialect sees it, with the bytes that its views need.
class CorpusView
{
public:
    explicit CorpusView(const CorpusMessage& message)
        : CorpusView(message, message.raw)
    {
    }
    CorpusView(const CorpusMessage& message, std::string_view raw)
        : m_raw(raw)
        , m_headers(headersToBytes(message.headers))
        , m_message(message)
    {
    }
    [[nodiscard]] MessageView view() const
    {
        return {.topic = m_message.topic,
                .raw = m_raw.view(),
                .headers = m_headers,
                .peer = m_message.peer,
                .flags = m_message.flags};
    }
    /// No text reaches from the message into what lies behind it.
    [[nodiscard]] bool holds(const Interpretation& out) const
    {
        const std::string_view raw = m_raw.view();
        const char* const end = raw.data() + raw.size();
        return std::ranges::all_of(textsOf(out), [&](std::string_view text) {
            const bool isInside = std::less_equal<>()(raw.data(), text.data()) &&
                                  std::less<>()(text.data(), end + kPadding);
            return !isInside || std::less_equal<>()(text.data() + text.size(), end);
        });
    }

private:
    Padded m_raw;
    std::string m_headers;
    const CorpusMessage& m_message;
};

} // namespace murmur::test
