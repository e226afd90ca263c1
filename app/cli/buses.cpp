// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "output.h"

#include "bus/connection.h"
#include "bus/discovery.h"

#include <CLI/CLI.hpp>

#include <QEventLoop>

#include <memory>
#include <string>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

std::string asJson(const std::vector<FoundBus>& found)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.key("found");
    json.beginArray();
    for (const FoundBus& bus : found) {
        json.beginObject();
        json.key("url");
        json.text(bus.url.toString());
        json.key("kind");
        json.text(bus.kind);
        json.key("detail");
        json.textOrNull(bus.detail);
        json.endObject();
    }
    json.endArray();
    json.key("schemes");
    json.beginArray();
    for (const BusEntry& bus : buses()) {
        json.beginObject();
        json.key("scheme");
        json.text(std::string_view(bus.scheme));
        json.key("description");
        json.text(std::string_view(bus.description));
        json.endObject();
    }
    json.endArray();
    json.endObject();
    return out + '\n';
}

std::string asText(const std::vector<FoundBus>& found)
{
    QString text = found.empty() ? u"No bus answers on this machine's usual ports.\n"_s
                                 : u"Answering on this machine:\n"_s;
    for (const FoundBus& bus : found) {
        text +=
            u"  %1  %2%3\n"_s.arg(bus.url.toString(), -26)
                .arg(bus.kind, bus.detail.isEmpty() ? QString() : u", "_s + printable(bus.detail));
    }
    text += u"\nThis build attaches to:\n"_s;
    for (const BusEntry& bus : buses())
        text += u"  %1  %2\n"_s.arg(QLatin1StringView(bus.scheme), -10)
                    .arg(QString::fromUtf8(bus.description));
    return text.toStdString();
}

int run(bool json)
{
    Discovery discovery;
    QEventLoop loop;
    QObject::connect(&discovery, &Discovery::finished, &loop, &QEventLoop::quit);
    discovery.start();
    loop.exec();
    StandardOutput output;
    output.write(json ? asJson(discovery.found()) : asText(discovery.found()));
    return output.finish();
}

} // namespace

void addBuses(CLI::App& app, Action& action)
{
    auto json = std::make_shared<bool>(false);
    app.add_flag("--json", *json, "The list as JSON");
    app.footer(
        "\nOne short connection to each usual port of this machine; nothing is subscribed to.");
    app.callback([&action, json] { action = [json] { return run(*json); }; });
}

} // namespace murmur::cli
