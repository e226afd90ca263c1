// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/websocket/websocketconnection.h"

#include "bus/websocket/feedconnection.h"
#include "bus/websocket/websocketsettings.h"

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

std::string_view view(const QByteArray& bytes)
{
    return {bytes.data(), static_cast<std::size_t>(bytes.size())};
}

QByteArray pathTopic(const QUrl& target)
{
    const QByteArray path = target.path(QUrl::FullyDecoded).toUtf8();
    return path == "/" ? QByteArray() : path;
}

class WebSocketConnection final : public FeedConnection
{
public:
    WebSocketConnection(QUrl url, WebSocketSettings settings, const ConnectionContext& context)
        : FeedConnection(std::move(url), settings.feed, context)
        , m_settings(std::move(settings))
        , m_topic(m_settings.topic.value_or(pathTopic(m_settings.feed.target)))
    {
    }
    ~WebSocketConnection() override { stop(); }

protected:
    void opened(const QByteArray& protocol) override
    {
        for (const QByteArray& hello : m_settings.hellos)
            sendText(view(hello));
        QString detail = u"Listening to %1."_s.arg(options().where());
        if (!protocol.isEmpty()) {
            detail.chop(1);
            detail += u", subprotocol %1."_s.arg(QString::fromUtf8(protocol));
        }
        isUp(detail);
    }

    void take(const FeedMessage& message) override
    {
        if (!message.isBinary && message.undecodable.empty()) {
            for (const FeedReply& reply : m_settings.replies) {
                if (reply.answers(message.payload))
                    sendText(view(reply.text));
            }
        }
        HeardMessage heard = heardFrom(message);
        heard.topic = m_topic;
        hear(std::move(heard));
    }

    void describe(ConnectionStatus& status) const override
    {
        status.subscribed << u"what %1 sends to us"_s.arg(options().where());
        status.presence << u"The server has one more client, and sends it what it sends to such "
                           "clients."_s;
        if (!m_settings.hellos.empty()) {
            status.presence << u"The URL's %1 hello messages are sent at each connect; what they "
                               "do is up to the server."_s.arg(m_settings.hellos.size());
        }
        if (!m_settings.replies.empty()) {
            status.presence << u"%1 kinds of message are answered, as the URL says."_s.arg(
                m_settings.replies.size());
        }
        if (m_settings.hellos.empty() && m_settings.replies.empty())
            status.presence << u"Nothing is sent but pings and pongs."_s;
        if (options().tls.insecure)
            status.presence << u"The server's certificate is not verified."_s;
    }

private:
    const WebSocketSettings m_settings;
    const QByteArray m_topic;
};

} // namespace

Result<std::unique_ptr<Connection>> createWebSocketConnection(const QUrl& url,
                                                              const ConnectionContext& context)
{
    Result<WebSocketSettings> settings = webSocketSettings(url, context.options);
    if (!settings)
        return settings.error();
    return std::unique_ptr<Connection>(
        std::make_unique<WebSocketConnection>(url, std::move(*settings), context));
}

} // namespace murmur
