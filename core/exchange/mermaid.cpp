// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/mermaid.h"

#include "conversations/sequencetext.h"

#include <algorithm>

namespace murmur {

namespace {

constexpr std::size_t kMostDrawn = 1000;

class MermaidExport final : public ExportFormat
{
public:
    explicit MermaidExport(std::shared_ptr<const Dictionaries> names)
        : m_names(std::move(names))
    {
    }

    void begin(std::string& /*out*/) override {}

    void write(std::string& /*out*/, const MessageDetail& message) override
    {
        if (m_detail.messages.size() >= kMostDrawn) {
            ++m_more;
            return;
        }
        const MessageRow& row = message.row;
        ConversationMessage one;
        one.seq = row.seq;
        one.shownSeq = row.shownSeq();
        one.time = toNs(row.time);
        one.kind = row.kind;
        one.sender = m_names->resolved(row.sender);
        one.audience = row.audience;
        const auto receivers = m_names->receivers(row.audience);
        if (!receivers.empty())
            one.receiver = m_names->resolved(receivers.front());
        one.type = row.type;
        one.topic = row.topic;
        one.closes = row.closes;
        m_detail.messages.push_back(std::move(one));
    }

    void end(std::string& out) override
    {
        std::ranges::stable_sort(m_detail.messages, [](const auto& a, const auto& b) {
            return a.time != b.time ? a.time < b.time : a.seq < b.seq;
        });
        m_detail.tree = conversationTree(m_detail.messages);
        out += sequenceMermaid(sequenceOf(m_detail, *m_names, nullptr), m_detail.tree, *m_names, {},
                               kMostDrawn);
        if (m_more > 0)
            out += "    %% " + std::to_string(m_more) +
                   " more messages are not drawn; choose fewer with --where\n";
    }

private:
    const std::shared_ptr<const Dictionaries> m_names;
    ConversationDetail m_detail;
    std::int64_t m_more = 0;
};

} // namespace

std::unique_ptr<ExportFormat> createMermaidExport(std::shared_ptr<const Dictionaries> names,
                                                  bool /*hasSeveral*/)
{
    return std::make_unique<MermaidExport>(std::move(names));
}

} // namespace murmur
