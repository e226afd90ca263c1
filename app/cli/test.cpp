// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "output.h"
#include "profileuse.h"
#include "stopsignals.h"

#include "base/time.h"
#include "session/trial.h"

#include <CLI/CLI.hpp>

#include <QEventLoop>
#include <QTimer>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    std::vector<std::string> urls;
    std::string profile;
    std::string length = "3s";
    SecretFiles secrets;
    std::int64_t messages = 20;
    bool json = false;
};

QLatin1StringView wordOf(TrialConnection::Verdict verdict)
{
    switch (verdict) {
    case TrialConnection::Verdict::Attached:
        return "attached"_L1;
    case TrialConnection::Verdict::Failed:
        return "failed"_L1;
    case TrialConnection::Verdict::Waiting:
    case TrialConnection::Verdict::Unanswered:
        break;
    }
    return "unanswered"_L1;
}

void appendList(JsonWriter& json, std::string_view key, const QStringList& texts)
{
    json.key(key);
    json.beginArray();
    for (const QString& text : texts)
        json.text(text);
    json.endArray();
}

std::string asJson(const std::vector<TrialConnection>& connections,
                   const std::vector<TrialMessage>& messages)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.key("connections");
    json.beginArray();
    for (const TrialConnection& connection : connections) {
        json.beginObject();
        json.key("url");
        json.text(shownUrl(connection.url));
        json.key("result");
        json.text(std::string_view(wordOf(connection.verdict(true)).latin1()));
        json.key("sentence");
        json.text(connection.sentence(true));
        appendList(json, "subscribed", connection.status.subscribed);
        appendList(json, "changes", connection.status.presence);
        json.key("messages");
        json.number(connection.heard);
        json.key("bytes");
        json.number(connection.bytes);
        json.endObject();
    }
    json.endArray();
    json.key("first");
    json.beginArray();
    for (const TrialMessage& message : messages) {
        json.beginObject();
        json.key("time");
        json.text(isoTimeUtf8(message.received));
        json.key("connection");
        json.text(shownUrl(connections[message.connection].url));
        json.key("topic");
        json.textOrNull(message.topic);
        json.key("from");
        json.textOrNull(message.sender);
        json.key("kind");
        json.text(kindName(message.kind));
        json.key("type");
        json.textOrNull(message.type);
        json.key("size");
        json.number(message.size);
        json.key("payload");
        json.text(message.start);
        json.endObject();
    }
    json.endArray();
    json.endObject();
    return out + '\n';
}

QString connectionsText(const std::vector<TrialConnection>& connections)
{
    QString text;
    for (const TrialConnection& connection : connections) {
        text += u"%1: %2. %3\n"_s.arg(shownUrl(connection.url), wordOf(connection.verdict(true)),
                                      connection.sentence(true));
        if (connection.verdict(true) != TrialConnection::Verdict::Attached)
            continue;
        if (!connection.status.subscribed.isEmpty())
            text += u"  listens to: %1\n"_s.arg(connection.status.subscribed.join(u", "_s));
        for (const QString& sentence : connection.status.presence)
            text += u"  attaching changes: %1\n"_s.arg(sentence);
        if (!connection.status.unmatched.isEmpty())
            text += u"  is there, and not listened to: %1\n"_s.arg(
                connection.status.unmatched.join(u", "_s));
        text += u"  heard: %1\n"_s.arg(
            connection.heard == 1 ? u"1 message"_s : grouped(connection.heard) + u" messages"_s);
    }
    return text;
}

std::string asText(const std::vector<TrialConnection>& connections,
                   const std::vector<TrialMessage>& messages)
{
    QString text;
    for (const QString& line : connectionsText(connections).split(u'\n', Qt::SkipEmptyParts))
        text += printable(line) + u'\n';
    if (messages.empty())
        return text.toStdString();
    Table table({{u"time"_s},
                 {u"topic"_s, false, 32},
                 {u"from"_s, false, 24},
                 {u"kind"_s},
                 {u"size"_s, true},
                 {u"payload"_s, false, 60}});
    for (const TrialMessage& message : messages) {
        table.add({clockTime(fromNs(message.received)), message.topic, message.sender,
                   QString::fromLatin1(kindName(message.kind).data()), grouped(message.size),
                   message.start});
    }
    return text.toStdString() + '\n' + table.takeText();
}

int run(const Options& options)
{
    const auto length = durationFromText(QString::fromStdString(options.length));
    if (!length)
        return failed(length.error());
    if (length->count() <= 0)
        return wrongUse(u"--for needs a length of more than nothing, for example 3s."_s);
    Attaching attaching;
    if (!options.profile.empty()) {
        if (auto used = useProfile(options.profile, attaching); !used)
            return failed(used.error());
    }
    if (auto added = addUrls(options.urls, attaching); !added)
        return failed(added.error());
    if (attaching.urls.empty())
        return wrongUse(u"Nothing to try: name a URL, or a profile with --profile."_s);
    if (auto secrets = readSecrets(options.secrets, attaching.options); !secrets)
        return failed(secrets.error());

    Trial trial(attaching.urls, attaching.options, attaching.rules);
    QEventLoop loop;
    StopSignals signals;
    QObject::connect(&signals, &StopSignals::requested, &loop, &QEventLoop::quit);
    QTimer::singleShot(std::chrono::ceil<std::chrono::milliseconds>(*length), &loop,
                       &QEventLoop::quit);
    const auto isHopeless = [&trial] {
        return std::ranges::all_of(trial.connections(), [](const TrialConnection& connection) {
            return connection.verdict(false) == TrialConnection::Verdict::Failed;
        });
    };
    QObject::connect(&trial, &Trial::changed, &loop, [&] {
        if (isHopeless())
            loop.quit();
    });
    QObject::connect(&trial, &Trial::stopped, &loop, &QEventLoop::quit);
    if (auto started = trial.start(); !started)
        return failed(started.error());
    loop.exec();

    const auto connections = trial.connections();
    auto messages = trial.takeMessages();
    if (static_cast<std::int64_t>(messages.size()) > options.messages)
        messages.resize(static_cast<std::size_t>(options.messages));
    StandardOutput output;
    output.write(options.json ? asJson(connections, messages) : asText(connections, messages));
    if (const int written = output.finish(); written != kDone)
        return written;
    const bool isWell = std::ranges::all_of(connections, [](const TrialConnection& connection) {
        return connection.verdict(true) == TrialConnection::Verdict::Attached;
    });
    return isWell ? kDone : exitCodeOf(ErrorCode::Unreachable);
}

} // namespace

void addTest(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("URL", options->urls, "Buses to try, as for record");
    app.add_option("--profile", options->profile,
                   "Try the buses of a profile, with its rules and secrets");
    app.add_option("--for", options->length, "Listen for so long (default: 3s)");
    app.add_option("--messages", options->messages,
                   "Show so many of the first messages, at most 200")
        ->check(CLI::Range(0, static_cast<int>(Trial::kMostMessages)));
    app.add_option("--token-file", options->secrets.token,
                   "File whose first line is the bus's token");
    app.add_option("--password-file", options->secrets.password,
                   "File whose first line is the password of the URL's user");
    app.add_option("--key-password-file", options->secrets.keyPassword,
                   "File whose first line opens the key of the client certificate");
    app.add_flag("--json", options->json, "The result as JSON");
    app.footer("\nAttaches for real and says how each bus answered; nothing is written anywhere.\n"
               "Exit code 0 when all are attached, 4 when one is not.\n"
               "Example: murmur test 'nats://hq?subject=swarm.>' --for 10s");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
