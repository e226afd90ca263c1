// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/linetime.h"

#include "base/message.h"

#include <cstring>

namespace murmur {

namespace {

constexpr std::size_t kPlentyOfLine = 4 << 20;

} // namespace

bool LineTime::read(std::string_view line, std::string_view topic)
{
    if (m_padded.size() > kPlentyOfLine)
        m_padded = {};
    m_padded.resize(line.size() + kPadding);
    std::memcpy(m_padded.data(), line.data(), line.size());
    const bool isJson = m_facts.look({m_padded.data(), line.size()});
    m_topic = isJson && !m_facts.topic().empty() ? m_facts.topic() : topic;
    return isJson;
}

void LineTime::lookForTopic(std::string_view line, std::string_view topic)
{
    m_topic = topic;
    if (line.starts_with('{') && line.find("\"topic\"") != line.npos)
        (void)read(line, topic);
}

std::int64_t LineTime::look(std::string_view line, std::string_view topic)
{
    const bool isJson = read(line, topic);
    MessageView view;
    view.raw = {m_padded.data(), line.size()};
    std::int64_t time = isJson ? m_facts.received() : kNoTime;
    if (time == kNoTime) {
        view.topic = m_topic;
        m_interpretation.clear();
        m_chooser.interpret(0, static_cast<std::uint32_t>(idHash(m_topic)), view, m_interpretation);
        time = m_interpretation.sent;
        if (time == kNoTime && isJson)
            time = m_facts.stated();
    }
    if (time != kNoTime)
        m_last = time;
    return m_last;
}

} // namespace murmur
