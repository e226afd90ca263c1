// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/hubpeer.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <simdjson.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

// Answers to somebody who does not read them are not piled up.
constexpr std::size_t kMaxAnswerBacklog = std::size_t(64) * 1024;
constexpr std::size_t kMaxPatterns = 1000;
// What is kept of a frame that cannot be read at all.
constexpr std::size_t kMaxBrokenBytes = 4096;

QString fromUtf8(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QByteArray compact(const QJsonObject& object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

QByteArray frameOf(WebSocketOp op, std::string_view payload)
{
    const WebSocketHeader header = webSocketHeader(op, payload.size());
    QByteArray frame(header.data.data(), static_cast<qsizetype>(header.size));
    return frame.append(payload.data(), static_cast<qsizetype>(payload.size()));
}

bool mayBeSent(int code) noexcept
{
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
           (code >= 3000 && code <= 4999);
}

} // namespace

bool HubPeer::consumeFrames(std::span<char>& bytes)
{
    const WebSocketReader::Event event = m_webSocket->next(bytes);
    switch (event) {
    case WebSocketReader::Event::NeedMore:
        return false;
    case WebSocketReader::Event::Text:
        takeText(m_webSocket->payload());
        return true;
    case WebSocketReader::Event::Binary:
        takeBinary(m_webSocket->payload());
        return true;
    case WebSocketReader::Event::Ping:
        sendControl(WebSocketOp::Pong, m_webSocket->payload());
        return true;
    case WebSocketReader::Event::Pong:
        return true;
    case WebSocketReader::Event::Close:
        takeClose(m_webSocket->payload());
        return true;
    case WebSocketReader::Event::TooLarge:
    case WebSocketReader::Event::Broken:
        const bool isTooLarge = event == WebSocketReader::Event::TooLarge;
        std::string begun(m_webSocket->unfinished());
        if (begun.empty())
            begun.assign(bytes.data(), std::min(bytes.size(), kMaxBrokenBytes));
        refuseFrame(begun, m_webSocket->reason(), 0);
        closeWebSocket(isTooLarge ? 1009 : 1002, m_webSocket->reason());
        discard();
        return true;
    }
    return false;
}

void HubPeer::takeText(std::string_view text)
{
    bool isBroken = false;
    m_commons.json.read(text, [this, &isBroken](const JsonPart& part) {
        switch (part.what) {
        case JsonPart::What::Publish:
            m_commons.exchange->publish(said(part.raw, part.topic));
            return;
        case JsonPart::What::Subscribe:
        case JsonPart::What::Unsubscribe:
            changeSubscriptions(part);
            return;
        case JsonPart::What::Refused:
            // Only a text that was refused can have broken UTF-8: JSON was checked for it.
            if (!simdjson::validate_utf8(part.raw.data(), part.raw.size())) {
                isBroken = true;
                refuseFrame(part.raw, "the text is not UTF-8; bytes go into a binary frame", 0);
            } else {
                refuseFrame(part.raw, part.reason, part.line);
            }
            return;
        }
    });
    if (isBroken)
        closeWebSocket(1007, "the text is not UTF-8");
}

void HubPeer::takeBinary(std::string_view bytes)
{
    HubExchange::Said binary = said(bytes, m_binaryTopic);
    binary.op = WebSocketOp::Binary;
    m_commons.exchange->publish(binary);
}

void HubPeer::changeSubscriptions(const JsonPart& part)
{
    const bool subscribes = part.what == JsonPart::What::Subscribe;
    if (m_phase != Phase::Open)
        return;
    std::vector<TopicPattern> patterns;
    for (const std::string& text : part.topics) {
        Result<TopicPattern> pattern = TopicPattern::fromText(text);
        if (!pattern) {
            refuseFrame(part.raw, pattern.error().message.toStdString(), 0, false);
            return;
        }
        patterns.push_back(std::move(*pattern));
    }
    for (TopicPattern& pattern : patterns) {
        std::erase_if(m_patterns,
                      [&](const TopicPattern& known) { return known.text() == pattern.text(); });
        if (subscribes)
            m_patterns.push_back(std::move(pattern));
    }
    if (m_patterns.size() > kMaxPatterns) {
        m_patterns.resize(kMaxPatterns, m_patterns.front());
        refuseFrame(part.raw, "more than 1000 subscriptions; the last ones do not count", 0, false);
    }
    if (m_patterns.empty())
        m_commons.exchange->removeSubscriber(this);
    else
        m_commons.exchange->addSubscriber(this);
    QJsonArray topics;
    for (const TopicPattern& pattern : m_patterns)
        topics << fromUtf8(pattern.text());
    answer(compact(
        {{u"op"_s, subscribes ? u"subscribed"_s : u"unsubscribed"_s}, {u"topics"_s, topics}}));
}

bool HubPeer::wants(std::string_view topic) const
{
    return std::ranges::any_of(
        m_patterns, [topic](const TopicPattern& pattern) { return pattern.matches(topic); });
}

void HubPeer::deliver(const QByteArray& frame)
{
    if (m_phase != Phase::Open)
        return;
    const std::size_t backlog = m_outbox.bytes();
    // One message may be larger than the bound, a second one behind it may not.
    if (backlog > 0 &&
        backlog + static_cast<std::size_t>(frame.size()) > m_commons.settings.maxSubscriberBacklog)
        cut(1);
    else
        m_outbox.add(frame, true);
}

void HubPeer::cut(std::int64_t missed)
{
    missed += m_outbox.dropMessages();
    m_commons.exchange->noteCut(m_patterns.front().text(), missed);
    closeWebSocket(1013, "too slow: " + std::to_string(missed) + " messages were not sent");
}

void HubPeer::refuseFrame(std::string_view raw, const std::string& reason, std::size_t badLine,
                          bool record)
{
    if (record)
        m_commons.exchange->recordUndecodable(said(raw, {}), reason);
    QJsonObject object{{u"op"_s, u"error"_s}, {u"reason"_s, fromUtf8(reason)}};
    if (badLine > 0)
        object[u"line"_s] = static_cast<qint64>(badLine);
    answer(compact(object));
}

void HubPeer::answer(const QByteArray& json)
{
    if (m_phase == Phase::Open && m_outbox.bytes() <= kMaxAnswerBacklog) {
        m_outbox.add(
            frameOf(WebSocketOp::Text, {json.constData(), static_cast<std::size_t>(json.size())}),
            false);
    }
}

void HubPeer::sendControl(WebSocketOp op, std::string_view payload)
{
    if (m_phase == Phase::Open && m_outbox.bytes() <= m_commons.settings.maxSubscriberBacklog)
        m_outbox.add(frameOf(op, payload), false);
}

void HubPeer::closeWebSocket(int code, std::string_view reason)
{
    if (m_phase != Phase::Open)
        return;
    std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    constexpr std::size_t kMaxReason = 123;
    // Cut at a character, not inside one.
    std::size_t size = std::min(reason.size(), kMaxReason);
    while (size < reason.size() && size > 0 && (reason[size] & 0xc0) == 0x80)
        --size;
    payload += reason.substr(0, size);
    m_outbox.add(frameOf(WebSocketOp::Close, payload), false);
    m_phase = Phase::Closing;
    m_begun = Clock::now();
    m_commons.exchange->removeSubscriber(this);
}

void HubPeer::takeClose(std::string_view payload)
{
    if (m_phase == Phase::Open) {
        int code = 1000;
        if (payload.size() >= 2) {
            code = static_cast<unsigned char>(payload[0]) << 8 |
                   static_cast<unsigned char>(payload[1]);
        }
        const std::string_view reason = payload.substr(std::min<std::size_t>(payload.size(), 2));
        if (!mayBeSent(code))
            closeWebSocket(1002, "a close code that must not be sent");
        else if (!simdjson::validate_utf8(reason.data(), reason.size()))
            closeWebSocket(1007, "the close reason is not UTF-8");
        else
            closeWebSocket(code, {});
    }
    discard();
}

} // namespace murmur
