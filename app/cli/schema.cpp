// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "codec/codecrule.h"

#include "await.h"
#include "command.h"
#include "messagestream.h"
#include "output.h"
#include "recordings.h"
#include "validators.h"

#include "bus/schemaregistry.h"
#include "recording/schematable.h"

#include <CLI/CLI.hpp>

#include <QEventLoop>
#include <QFile>
#include <QUrlQuery>

#include <limits>
#include <memory>
#include <set>
#include <string>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    std::string file;
    std::string schema;
    std::string topic;
    std::string codec;
    std::string id;
    std::string registry;
    std::int64_t number = 0;
    bool json = false;
};

QString textOf(const std::string& utf8)
{
    return QString::fromStdString(utf8);
}

QString pathOf(const Options& options)
{
    return QFile::decodeName(options.file.c_str());
}

void tell(const QString& sentence)
{
    StandardOutput output;
    output.write((sentence + u'\n').toStdString());
    (void)output.finish();
}

int list(const Options& options)
{
    auto session = Session::open(pathOf(options));
    if (!session)
        return failed(session.error());
    const CodecBook& book = (*session)->dictionaries()->codecs();
    std::string text;
    Table table({{u"number"_s, true},
                 {u"topic"_s},
                 {u"codec"_s},
                 {u"message"_s},
                 {u"id"_s},
                 {u"registry"_s},
                 {u"size"_s, true},
                 {u"problem"_s, false, 60}});
    const std::vector<Schema> schemas = book.schemas();
    for (std::size_t i = 0; i < schemas.size(); ++i) {
        const Schema& schema = schemas[i];
        const std::string problem = book.problem(i);
        if (!options.json) {
            table.add({QString::number(i + 1), printable(textOf(schema.topic)),
                       textOf(schema.codec), printable(textOf(schema.name)), textOf(schema.key),
                       textOf(schema.registry),
                       bytesText(static_cast<std::int64_t>(schema.data.size())),
                       printable(textOf(problem))});
            continue;
        }
        JsonWriter json(text);
        json.beginObject();
        json.key("number");
        json.raw(std::to_string(i + 1));
        for (const auto& [key, value] : {std::pair{"topic", &schema.topic},
                                         {"codec", &schema.codec},
                                         {"message", &schema.name},
                                         {"id", &schema.key},
                                         {"registry", &schema.registry},
                                         {"problem", &problem}}) {
            json.key(std::string_view(key));
            json.textOrNull(*value);
        }
        json.key("size");
        json.raw(std::to_string(schema.data.size()));
        json.endObject();
        text += '\n';
    }
    if (schemas.empty() && !options.json)
        text = "The recording holds no schemas.\n";
    else if (!options.json)
        text = table.takeText();
    StandardOutput output;
    output.write(text);
    return output.finish();
}

int add(const Options& options)
{
    if (options.topic.empty() == options.id.empty())
        return wrongUse(u"Say what the schema is for: --topic GLOB, or --id N of a registry."_s);
    auto schema = schemaFromFile(QFile::decodeName(options.schema.c_str()), textOf(options.codec));
    if (!schema)
        return failed(schema.error());
    schema->topic = options.topic;
    schema->key = options.id;
    schema->registry = options.id.empty() ? std::string() : options.registry;
    const auto added = addSchema(pathOf(options), *schema);
    if (!added)
        return failed(added.error());
    tell(*added
             ? u"Added: payloads of %1 are read as %2."_s.arg(
                   options.id.empty() ? textOf(options.topic) : u"schema "_s + textOf(options.id),
                   textOf(schema->codec))
             : u"The recording has this schema already."_s);
    return kDone;
}

int remove(const Options& options)
{
    if (auto removed = removeSchema(pathOf(options), options.number); !removed)
        return failed(removed.error());
    tell(u"Removed."_s);
    return kDone;
}

/// Numbers that payloads of the recording name, and that it has no schema for.
Result<std::set<std::int64_t>> missingSchemas(Session& session, const QString& registry)
{
    std::set<std::int64_t> missing;
    const CodecBook& book = session.dictionaries()->codecs();
    MessageStream stream(session, nullptr, MessageStream::Depth::Whole, 0, 0);
    while (true) {
        const auto ready = stream.peek();
        if (!ready)
            return ready.error();
        if (*ready == nullptr)
            return missing;
        const QByteArray payload = stream.take().payload();
        const std::int64_t id =
            framedSchema({payload.constData(), static_cast<std::size_t>(payload.size())});
        if (id >= 0 && !book.hasKey(registry.toStdString(), std::to_string(id)))
            missing.insert(id);
    }
}

