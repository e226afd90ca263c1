// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/mqtt/mqttreasons.h"

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

// Of MQTT 5.
enum Reason : int {
    kUnspecified = 128,
    kMalformed = 129,
    kProtocolError = 130,
    kVersion = 132,
    kClientId = 133,
    kPassword = 134,
    kNotAuthorized = 135,
    kUnavailable = 136,
    kBusy = 137,
    kBanned = 138,
    kShuttingDown = 139,
    kLoginMethod = 140,
    kKeepAlive = 141,
    kTakenOver = 142,
    kFilter = 143,
    kTopicName = 144,
    kReceiveMaximum = 147,
    kTooLarge = 149,
    kRate = 150,
    kQuota = 151,
    kAdministrator = 152,
    kPayloadFormat = 153,
    kQos = 155,
    kAnotherServer = 156,
    kMoved = 157,
    kConnectionRate = 159,
    kConnectTime = 160,
    kWildcards = 162,
};

QString broker(const MqttSettings& settings)
{
    return u"The broker at %1"_s.arg(settings.where());
}

QString quoted(const QString& words)
{
    return words.isEmpty() ? QString() : u" It says: “%1”."_s.arg(words);
}

// Both the wrong password and a missing right are told by the same reasons.
QString notLetIn(const MqttSettings& settings)
{
    if (!settings.logsIn || settings.user.isEmpty()) {
        return broker(settings) +
               u" lets nobody in without a user and a password. Name the user in the URL "
               "(mqtt://user@host) and give the password with --password-file or in "
               "MURMURSCOPE_PASSWORD."_s;
    }
    return broker(settings) +
           u" does not let the user “%1” in: the user or the password is wrong, or the user may "
           "not connect."_s.arg(QString::fromUtf8(settings.user));
}

// What MQTT 3.1.1 has for it.
int asVersion5(int reason)
{
    switch (reason) {
    case 1:
        return kVersion;
    case 2:
        return kClientId;
    case 3:
        return kUnavailable;
    case 4:
        return kPassword;
    case 5:
        return kNotAuthorized;
    default:
        return kUnspecified;
    }
}

// What reasons mean wherever they stand.
MqttReason commonReason(int reason, const MqttSettings& settings)
{
    const QString who = broker(settings);
    switch (reason) {
    case kMalformed:
    case kProtocolError:
        return {who + u" says that it cannot read what this program sends."_s, false, true};
    case kVersion:
        return {who + u" does not speak this version of MQTT (5 and 3.1.1 can be chosen with "
                      "version=)."_s,
                true, true};
    case kBanned:
        return {who + u" has banned this client. Ask whoever runs it."_s, true};
    case kUnavailable:
    case kBusy:
        return {who + u" is busy and takes no clients just now."_s};
    case kShuttingDown:
        return {who + u" is shutting down."_s};
    case kLoginMethod:
        return {who + u" wants a way to log in that this program does not have; it has user and "
                      "password, and client certificates."_s,
                true};
    case kKeepAlive:
        return {who + u" heard nothing from us for too long and ended the connection."_s};
    case kTakenOver:
        return {u"Another client connected to %1 with the client id “%2”, and the broker lets only "
                "one have it. Murmurscope does not fight for it; give it another client-id=, or "
                "none."_s.arg(settings.where(), QString::fromUtf8(settings.clientId)),
                true};
    case kTooLarge:
        return {who + u" says that a packet was larger than it allows."_s};
    case kReceiveMaximum:
    case kRate:
        return {who + u" says that there were more messages than it allows."_s};
    case kQuota:
        return {who + u" says that a quota of this client or user is used up."_s};
    case kAdministrator:
        return {u"Whoever runs the broker at %1 ended the connection."_s.arg(settings.where())};
    case kQos:
        return {who + u" does not support qos=%1; leave it out."_s.arg(settings.qos), true};
    case kAnotherServer:
    case kMoved:
        return {who + u" sends its clients to another server."_s, true};
    case kWildcards:
        return {who + u" takes no filters with + or #; name whole topics with topic=."_s, true};
    case kConnectionRate:
        return {who + u" says that there were too many connections in a short time."_s};
    case kConnectTime:
        return {who + u" ended the connection because it lasted as long as it allows."_s};
    default:
        return {};
    }
}

MqttReason withWords(MqttReason reason, const QString& words)
{
    reason.sentence += quoted(words);
    return reason;
}

} // namespace

MqttReason connectReason(int reason, bool isVersion5, const MqttSettings& settings,
                         const QString& words)
{
    if (!isVersion5)
        reason = asVersion5(reason);
    switch (reason) {
    case kPassword:
    case kNotAuthorized:
        return withWords({notLetIn(settings), true}, words);
    case kClientId:
        return withWords({broker(settings) + u" does not take the client id “%1”; %2."_s.arg(
                                                 QString::fromUtf8(settings.clientId),
                                                 settings.isClientIdGiven
                                                     ? u"give another one, or none"_s
                                                     : u"give one that it takes with client-id="_s),
                          true},
                         words);
    default:
        break;
    }
    MqttReason known = commonReason(reason, settings);
    if (known.sentence.isEmpty())
        known.sentence = broker(settings) + u" refuses to let us in (reason %1)."_s.arg(reason);
    return withWords(known, words);
}

