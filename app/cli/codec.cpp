// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "codec/codec.h"

#include "command.h"
#include "output.h"
#include "recordings.h"

#include "session/decodedpayload.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    SessionFiles session;
    std::string file;
    std::string seq;
    bool json = false;
};

QString textOf(const std::string& utf8)
{
    return QString::fromStdString(utf8);
}

int list(const Options& options)
{
    std::string text;
    Table table({{u"codec"_s}, {u"schema"_s}, {u"reads"_s}});
    for (const CodecEntry& codec : codecs()) {
        const char* schema = codec.needsSchema          ? "needed"
                             : codec.compile != nullptr ? "may have"
                                                        : "none";
        if (!options.json) {
            table.add({QString::fromLatin1(codec.id), QString::fromLatin1(schema),
                       QString::fromUtf8(codec.description)});
            continue;
        }
        JsonWriter json(text);
        json.beginObject();
        json.key("codec");
        json.text(std::string_view(codec.id));
        json.key("schema");
        json.text(std::string_view(schema));
        json.key("description");
        json.text(std::string_view(codec.description));
        json.endObject();
        text += '\n';
    }
    StandardOutput output;
    output.write(options.json ? text : table.takeText());
    return output.finish();
}

const char* nameOf(Decoded::Is is)
{
    switch (is) {
    case Decoded::Is::Nothing:
        return "bytes";
    case Decoded::Is::Json:
        return "json";
    case Decoded::Is::Text:
        return "text";
    case Decoded::Is::Image:
        return "image";
    }
    return "bytes";
}

std::string jsonLine(const Decoded& decoded, const std::string& topic)
{
    std::string text;
    JsonWriter json(text);
    json.beginObject();
    json.key("topic");
    json.text(topic);
    json.key("codec");
    json.textOrNull(decoded.codec);
    json.key("reason");
    json.textOrNull(decoded.reason);
    json.key("guess");
    json.raw(decoded.isGuess ? "true" : "false");
    json.key("failure");
    json.textOrNull(decoded.failure);
    json.key("note");
    json.textOrNull(decoded.note);
    json.key("is");
    json.text(std::string_view(nameOf(decoded.is)));
    json.key("value");
    if (decoded.is == Decoded::Is::Json)
        json.raw(decoded.value);
    else if (decoded.is == Decoded::Is::Text)
        json.text(decoded.value);
    else
        json.null();
    json.endObject();
    return text + '\n';
}

std::string inWords(const Decoded& decoded, const std::string& topic, qsizetype bytes)
{
    QStringList lines;
    lines << u"topic    %1"_s.arg(printable(textOf(topic)))
          << u"payload  %1"_s.arg(bytesText(bytes))
          << u"codec    %1"_s.arg(decoded.codec.empty() ? u"none"_s : textOf(decoded.codec));
    if (!decoded.reason.empty())
        lines << u"because  %1"_s.arg(printable(textOf(decoded.reason)));
    if (!decoded.note.empty())
        lines << u"it is    %1"_s.arg(textOf(decoded.note));
    if (!decoded.failure.empty())
        lines << u"fails    %1"_s.arg(printable(textOf(decoded.failure)));
    std::string text = (lines.join(u'\n') + u'\n').toStdString();
    if (decoded.is == Decoded::Is::Json || decoded.is == Decoded::Is::Text)
        text += '\n' + decoded.value + '\n';
    return text;
}

int explainOne(const Options& options)
{
    int code = kDone;
    SessionFiles named = options.session;
    named.files = {options.file};
    auto session = openSession(named, code);
    if (!session)
        return failed(session.error());
    const auto message = messageNamed(**session, options.seq);
    if (!message)
        return failed(message.error());
    const auto names = (*session)->dictionaries();
    const std::string topic = codecTopic(*message, *names);
    const Decoded decoded = decodedPayload(*message, *names);
    StandardOutput output;
    output.write(options.json ? jsonLine(decoded, topic)
                              : inWords(decoded, topic, message->payloadSize));
    const int written = output.finish();
    return decoded.is == Decoded::Is::Nothing && message->payloadSize > 0 && written == kDone
               ? kCheckFailed
               : written;
}

} // namespace

void addCodec(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.require_subcommand(1);
    CLI::App* listing = app.add_subcommand("list", "The codecs, and which of them need a schema");
    listing->add_flag("--json", options->json, "One object a line");
    listing->callback([&action, options] { action = [options] { return list(*options); }; });

    CLI::App* explaining = app.add_subcommand(
        "explain", "How the payload of a message is read, why so, and what it says");
    explaining->add_option("FILE", options->file, "Recording")->required();
    explaining->add_option("SEQ", options->seq, "Number of the message")->required();
    addCodecOption(*explaining, options->session.codecs);
    explaining->add_flag("--json", options->json, "The result as JSON");
    explaining->callback(
        [&action, options] { action = [options] { return explainOne(*options); }; });
    app.footer("\nExamples:\n"
               "  murmur codec explain night.murmur 8812\n"
               "  murmur codec explain night.murmur 8812 --codec '*=avro:order.avsc'\n"
               "Exit code 1: the payload cannot be read; its bytes remain.\n"
               "More: murmur help payloads");
}

} // namespace murmur::cli
