// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "armoption.h"
#include "await.h"
#include "command.h"
#include "injectoutput.h"
#include "profileuse.h"
#include "recordings.h"
#include "stopsignals.h"
#include "validators.h"

#include "bus/connection.h"
#include "replay/injectionsequence.h"
#include "replay/injector.h"
#include "replay/preparation.h"

#include <CLI/CLI.hpp>

#include <QEventLoop>
#include <QFile>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct InjectOptions
{
    std::string to;
    std::string topic;
    std::string payload;
    std::vector<std::string> headers;
    std::vector<std::string> from; // file, Seq
    std::vector<std::string> sets;
    std::string sequence;
    std::string key;
    std::string correlation;
    std::string expectReply;
    std::string confirm;
    SecretFiles secrets;
    int repeat = 1;
    double rate = 1;
    bool hasTopic = false;
    bool hasPayload = false;
    bool hasKey = false;
    bool retain = false;
    bool binary = false;
    bool tombstone = false;
    bool dryRun = false;
    ArmOption arm;
    bool json = false;
};

Error injectUse(const QString& sentence)
{
    return {ErrorCode::WrongUse, sentence};
}

/// TEXT, @FILE, or - for standard input.
Result<QByteArray> payloadFrom(const std::string& text)
{
    if (text != "-" && !text.starts_with('@'))
        return QByteArray::fromStdString(text);
    QFile file;
    bool isOpen = false;
    if (text == "-") {
        isOpen = file.open(stdin, QIODevice::ReadOnly);
    } else {
        file.setFileName(QFile::decodeName(text.c_str() + 1));
        isOpen = file.open(QIODevice::ReadOnly);
    }
    if (!isOpen)
        return Error{ErrorCode::Unreadable,
                     u"%1 cannot be read: %2."_s.arg(QFile::decodeName(text.c_str() + 1),
                                                     file.errorString())};
    return file.readAll();
}

/// Those of the payload first: those of the whole may move it.
Status setFields(const std::vector<std::string>& texts, const MessageDetail& message,
                 QByteArray& raw)
{
    const bool isPart = message.payloadSize > 0 && raw == message.raw;
    QByteArray payload = isPart ? message.payload() : raw;
    for (const bool inPayload : {true, false}) {
        QByteArray& json = inPayload ? payload : raw;
        for (const std::string& text : texts) {
            const auto edit = fieldEditFromText(QString::fromStdString(text));
            if (!edit)
                return edit.error();
            if (edit->isInPayload != inPayload)
                continue;
            auto changed = withJsonValue(json, edit->way, edit->value);
            if (!changed)
                return injectUse(
                    u"--set %1: %2"_s.arg(QString::fromStdString(text), changed.error().message));
            json = std::move(*changed);
        }
        if (inPayload)
            raw = isPart ? raw.left(message.payloadOffset) + payload +
                               raw.mid(message.payloadOffset + message.payloadSize)
                         : payload;
    }
    return Done{};
}

/// The draft of a recorded message, its answer, and where the recording was made.
Status readRecorded(const InjectOptions& options, InjectionRun& run)
{
    SessionFiles files;
    files.files = {options.from[0]};
    int code = kDone;
    auto session = openSession(files, code);
    if (!session)
        return session.error();
    const auto message = messageNamed(**session, options.from[1]);
    if (!message)
        return message.error();
    const auto names = (*session)->dictionaries();
    run.draft = draftOf(*message, *names, run.draft.target);
    run.draft.origin.recording = QFile::decodeName(options.from[0].c_str());
    const auto info = await((*session)->info());
    if (!info)
        return info.error();
    for (const ConnectionInfo& connection : info->connections) {
        if (connection.id == message->row.connection)
            run.draft.origin.bus = QUrl(connection.url);
        run.sources.emplace_back(connection.url);
    }
    if (run.draft.origin.answeredBy != 0) {
        if (const auto answer = await((*session)->message(run.draft.origin.answeredBy)); answer)
            run.draft.origin.answer = answer->raw;
    }
    return setFields(options.sets, *message, run.draft.payload);
}

