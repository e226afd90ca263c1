// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "codec/jsoncodec.h"

#include <nlohmann/json.hpp>

namespace murmur {

namespace {

/// Takes all values and keeps none; remembers where it went wrong.
class JsonCheck final : public nlohmann::json_sax<nlohmann::json>
{
public:
    bool null() override { return true; }
    bool boolean(bool /*value*/) override { return true; }
    bool number_integer(number_integer_t /*value*/) override { return true; }
    bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
    bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
    bool string(string_t& /*value*/) override { return true; }
    bool binary(binary_t& /*value*/) override { return true; }
    bool start_object(std::size_t /*size*/) override { return ++m_depth <= kDeepest; }
    bool key(string_t& /*value*/) override { return true; }
    bool end_object() override { return --m_depth >= 0; }
    bool start_array(std::size_t /*size*/) override { return ++m_depth <= kDeepest; }
    bool end_array() override { return --m_depth >= 0; }
    bool parse_error(std::size_t at, const std::string& /*token*/,
                     const nlohmann::detail::exception& /*error*/) override
    {
        m_failedAt = at == 0 ? 0 : at - 1;
        return false;
    }

    [[nodiscard]] bool isTooDeep() const { return m_depth > kDeepest; }
    [[nodiscard]] std::size_t failedAt() const { return m_failedAt; }

private:
    static constexpr int kDeepest = 1000; // the readers of JSON go no deeper
    int m_depth = 0;
    std::size_t m_failedAt = 0;
};

void checkJson(std::string_view text, std::size_t base)
{
    // The parser would take a zero for the end.
    if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos)
        throw CodecFailure{"the JSON is broken", base + zero};
    JsonCheck check;
    if (nlohmann::json::sax_parse(text.begin(), text.end(), &check))
        return;
    if (check.isTooDeep())
        throw CodecFailure{"the JSON is nested too deep", base};
    throw CodecFailure{"the JSON is broken", base + check.failedAt()};
}

void readJson(CodecRun& run)
{
    checkJson(run.bytes, 0);
    run.isSame = true;
}

/// An array of the lines.
void readJsonLines(CodecRun& run)
{
    JsonOut out(run.stop);
    out.beginArray();
    std::size_t lines = 0;
    for (std::size_t at = 0; at < run.bytes.size();) {
        const std::size_t end = std::min(run.bytes.find('\n', at), run.bytes.size());
        std::string_view line = run.bytes.substr(at, end - at);
        // JSON text sequences begin each with a record separator.
        while (!line.empty() &&
               (line.front() == ' ' || line.front() == '\t' || line.front() == '\x1e'))
            line.remove_prefix(1);
        while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
            line.remove_suffix(1);
        if (!line.empty()) {
            checkJson(line, static_cast<std::size_t>(line.data() - run.bytes.data()));
            out.raw(line);
            ++lines;
        }
        at = end + 1;
    }
    if (lines == 0)
        throw CodecFailure{"there is no line of JSON", 0};
    out.endArray();
    run.out = out.take();
    run.note = std::to_string(lines) + (lines == 1 ? " line" : " lines");
}

} // namespace

CodecEntry jsonCodec() noexcept
{
    CodecEntry entry{"json", "JSON text"};
    entry.read = readJson;
    return entry;
}

CodecEntry jsonLinesCodec() noexcept
{
    CodecEntry entry{"jsonlines", "JSON values, one a line"};
    entry.read = readJsonLines;
    return entry;
}

} // namespace murmur