MqttReason disconnectReason(int reason, const MqttSettings& settings, const QString& words)
{
    MqttReason known = commonReason(reason, settings);
    // It spoke this version with us until now.
    known.isVersion = false;
    if (reason == kNotAuthorized) {
        known = {broker(settings) +
                     u" ended the connection: we may not do what we did. Ask whoever "
                     "runs it for the right to read, or name topics that may be "
                     "read with topic=."_s,
                 true};
    }
    if (known.sentence.isEmpty())
        known.sentence = broker(settings) + u" ended the connection (reason %1)."_s.arg(reason);
    return withWords(known, words);
}

QString subscribeReason(int reason, const QByteArray& filter, const MqttSettings& settings,
                        const QString& words)
{
    const QString what =
        broker(settings) + u" refuses to subscribe us to “%1”"_s.arg(QString::fromUtf8(filter));
    switch (reason) {
    case kNotAuthorized:
        return what + u": this user may not read it. Name topics that may be read with topic=."_s +
               quoted(words);
    case kFilter:
        return what + u": it does not allow this filter. Name other ones with topic=."_s +
               quoted(words);
    case kQuota:
        return what + u": a quota is used up. Subscribe to less, or ask whoever runs it."_s +
               quoted(words);
    case kWildcards:
        return what + u": it takes no + and #. Name whole topics with topic=."_s + quoted(words);
    default:
        // All that MQTT 3.1.1 has is 128.
        return what +
               u" (reason %1); perhaps this user may not read it. Name topics that may be "
               "read with topic=."_s.arg(reason) +
               quoted(words);
    }
}

QString publishReason(int reason, const MqttSettings& settings, const QString& words)
{
    const QString who = broker(settings);
    switch (reason) {
    case kNotAuthorized:
        return who + u" refuses the message: this user may not write to that topic."_s +
               quoted(words);
    case kTopicName:
        return who + u" refuses the message: it does not take that topic."_s + quoted(words);
    case kQuota:
        return who + u" refuses the message: a quota is used up."_s + quoted(words);
    case kPayloadFormat:
        return who + u" refuses the message: its payload is not what it says to be."_s +
               quoted(words);
    default:
        return who + u" refuses the message (reason %1)."_s.arg(reason) + quoted(words);
    }
}

MqttReason socketReason(const QSslSocket& socket, QAbstractSocket::SocketError error,
                        const QList<QSslError>& tlsErrors, MqttPhase phase,
                        const MqttSettings& settings)
{
    const QString where = settings.where();
    const QString text = socket.errorString();
    if (!tlsErrors.isEmpty()) {
        return {
            tlsFailure(settings.tls.serverName.isEmpty() ? settings.host : settings.tls.serverName,
                       tlsErrors),
            true};
    }
    if (text.contains("wrong version number"_L1) || text.contains("packet length"_L1)) {
        return {u"What answers at %1 does not encrypt. Check the port; mqtt:// is for brokers that "
                "do not."_s.arg(where),
                true};
    }
    if (settings.tls.isOn && phase != MqttPhase::Later && text.contains(" alert "_L1)) {
        return {settings.tls.certFile.isEmpty()
                    ? u"The broker at %1 ends the encrypted connection; probably it wants a "
                      "certificate of ours: give it with cert=FILE and key=FILE."_s.arg(where)
                    : u"The broker at %1 does not take the certificate of cert=."_s.arg(where),
                true};
    }
    if (error == QAbstractSocket::HostNotFoundError) {
        return {u"No machine called “%1” is known. Check the host of the URL, and whether this "
                "machine is connected."_s.arg(settings.host)};
    }
    if (phase == MqttPhase::Reaching && socket.mode() == QSslSocket::UnencryptedMode) {
        return {u"Nobody answers at %1 (%2). Is the broker running, and is the port right?"_s.arg(
            where, text)};
    }
    if (phase == MqttPhase::Reaching) {
        return {u"The encrypted connection to %1 cannot be made (%2). Does the broker encrypt on "
                "this port?"_s.arg(where, text)};
    }
    if (phase == MqttPhase::Greeting) {
        return {u"The broker at %1 ended the connection without an answer. Check the port%2."_s.arg(
                    where, settings.tls.isOn ? u", and whether it wants a client certificate"_s
                                             : u"; a broker that encrypts wants mqtts://"_s),
                false, true};
    }
    return {u"The connection to the broker at %1 was lost (%2)."_s.arg(where, text)};
}

MqttReason silenceReason(bool isReached, std::chrono::milliseconds patience,
                         const MqttSettings& settings)
{
    const auto seconds = patience.count() / 1000;
    if (!isReached) {
        return {u"Nobody answers at %1 within %2 s. Is the broker running, and may this machine "
                "reach it?"_s.arg(settings.where())
                    .arg(seconds)};
    }
    return {u"What takes connections at %1 does not speak MQTT, or is very slow: it has not "
            "answered within %2 s. Check the port%3."_s.arg(settings.where())
                .arg(seconds)
                .arg(settings.tls.isOn ? u"; a broker that does not encrypt wants mqtt://"_s
                                       : u"; a broker that encrypts wants mqtts://"_s)};
}

MqttReason nonsenseReason(const MqttSettings& settings)
{
    return {u"What answers at %1 does not speak MQTT. Check the port%2."_s.arg(
                settings.where(),
                settings.tls.isOn ? u""_s : u"; a broker that encrypts wants mqtts://"_s),
            true, true};
}

} // namespace murmur
