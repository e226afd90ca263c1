// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/connecttext.h"

#include "views/base/numbers.h"
#include "views/base/theme.h"

#include <QCoreApplication>
#include <QHostAddress>
#include <QTcpServer>

#include <array>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(Connect)
};

constexpr quint16 kUsualPort = 7777;

struct Note
{
    const char* scheme;
    const char* text;
};

// What section 2.1 of observing a bus teaches: being there is never nothing, so it is said.
constexpr std::array kNotes{
    Note{"listen", QT_TRANSLATE_NOOP(
                       "Connect",
                       "Nothing on any bus of yours: agents send here because they were told to. A "
                       "subscriber of this hub that cannot keep up is cut off and the cut is "
                       "counted; no sender ever waits for it.")},
    Note{"demo", QT_TRANSLATE_NOOP(
                     "Connect", "Nothing outside this program: the demo swarm talks over a hub of "
                                "its own on this computer only.")},
    Note{"ws", QT_TRANSLATE_NOOP("Connect",
                                 "The server sees one more client and sends everything once more. "
                                 "Nothing is ever sent except the subscription that you wrote.")},
};

bool isFree(quint16 port)
{
    QTcpServer probe;
    return probe.listen(QHostAddress::LocalHost, port);
}

} // namespace

QString rateText(double perSecond)
{
    return Tr::tr("%1/s", "messages per second").arg(shortNumberText(perSecond));
}

QString lostText(std::int64_t lost, LostIs lostIs)
{
    switch (lostIs) {
    case LostIs::Exact:
        return lost > 0 ? Tr::tr("lost %1").arg(numberText(lost)) : QString();
    case LostIs::AtLeast:
        return Tr::tr("lost at least %1").arg(numberText(lost));
    case LostIs::Unknown:
        return Tr::tr("lost: number unknown");
    }
    return {};
}

QString stateWord(ConnectionStatus::State state)
{
    switch (state) {
    case ConnectionStatus::State::Starting:
        return Tr::tr("attaching");
    case ConnectionStatus::State::Up:
        return Tr::tr("attached");
    case ConnectionStatus::State::Retrying:
        return Tr::tr("trying again");
    case ConnectionStatus::State::Failed:
        return Tr::tr("failed");
    case ConnectionStatus::State::Stopped:
        return Tr::tr("detached");
    }
    return {};
}

QColor stateColor(ConnectionStatus::State state, bool hasLost)
{
    const Theme& theme = Theme::current();
    switch (state) {
    case ConnectionStatus::State::Up:
        return hasLost ? theme.warning : theme.good;
    case ConnectionStatus::State::Starting:
    case ConnectionStatus::State::Retrying:
        return theme.warning;
    case ConnectionStatus::State::Failed:
        return theme.bad;
    case ConnectionStatus::State::Stopped:
        return theme.faint;
    }
    return theme.faint;
}

QString shortName(const ConnectionInfo& connection)
{
    // A name that is only the URL again says nothing shorter.
    if (!connection.name.isEmpty() && !connection.name.contains("://"_L1))
        return connection.name;
    // The demo listens as a hub does, but it was asked for as the demo.
    const QUrl asked(connection.name);
    const QUrl url(connection.url);
    if (!asked.scheme().isEmpty() && asked.scheme() != url.scheme())
        return asked.scheme();
    if (url.port() > 0)
        return u"%1 %2"_s.arg(url.scheme()).arg(url.port());
    return url.host().isEmpty() ? url.scheme() : u"%1 %2"_s.arg(url.scheme(), url.host());
}

QString hubCurlLine(const QUrl& url)
{
    if ((url.scheme() != "listen"_L1 && url.scheme() != "demo"_L1) || url.host().isEmpty() ||
        url.port() <= 0)
        return {};
    QString host = url.host();
    if (host.contains(u':'))
        host = u'[' + host + u']';
    return uR"(curl -d '{"from":"me","to":"you","topic":"hello"}' %1:%2)"_s.arg(host).arg(
        url.port());
}

QString whatAttachingChanges(const QString& scheme)
{
    for (const Note& note : kNotes)
        if (scheme == QLatin1StringView(note.scheme))
            return Tr::tr(note.text);
    return Tr::tr("The bus sees one more reader and sends everything to it once more. Nothing is "
                  "ever published.");
}

QUrl suggestHubUrl()
{
    QUrl url(u"listen://127.0.0.1"_s);
    quint16 port = kUsualPort;
    while (port < kUsualPort + 20 && !isFree(port))
        ++port;
    url.setPort(port);
    return url;
}

QStringList exampleUrls()
{
    QStringList urls;
    for (const BusEntry& bus : buses()) {
        const QString scheme = QString::fromLatin1(bus.scheme);
        if (scheme == "listen"_L1)
            urls << suggestHubUrl().toString();
        else if (scheme == "demo"_L1)
            urls << u"demo://?agents=120&rate=2000"_s << u"demo://?agents=500&rate=10000"_s;
        else
            urls << scheme + u"://"_s;
    }
    return urls;
}

} // namespace murmur