/// That of the connections, where they name one.
QString registryOf(const Dictionaries& names)
{
    for (std::uint32_t id = 1; id < names.counts().connections; ++id) {
        const QUrl url(textOf(names.connectionEntry(ConnectionId(id)).url));
        const QString registry = QUrlQuery(url).queryItemValue(u"registry"_s, QUrl::FullyDecoded);
        if (!registry.isEmpty())
            return registry;
    }
    return {};
}

int fetch(const Options& options)
{
    auto session = Session::open(pathOf(options));
    if (!session)
        return failed(session.error());
    const QString registry = options.registry.empty() ? registryOf(*(*session)->dictionaries())
                                                      : textOf(options.registry);
    const QUrl url(registry);
    if (!url.scheme().startsWith(u"http") || url.host().isEmpty())
        return wrongUse(u"Which registry? Name it: --registry http://box:8081"_s);
    const auto missing = missingSchemas(**session, url.toString(QUrl::RemoveUserInfo));
    if (!missing)
        return failed(missing.error());
    session->reset();
    SchemaRegistry asked(url);
    int added = 0;
    int code = kDone;
    for (const std::int64_t id : *missing) {
        QEventLoop loop;
        QObject::connect(&asked, &SchemaRegistry::fetched, &loop, [&](const Schema& schema) {
            const auto stored = addSchema(pathOf(options), schema);
            if (stored)
                added += *stored ? 1 : 0;
            else
                code = failed(stored.error());
            loop.quit();
        });
        QObject::connect(&asked, &SchemaRegistry::failed, &loop,
                         [&](std::uint32_t, const QString& sentence) {
                             code = failed({ErrorCode::Unreachable, sentence});
                             loop.quit();
                         });
        asked.fetch(static_cast<std::uint32_t>(id));
        loop.exec();
    }
    tell(missing->empty() ? u"No payload names a schema that the recording lacks."_s
                          : u"Added %1 of %2 schemas."_s.arg(added).arg(missing->size()));
    return code;
}

} // namespace

void addSchema(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.require_subcommand(1);
    const auto sub = [&](const char* name, const char* summary, int (*run)(const Options&)) {
        CLI::App* command = app.add_subcommand(name, summary);
        command->add_option("FILE", options->file, "Recording")->required();
        command->callback(
            [&action, options, run] { action = [options, run] { return run(*options); }; });
        return command;
    };
    CLI::App* listing = sub("list", "The schemas that a recording holds", list);
    listing->add_flag("--json", options->json, "One object a line");
    CLI::App* adding = sub("add", "Keep a schema in a recording that is over", add);
    adding
        ->add_option("SCHEMA", options->schema,
                     "File with the schema; of protobuf and ROS with the message behind #: "
                     "robot.pb#robot.Pose")
        ->required();
    adding->add_option("--topic", options->topic, "Topics it is for, for example 'orders.*'");
    adding->add_option("--id", options->id, "Its number in a schema registry, which payloads name");
    adding->add_option("--registry", options->registry, "URL of that registry");
    adding->add_option("--codec", options->codec,
                       "avro, protobuf, cdr or ros1, where the file's ending does not tell");
    CLI::App* removing = sub("remove", "Take a schema out of a recording", remove);
    removing->add_option("NUMBER", options->number, "As `murmur schema list` numbers them")
        ->required()
        ->check(positiveWhole());
    CLI::App* fetching =
        sub("fetch", "Ask a registry for the schemas that payloads name, and keep them", fetch);
    fetching->add_option("--registry", options->registry,
                         "URL of the registry; else that of the recording's connections");
    app.footer("\nExamples:\n"
               "  murmur schema add night.murmur order.avsc --topic 'orders.*'\n"
               "  murmur schema add night.murmur robot.pb#robot.Pose --topic 'fleet/*/pose'\n"
               "  murmur schema fetch night.murmur --registry http://box:8081\n"
               "What was heard is not changed. More: murmur help payloads");
}

} // namespace murmur::cli
