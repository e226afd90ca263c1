// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/connecttext.h"

#include "views/base/losttext.h"
#include "views/base/numbers.h"
#include "views/base/theme.h"

#include <QCoreApplication>
#include <QHostAddress>
#include <QTcpServer>

#include <algorithm>
#include <array>
#include <string_view>

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

constexpr std::array kCauses{
    Note{"client-drop", QT_TRANSLATE_NOOP("Connect", "because we were too slow")},
    Note{"server-cut", QT_TRANSLATE_NOOP("Connect", "because the bus cut us off or dropped them")},
    Note{"reconnect", QT_TRANSLATE_NOOP("Connect", "while we were not attached")},
    Note{"sequence-hole", QT_TRANSLATE_NOOP("Connect", "that are missing in the bus's numbers")},
    Note{"trimmed", QT_TRANSLATE_NOOP("Connect", "that the bus deleted before we read them")},
    Note{"decode-error", QT_TRANSLATE_NOOP("Connect", "that could not be told apart")},
    Note{"disk-full", QT_TRANSLATE_NOOP("Connect", "while the disk was full")},
    Note{"damaged", QT_TRANSLATE_NOOP("Connect", "in a damaged part of the file")},
    Note{"cut-off", QT_TRANSLATE_NOOP("Connect", "when the recorder was cut off")},
    Note{"unreachable", QT_TRANSLATE_NOOP("Connect", "because it was never attached")},
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
    case LostIs::Unknown:
        return lostByUsText(lost, lostIs);
    }
    return {};
}

QString shortLostText(std::int64_t lost, LostIs lostIs)
{
    switch (lostIs) {
    case LostIs::Exact:
        return lost > 0 ? numberText(lost) : QString();
    case LostIs::AtLeast:
        return u"≥ "_s + numberText(lost);
    case LostIs::Unknown:
        return lost > 0 ? u"≥ "_s + numberText(lost) : Tr::tr("unknown");
    }
    return {};
}

QString lostByText(const std::vector<LostBy>& lostBy)
{
    QStringList parts;
    for (const LostBy& by : lostBy) {
        const auto cause = std::ranges::find(
            kCauses, by.cause, [](const Note& note) { return std::string_view(note.scheme); });
        const QString words = cause == kCauses.end()
                                  ? QString::fromStdString(by.cause)
                                  : QCoreApplication::translate("Connect", cause->text);
        const QString count = by.lostIs == LostIs::Unknown && by.count == 0
                                  ? Tr::tr("an unknown number")
                                  : shortLostText(by.count, by.lostIs);
        if (!count.isEmpty())
            parts << Tr::tr("%1 %2", "lost messages: number, cause").arg(count, words);
    }
    return parts.join(u'\n');
}

QString upText(const std::vector<ConnectionInfo>& connections)
{
    using State = ConnectionStatus::State;
    const auto count = [&](auto... states) {
        return std::ranges::count_if(connections, [=](const ConnectionInfo& connection) {
            return ((connection.state == states) || ...);
        });
    };
    const auto all = static_cast<qlonglong>(connections.size());
    const auto stopped = count(State::Stopped);
    if (stopped == all)
        return Tr::tr("%1 detached").arg(all);
    QStringList parts{Tr::tr("%1 of %2 up").arg(count(State::Up)).arg(all)};
    if (const auto failed = count(State::Failed); failed > 0)
        parts << Tr::tr("%1 failed").arg(failed);
    if (const auto retrying = count(State::Retrying); retrying > 0)
        parts << Tr::tr("%1 trying again").arg(retrying);
    if (stopped > 0)
        parts << Tr::tr("%1 detached").arg(stopped);
    return parts.join(u" · "_s);
}

QString shortUpText(const std::vector<ConnectionInfo>& connections)
{
    return upText(connections).section(u" · "_s, 0, 0);
}

QString shareText(const ConnectionInfo& connection)
{
    if (!connection.isWindow || connection.state != ConnectionStatus::State::Up ||
        connection.expectedMessages <= 0)
        return {};
    const auto share = 100 * connection.received / connection.expectedMessages;
    return Tr::tr("%1 %", "share of a window that is read").arg(std::min<qint64>(share, 99));
}

QString windowText(const ConnectionInfo& connection, double perSecond)
{
    if (!connection.isWindow)
        return {};
    using State = ConnectionStatus::State;
    if (connection.state == State::Stopped || connection.expectedMessages < 0) {
        return connection.state == State::Stopped && !connection.isDetached
                   ? Tr::tr("read to the end: %1 messages").arg(numberText(connection.received))
                   : Tr::tr("%1 messages read").arg(numberText(connection.received));
    }
    const QString read =
        Tr::tr("%1 of about %2 messages")
            .arg(numberText(connection.received), numberText(connection.expectedMessages));
    const auto left = static_cast<double>(connection.expectedMessages - connection.received);
    if (connection.state != State::Up || perSecond < 1 || left <= 0)
        return read;
    const auto time = std::chrono::seconds(static_cast<qint64>(left / perSecond) + 1);
    return Tr::tr("%1, about %2 left").arg(read, durationText(time));
}

QString placeName(const ConnectionInfo& connection)
{
    if (!connection.name.isEmpty() && !connection.name.contains("://"_L1))
        return connection.name;
    const QUrl url(connection.url);
    if (url.host().isEmpty())
        return shortName(connection);
    return url.port() > 0 ? u"%1:%2"_s.arg(url.host()).arg(url.port()) : url.host();
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

bool takesSecret(const QString& text)
{
    const QString scheme = text.section(u':', 0, 0);
    if (scheme == "listen"_L1 || scheme == "otlp"_L1)
        return !text.contains("://127."_L1) && !text.contains("://localhost"_L1);
    return !scheme.isEmpty() && scheme != "demo"_L1 && scheme != "stdin"_L1 && scheme != "file"_L1;
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
