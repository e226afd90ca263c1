// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/websocket/websocketsettings.h"

#include "base/clock.h"

#include <QUrlQuery>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr auto kPrefix = "murmur."_L1;
constexpr auto kToken = "{token}"_L1;
constexpr auto kPassword = "{password}"_L1;
constexpr std::array kItems{"ca"_L1,   "cert"_L1,     "header"_L1,      "hello"_L1,
                            "hub"_L1,  "insecure"_L1, "key"_L1,         "max-message"_L1,
                            "ping"_L1, "reply"_L1,    "server-name"_L1, "subprotocol"_L1,
                            "topic"_L1};

QString itemOf(QLatin1StringView name)
{
    return kPrefix + name;
}

bool isToken(const QByteArray& text)
{
    static constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
    return !text.isEmpty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kOthers.find(c) != std::string_view::npos;
    });
}

bool isFieldValue(const QByteArray& text)
{
    return std::ranges::all_of(
        text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

// Headers that hold a secret, by their usual names.
bool isSecretHeader(const QByteArray& name)
{
    const QByteArray lower = name.toLower();
    return std::ranges::any_of(std::array{"authorization", "cookie", "token", "secret", "password",
                                          "api-key", "apikey", "access-key", "auth"},
                               [&](const char* word) { return lower.contains(word); });
}

bool isOwnHeader(const QByteArray& name)
{
    return std::ranges::any_of(
        std::array{"host", "upgrade", "connection", "sec-websocket-key", "sec-websocket-version",
                   "sec-websocket-extensions", "sec-websocket-protocol", "content-length",
                   "transfer-encoding"},
        [&](const char* own) { return name.compare(own, Qt::CaseInsensitive) == 0; });
}

bool isSecretHeaderItem(const QString& encoded)
{
    const QString item = QUrl::fromPercentEncoding(encoded.toUtf8());
    return item.startsWith(itemOf("header"_L1) + u'=') &&
           isSecretHeader(item.section(u'=', 1).section(u':', 0, 0).toUtf8());
}

// For sentences, which say again what was given.
QUrl withoutSecrets(QUrl url)
{
    QStringList kept = url.query(QUrl::FullyEncoded).split(u'&', Qt::SkipEmptyParts);
    kept.removeIf(isSecretHeaderItem);
    url.setQuery(kept.isEmpty() ? QString() : kept.join(u'&'));
    return url;
}

// Reads what UrlReader knows nothing of: items that repeat and hold commas, places for secrets.
class Reading
{
public:
    Reading(const QUrl& url, const ConnectionOptions& options)
        : m_url(url)
        , m_options(options)
        , m_query(url)
        , m_reader(withoutSecrets(url), u"WebSocket"_s, processClock().nowNs())
        , m_token(secretOr(options.token, "MURMURSCOPE_TOKEN"))
        , m_password(secretOr(options.password, "MURMURSCOPE_PASSWORD"))
    {
    }

    Result<WebSocketSettings> all();

private:
    void checkItems();
    void readTarget();
    void readTls();
    void readHeaders();
    void readTexts();
    QStringList values(QLatin1StringView name);
    QByteArray filled(const QString& text);

    const QUrl m_url;
    const ConnectionOptions& m_options;
    const QUrlQuery m_query;
    UrlReader m_reader;
    const QByteArray m_token;
    const QByteArray m_password;
    bool m_isTokenPlaced = false;
    bool m_isPasswordPlaced = false;
    WebSocketSettings m_settings;
};

QStringList Reading::values(QLatin1StringView name)
{
    m_reader.leave(itemOf(name));
    return m_query.allQueryItemValues(itemOf(name), QUrl::FullyDecoded);
}

// {token} and {password} stand where the secrets go.
QByteArray Reading::filled(const QString& text)
{
    QByteArray bytes = text.toUtf8();
    if (text.contains(kToken)) {
        m_isTokenPlaced = true;
        if (m_token.isEmpty()) {
            m_reader.refuse(u"%1 stands there and no token was given; give it with --token-file "
                            "or in MURMURSCOPE_TOKEN"_s.arg(kToken));
        }
        bytes.replace("{token}", m_token);
    }
    if (text.contains(kPassword)) {
        m_isPasswordPlaced = true;
        if (m_password.isEmpty()) {
            m_reader.refuse(u"%1 stands there and no password was given; give it with "
                            "--password-file or in MURMURSCOPE_PASSWORD"_s.arg(kPassword));
        }
        bytes.replace("{password}", m_password);
    }
    return bytes;
}

void Reading::checkItems()
{
    if (m_url.host().isEmpty())
        m_reader.refuse(u"a server is missing; it looks like ws://host:port/path"_s);
    if (m_url.hasFragment()) {
        m_reader.refuse(u"what stands behind # is not sent to anybody; inside an item write %23 "
                        "for #"_s);
    }
    for (const auto& [name, value] : m_query.queryItems(QUrl::FullyDecoded)) {
        if (!name.startsWith(kPrefix)) {
            if ((name == "token"_L1 || name == "password"_L1) && value != kToken &&
                value != kPassword && !value.isEmpty()) {
                m_reader.refuse(
                    u"a %1 does not belong into a URL, which is shown and stored; "
                    "write %1={%1} and give it with --%1-file or in MURMURSCOPE_%2"_s.arg(
                        name, name.toUpper()));
            }
            m_reader.leave(name); // the server's
            continue;
        }
        const QString own = name.mid(kPrefix.size());
        if (std::ranges::find(kItems, own) == kItems.end()) {
            QStringList known;
            for (const auto item : kItems)
                known << itemOf(item);
            m_reader.refuse(u"WebSocket has no option “%1”; it has %2, and all others go to the "
                            "server"_s.arg(name, known.join(u", "_s)));
        }
    }
}

// The server's part of the query stays as it is written, in its order.
void Reading::readTarget()
{
    QUrl& target = m_settings.feed.target;
    target = m_url;
    target.setScheme(m_url.scheme().toLower());
    target.setUserInfo({});
    target.setFragment({});
    QStringList kept;
    const QString query = m_url.query(QUrl::FullyEncoded);
    for (const QString& item : query.split(u'&', Qt::SkipEmptyParts)) {
        const QString name = QUrl::fromPercentEncoding(item.section(u'=', 0, 0).toUtf8());
        if (name.startsWith(kPrefix))
            continue;
        QString text = item;
        text.replace("%7Btoken%7D"_L1, kToken, Qt::CaseInsensitive);
        text.replace("%7Bpassword%7D"_L1, kPassword, Qt::CaseInsensitive);
        const auto put = [&](QLatin1StringView place) {
            if (text.contains(place)) {
                const QByteArray secret = filled(place);
                text.replace(place, QString::fromLatin1(secret.toPercentEncoding()));
            }
        };
        put(kToken);
        put(kPassword);
        kept << text;
    }
    target.setQuery(kept.isEmpty() ? QString() : kept.join(u'&'));
}

void Reading::readTls()
{
    TlsOptions& tls = m_settings.feed.tls;
    m_settings.feed.itemPrefix = kPrefix;
    tls.isOn = m_settings.feed.target.scheme() == "wss"_L1;
    tls.caFile = m_reader.text(itemOf("ca"_L1));
    tls.certFile = m_reader.text(itemOf("cert"_L1));
    tls.keyFile = m_reader.text(itemOf("key"_L1));
    tls.serverName = m_reader.text(itemOf("server-name"_L1));
    tls.insecure = m_reader.flag(itemOf("insecure"_L1));
    tls.keyPassword = secretOr(m_options.keyPassword, "MURMURSCOPE_KEY_PASSWORD");
    const bool isAsked = tls.insecure || !tls.serverName.isEmpty() || !tls.caFile.isEmpty() ||
                         !tls.certFile.isEmpty() || !tls.keyFile.isEmpty();
    if (isAsked && !tls.isOn) {
        m_reader.refuse(u"murmur.ca, murmur.cert, murmur.key, murmur.server-name and "
                        "murmur.insecure are for wss://"_s);
    } else if (const Status files = tls.check(); !files) {
        m_reader.refuse(files.error().message, files.error().code);
    }
}

void Reading::readHeaders()
{
    for (const QString& text : values("header"_L1)) {
        const QByteArray name = text.section(u':', 0, 0).trimmed().toUtf8();
        const QString given = text.section(u':', 1).trimmed();
        const QByteArray value = filled(given);
        if (!text.contains(u':') || !isToken(name) || !isFieldValue(value)) {
            m_reader.refuse(
                u"murmur.header is “Name: value”, not “%1”"_s.arg(text.section(u':', 0, 0)));
        } else if (isOwnHeader(name)) {
            m_reader.refuse(
                u"the header %1 is set by the handshake itself"_s.arg(QString::fromUtf8(name)));
        } else if (isSecretHeader(name) && !given.contains(kToken) && !given.contains(kPassword)) {
            m_reader.refuse(u"the secret in the header %1 does not belong into a URL, which is "
                            "shown and stored; write “%1: {token}” and give it with --token-file "
                            "or in MURMURSCOPE_TOKEN"_s.arg(QString::fromUtf8(name)));
        }
        m_settings.feed.headers.append({name, value});
    }
    for (const QString& text : values("subprotocol"_L1)) {
        for (const QString& one : text.split(u',', Qt::SkipEmptyParts)) {
            if (!isToken(one.trimmed().toUtf8()))
                m_reader.refuse(u"murmur.subprotocol is a word, not “%1”"_s.arg(one));
            m_settings.feed.protocols << one.trimmed().toUtf8();
        }
    }
}

void Reading::readTexts()
{
    for (const QString& text : values("hello"_L1))
        m_settings.hellos.push_back(filled(text));
    for (const QString& text : values("reply"_L1)) {
        const qsizetype arrow = text.indexOf("=>"_L1);
        FeedReply reply;
        reply.pattern = text.left(std::max<qsizetype>(arrow, 0)).toUtf8();
        reply.isAtBegin = reply.pattern.startsWith('^');
        if (reply.isAtBegin)
            reply.pattern.remove(0, 1);
        reply.isAtEnd = reply.pattern.endsWith('$');
        if (reply.isAtEnd)
            reply.pattern.chop(1);
        if (arrow < 0 || reply.pattern.isEmpty()) {
            m_reader.refuse(u"murmur.reply is “PATTERN=>TEXT”, not “%1”"_s.arg(text));
        }
        reply.text = filled(text.mid(arrow + 2));
        m_settings.replies.push_back(std::move(reply));
    }
    m_settings.isHub = m_reader.flag(itemOf("hub"_L1));
    if (m_settings.isHub && m_settings.hellos.empty())
        m_settings.hellos.push_back(R"({"op":"subscribe","topics":["#"]})");
    const QStringList topics = values("topic"_L1);
    if (topics.size() > 1)
        m_reader.refuse(u"murmur.topic is given twice"_s);
    if (!topics.isEmpty())
        m_settings.topic = topics.first().toUtf8();
}

Result<WebSocketSettings> Reading::all()
{
    checkItems();
    readTarget();
    readTls();
    readHeaders();
    readTexts();
    FeedOptions& feed = m_settings.feed;
    feed.maxMessage = static_cast<std::size_t>(m_reader.bytes(
        itemOf("max-message"_L1), 1024, std::int64_t(1) << 30, std::int64_t(64) << 20));
    // "0" is no duration, and the clearest word for never.
    const QString ping = m_query.queryItemValue(itemOf("ping"_L1), QUrl::FullyDecoded);
    if (ping == "0"_L1) {
        m_reader.leave(itemOf("ping"_L1));
        feed.ping = 0ms;
    } else {
        feed.ping = std::chrono::duration_cast<std::chrono::milliseconds>(
            m_reader.duration(itemOf("ping"_L1), 100ms, 1h, 20s));
    }
    ConnectionOptions left = m_options;
    left.token = m_isTokenPlaced ? QByteArray() : m_token;
    left.password = m_isPasswordPlaced ? QByteArray() : m_password;
    const bool isSaid = std::ranges::any_of(feed.headers, [](const auto& header) {
        return header.first.compare("Authorization", Qt::CaseInsensitive) == 0;
    });
    if (!isSaid)
        addCredentials(feed, m_reader, left);
    if (const Status good = m_reader.finish(); !good)
        return good.error();
    return std::move(m_settings);
}

} // namespace

bool FeedReply::answers(std::string_view heard) const noexcept
{
    const std::string_view wanted(pattern.data(), static_cast<std::size_t>(pattern.size()));
    if (isAtBegin && isAtEnd)
        return heard == wanted;
    if (isAtBegin)
        return heard.starts_with(wanted);
    if (isAtEnd)
        return heard.ends_with(wanted);
    return heard.find(wanted) != std::string_view::npos;
}

void addCredentials(FeedOptions& feed, UrlReader& url, const ConnectionOptions& options)
{
    const QString user = url.user();
    if (!options.token.isEmpty()) {
        feed.headers.append({"Authorization", "Bearer " + options.token});
    } else if (!user.isEmpty() && options.password.isEmpty()) {
        url.refuse(u"the user “%1” needs a password: give it with --password-file or in "
                   "MURMURSCOPE_PASSWORD"_s.arg(user));
    } else if (!user.isEmpty()) {
        feed.headers.append(
            {"Authorization", "Basic " + (user.toUtf8() + ':' + options.password).toBase64()});
    }
}

Result<WebSocketSettings> webSocketSettings(const QUrl& url, const ConnectionOptions& options)
{
    return Reading(url, options).all();
}

} // namespace murmur
