// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/rehearing.h"

#include "bus/sharedpeer.h"
#include "dialect/envelope.h"

namespace murmur {

namespace {

QByteArray bytes(std::string_view text)
{
    return QByteArray::fromRawData(text.data(), static_cast<qsizetype>(text.size()));
}

} // namespace

bool Rehearing::load(RecordingReader& reader, const BlockRef& block)
{
    m_row = 0;
    m_offset = 0;
    if (!reader.loadHeard(block, m_heard) || !reader.loadPayload(block, m_payload))
        return false;
    m_hasOld = reader.load(
        block, ActorColumns | TypeColumns | CallColumns | LateColumns | StateColumns, m_old);
    return true;
}

const HeardMessage& Rehearing::next()
{
    const std::size_t row = m_row++;
    const auto take = [&](std::size_t size) {
        const std::string_view taken =
            std::string_view(m_payload).substr(std::min(m_offset, m_payload.size()), size);
        m_offset += size;
        return taken;
    };
    m_message = {};
    m_message.connection = ConnectionId(m_heard.connection[row]);
    m_message.received = m_heard.received[row];
    if (m_heard.time[row] != m_heard.received[row])
        m_message.stated = m_heard.time[row];
    m_message.flags = m_heard.flags[row] & ~Flags(Undecoded | Unread);
    const std::string_view real = m_heard.topicNames.of(row);
    m_topic = real.empty() ? m_names.topicName(TopicId(m_heard.topic[row])) : std::string(real);
    m_message.topic = bytes(m_topic);
    m_message.raw = bytes(take(m_heard.rawSize[row]));
    m_message.headers = bytes(take(m_heard.headerSize[row]));
    m_peer = headerOf(
        {m_message.headers.constData(), static_cast<std::size_t>(m_message.headers.size())},
        kPeerHeader);
    if (m_peer.empty() && m_hasOld) {
        // Of a message that was not read yet the peer stands alone.
        const AgentEntry sender = m_names.recordedAgent(AgentId(m_old.sender[row]));
        if (sender.provisional)
            m_peer = sender.name;
        else if (m_old.sender[row] == 0)
            m_peer = m_old.senderNames.of(row);
    }
    m_message.peer = bytes(m_peer);
    if ((m_heard.flags[row] & Undecoded) != 0) {
        m_reason = m_hasOld ? m_names.typeName(TypeId(m_old.type[row])) : std::string("not framed");
        m_message.undecodable = bytes(m_reason);
    }
    return m_message;
}

} // namespace murmur
