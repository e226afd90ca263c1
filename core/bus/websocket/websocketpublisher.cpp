// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/websocket/websocketpublisher.h"

#include "bus/hubpublisher.h"
#include "bus/websocket/feedpublisher.h"
#include "bus/websocket/websocketsettings.h"

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

std::string_view viewOf(const QByteArray& bytes)
{
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

class WebSocketPublisher final : public FeedPublisher
{
public:
    explicit WebSocketPublisher(WebSocketSettings settings)
        : FeedPublisher(settings.feed)
        , m_settings(std::move(settings))
    {
    }

    [[nodiscard]] PublisherTraits traits() const override
    {
        PublisherTraits traits;
        traits.confirms = pings();
        traits.hasTopics = false;
        return traits;
    }

protected:
    void opened() override
    {
        if (isHub()) {
            QUrl hub = options().target;
            hub.setQuery(QString());
            hub.setScheme(u"listen"_s);
            lose(u"%1 is a hub of Murmurscope, where messages have topics. Send to %2, or add "
                 "murmur.hub=1 to the URL."_s.arg(where(), hub.toString(QUrl::RemovePath)));
            return;
        }
        for (const QByteArray& hello : m_settings.hellos)
            say(viewOf(hello));
        setUp(u"Sending to %1."_s.arg(where()));
    }

    void heard(const FeedMessage& message) override
    {
        if (message.isBinary || !message.undecodable.empty())
            return;
        for (const FeedReply& reply : m_settings.replies) {
            if (reply.answers(message.payload))
                say(viewOf(reply.text));
        }
    }

    void send(std::uint64_t place, const OutgoingMessage& message) override
    {
        if (!message.isBinary && !message.raw.isValidUtf8())
            doom(u"Bytes that are not UTF-8 are no text; they can only go out as binary."_s);
        else
            write(place, message.isBinary ? WebSocketOp::Binary : WebSocketOp::Text,
                  viewOf(message.raw));
    }

private:
    const WebSocketSettings m_settings;
};

Result<std::unique_ptr<Publisher>> hubOf(const WebSocketSettings& settings, const QUrl& url,
                                         const ConnectionOptions& options)
{
    const TlsOptions& tls = settings.feed.tls;
    if (tls.insecure || !tls.caFile.isEmpty() || !tls.certFile.isEmpty() ||
        !tls.serverName.isEmpty()) {
        return Error{ErrorCode::WrongUse,
                     u"%1: to a hub behind encryption is sent only when its certificate is trusted "
                     "by this machine; murmur.ca, murmur.cert, murmur.server-name and "
                     "murmur.insecure do not go with murmur.hub."_s.arg(shownUrl(url))};
    }
    QUrl hub = settings.feed.target;
    hub.setQuery(QString());
    return createHubPublisher(hub, options);
}

} // namespace

Result<std::unique_ptr<Publisher>> createWebSocketPublisher(const QUrl& url,
                                                            const ConnectionOptions& options)
{
    Result<WebSocketSettings> settings = webSocketSettings(url, options);
    if (!settings)
        return settings.error();
    if (settings->isHub)
        return hubOf(*settings, url, options);
    return std::unique_ptr<Publisher>(std::make_unique<WebSocketPublisher>(std::move(*settings)));
}

} // namespace murmur
