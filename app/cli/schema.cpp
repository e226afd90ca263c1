// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "codec/codecrule.h"

#include "command.h"
#include "output.h"
#include "recordings.h"
#include "validators.h"

#include "recording/schematable.h"
#include "session/schemafetch.h"

#include <CLI/CLI.hpp>

#include <QEventLoop>
#include <QFile>

#include <memory>
#include <string>
#include <utility>

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

int fetch(const Options& options)
{
    auto session = Session::open(pathOf(options));
    if (!session)
        return failed(session.error());
    const QString registry = options.registry.empty()
                                 ? SchemaFetch::registryOf(*(*session)->dictionaries())
                                 : textOf(options.registry);
    if (registry.isEmpty())
        return wrongUse(u"Which registry? Name it: --registry http://box:8081"_s);
    const auto url = SchemaFetch::registryFrom(registry);
    if (!url)
        return failed(url.error());
    SchemaFetch asked(**session);
    SchemaFetch::Report report;
    QEventLoop loop;
    QObject::connect(&asked, &SchemaFetch::finished, &loop, [&](const SchemaFetch::Report& answer) {
        report = answer;
        loop.quit();
    });
    asked.start(*url);
    loop.exec();
    const int code = report.problem.isEmpty()
                         ? kDone
                         : failed(Error{ErrorCode::Unreachable, std::exchange(report.problem, {})});
    tell(report.sentence());
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