Result<InjectionRun> runFrom(const InjectOptions& options)
{
    Attaching attaching;
    if (auto added = addUrls({options.to}, attaching); !added)
        return added.error();
    if (attaching.urls.size() != 1)
        return injectUse(u"--to takes one bus."_s);
    InjectionRun run;
    run.draft.target = attaching.urls.front();
    if (auto read = readSecrets(options.secrets, run.options); !read)
        return read.error();
    run.typedHost = QString::fromStdString(options.confirm);
    if (!options.sequence.empty()) {
        auto steps = sequenceFromFile(QFile::decodeName(options.sequence.c_str()));
        if (!steps)
            return steps.error();
        run.sequence = std::move(*steps);
        for (InjectionStep& step : run.sequence)
            step.draft.target = run.draft.target;
        return run;
    }
    if (!options.from.empty()) {
        if (auto read = readRecorded(options, run); !read)
            return read.error();
    } else if (!options.sets.empty()) {
        return injectUse(u"--set changes a recorded message; name it with --from FILE SEQ."_s);
    } else if (!options.hasPayload && !options.tombstone) {
        return injectUse(u"What is sent? Write --payload TEXT, --payload @FILE, or --from FILE SEQ "
                         "for a recorded message."_s);
    }
    InjectionDraft& draft = run.draft;
    if (options.hasTopic)
        draft.topic = QByteArray::fromStdString(options.topic);
    if (options.hasPayload) {
        auto payload = payloadFrom(options.payload);
        if (!payload)
            return payload.error();
        draft.payload = *payload;
    }
    for (const std::string& text : options.headers) {
        const std::size_t equals = text.find('=');
        if (equals == std::string::npos || equals == 0)
            return injectUse(
                u"--header takes NAME=VALUE, not “%1”."_s.arg(QString::fromStdString(text)));
        const std::string name = text.substr(0, equals);
        std::erase_if(draft.headers, [&name](const auto& header) { return header.first == name; });
        draft.headers.emplace_back(name, text.substr(equals + 1));
    }
    if (options.hasKey)
        draft.key = QByteArray::fromStdString(options.key).isNull()
                        ? QByteArray("")
                        : QByteArray::fromStdString(options.key);
    if (!options.correlation.empty())
        draft.correlation = QByteArray::fromStdString(options.correlation);
    draft.retain = options.retain;
    draft.isBinary = draft.isBinary || options.binary;
    draft.isTombstone = options.tombstone;
    draft.repeat = options.repeat;
    draft.rate = options.rate;
    draft.wantsReply = !options.expectReply.empty();
    if (draft.wantsReply) {
        const auto wait = durationFromText(QString::fromStdString(options.expectReply));
        if (!wait || *wait <= nanoseconds(0) || *wait > std::chrono::hours(1))
            return injectUse(u"--expect-reply takes a time up to 1h, for example 2s."_s);
        draft.replyWait = *wait;
    }
    return run;
}

/// What would be sent, as text or JSON; nothing is opened for it.
Result<std::string> dryTexts(const InjectionRun& run, bool json)
{
    const auto publisher = createPublisher(run.draft.target, run.options);
    if (!publisher)
        return publisher.error();
    const PublisherTraits traits = (*publisher)->traits();
    const Guards guards = guardsOf(run, traits);
    const auto ready = preparedAll(run, guards, traits, wallNow());
    if (!ready)
        return ready.error();
    if (const auto allowed = mayBeSent(run); !allowed)
        return allowed.error();
    std::string texts;
    for (std::size_t i = 0; i < ready->size(); ++i) {
        const PreparedInjection& one = (*ready)[i];
        texts += json ? dryJson(run, one) : (i > 0 ? "\n" : "") + dryText(run, one);
    }
    return texts;
}

int showDry(const InjectionRun& run, const InjectOptions& options)
{
    const auto texts = dryTexts(run, options.json);
    if (!texts)
        return failed(texts.error());
    StandardOutput output;
    output.write(*texts);
    const int written = output.finish();
    if (options.dryRun || written != kDone)
        return written;
    return wrongUse(u"Nothing was sent: say --arm to send it."_s);
}

int endOf(const InjectionReport& ended, const InjectionRun& run)
{
    switch (ended.end) {
    case InjectionReport::End::Refused:
        return wrongUse(ended.sentence);
    case InjectionReport::End::Unreachable:
    case InjectionReport::End::Lost:
        return failed({ErrorCode::Unreachable, ended.sentence});
    case InjectionReport::End::Stopped:
        if (!run.sequence.empty() && ended.failed == 0) {
            report(ended.sentence);
            return kCheckFailed;
        }
        break;
    case InjectionReport::End::Done:
        break;
    }
    if (ended.failed > 0)
        return exitCodeOf(ErrorCode::Unreachable);
    const std::int64_t wanted =
        run.sequence.empty() ? (run.draft.wantsReply ? ended.sent : 0)
                             : std::ranges::count_if(run.sequence, [](const InjectionStep& step) {
                                   return step.draft.wantsReply;
                               });
    if (ended.answered < wanted) {
        report(u"%1 of %2 had no answer within %3."_s.arg(wanted - ended.answered)
                   .arg(wanted)
                   .arg(durationText(draftAt(run, countOf(run)).replyWait)));
        return kCheckFailed;
    }
    return kDone;
}

int runInject(const InjectOptions& options)
{
    auto run = runFrom(options);
    if (!run)
        return failed(run.error());
    run->environment = environmentOf(run->draft.target);
    if (options.dryRun || !options.arm.isGiven())
        return showDry(*run, options);
    if (const Status armed = options.arm.arm(run->arming, run->draft.target); !armed)
        return failed(armed.error());
    // Where a mistake costs more, it is seen before it is made.
    if (run->environment != Environment::Dev) {
        const auto texts = dryTexts(*run, false);
        if (!texts)
            return failed(texts.error());
        std::fwrite(texts->data(), 1, texts->size(), stderr);
    }
    Injector injector;
    StopSignals signals;
    QObject::connect(&signals, &StopSignals::requested, &injector, [&] { injector.stop(); });
    StandardOutput output;
    QObject::connect(&injector, &Injector::happened, &injector, [&](const InjectionEvent& event) {
        const auto number = static_cast<std::int64_t>(event.number);
        const InjectionOrigin& origin = draftAt(*run, number).origin;
        output.write(options.json ? eventJson(event, origin) : eventText(event, origin));
        output.flush();
    });
    InjectionReport ended;
    QEventLoop loop;
    QObject::connect(&injector, &Injector::ended, &loop, [&](const InjectionReport& given) {
        ended = given;
        loop.quit();
    });
    injector.send(*run);
    loop.exec();
    output.write(options.json ? endJson(ended) : endText(ended));
    const int written = output.finish();
    const int code = endOf(ended, *run);
    return code != kDone ? code : written;
}

} // namespace

void addInject(CLI::App& app, Action& action)
{
    auto options = std::make_shared<InjectOptions>();
    app.add_option("--to", options->to, "The bus, by the same URL with which it is attached")
        ->required();
    auto* topic = app.add_option("--topic", options->topic, "Subject, channel, stream or topic");
    auto* payload =
        app.add_option("--payload", options->payload,
                       "TEXT, @FILE, or - for standard input; with {{uuid}} and others");
    app.add_option("--header", options->headers, "NAME=VALUE; may be repeated")
        ->expected(1)
        ->allow_extra_args(false)
        ->take_all();
    app.add_option("--from", options->from, "FILE SEQ: a recorded message, to be edited and sent")
        ->expected(2);
    app.add_option("--sequence", options->sequence,
                   "FILE.json: several messages in order, each with a pause or after a reply");
    app.add_option("--set", options->sets,
                   "PATH=VALUE: a member of the recorded message; payload.PATH of its payload")
        ->expected(1)
        ->allow_extra_args(false)
        ->take_all();
    auto* key = app.add_option("--key", options->key, "Kafka: the key");
    app.add_option("--correlation", options->correlation, "An id beside the reply address");
    app.add_flag("--retain", options->retain, "MQTT: write it as state of the topic");
    app.add_flag("--binary", options->binary, "A binary frame; variables stay as they are");
    app.add_flag("--tombstone", options->tombstone,
                 "No value, which deletes the key (Kafka) or the state (MQTT)");
    app.add_option("--repeat", options->repeat, "Send it so many times")->check(positiveWhole());
    app.add_option("--rate", options->rate, "So many a second (default: 1)")
        ->check(numberWithin(0.001, 1e6));
    app.add_option("--expect-reply", options->expectReply,
                   "Give it a reply address and wait so long, for example 2s");
    app.add_option("--confirm", options->confirm,
                   "The host's name: yes, to the topic it was recorded on, where it was recorded");
    app.add_option("--token-file", options->secrets.token,
                   "File whose first line is the bus's token");
    app.add_option("--password-file", options->secrets.password,
                   "File whose first line is the password of the URL's user");
    app.add_option("--key-password-file", options->secrets.keyPassword,
                   "File whose first line opens the key of the client certificate");
    app.add_flag("--dry-run", options->dryRun, "Only say what would be sent");
    addArm(app, options->arm, "Send it; without this nothing ever is");
    app.add_flag("--json", options->json, "One JSON object a line");
    app.footer(
        "\nEvery message is marked (x-murmurscope-inject) where the bus or the payload has "
        "room\nfor it. Without --arm it is said what would be sent, and the exit code is "
        "2.\n\nExamples:\n"
        "  murmur inject --to nats://127.0.0.1 --topic tasks --payload '{\"id\":\"{{uuid}}\"}' "
        "--arm\n"
        "  murmur inject --to nats://127.0.0.1 --topic plan --payload @ask.json "
        "--expect-reply 2s --arm\n"
        "  murmur inject --to listen://127.0.0.1:7777 --from night.murmur 8812 \\\n"
        "      --set payload.goal=B-02 --expect-reply 2s --arm\n"
        "  murmur inject --to nats://127.0.0.1 --sequence rescue.json --arm\n"
        "\"murmur help inject\" explains variables and guards.");
    for (const char* name :
         {"--topic", "--payload", "--header", "--from", "--set", "--key", "--correlation",
          "--retain", "--binary", "--tombstone", "--repeat", "--rate", "--expect-reply"})
        app.get_option("--sequence")->excludes(app.get_option(name));
    app.callback([&action, options, topic, payload, key] {
        options->hasTopic = topic->count() > 0;
        options->hasPayload = payload->count() > 0;
        options->hasKey = key->count() > 0;
        action = [options] { return runInject(*options); };
    });
}

} // namespace murmur::cli
