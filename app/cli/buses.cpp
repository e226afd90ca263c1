// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "output.h"

#include "bus/connection.h"
#include "bus/discovery.h"

#include <CLI/CLI.hpp>

#include <QEventLoop>
#include <QTimer>

#include <chrono>
#include <cmath>
#include <memory>
#include <string>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

constexpr std::chrono::milliseconds kRatePatience{2500};

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
        json.key("version");
        json.textOrNull(bus.version);
        json.key("detail");
        json.textOrNull(bus.detail);
        json.key("topics");
        if (bus.topics)
            json.number(*bus.topics);
        else
            json.null();
        json.key("per_second");
        if (bus.perSecond)
            json.raw(QByteArray::number(*bus.perSecond, 'f', 2).toStdString());
        else
            json.null();
        json.key("counted");
        json.textOrNull(bus.counted);
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

/// "2.9.10, JetStream, 12 topics, 340 commands/s"
QString wordsOf(const FoundBus& bus)
{
    QStringList words;
    for (const QString& word : {bus.version, bus.detail}) {
        if (!word.isEmpty())
            words << printable(word);
    }
    if (bus.topics)
        words << u"%1 topics"_s.arg(grouped(*bus.topics));
    if (bus.perSecond)
        words << u"%1 %2/s"_s.arg(grouped(std::llround(*bus.perSecond)), bus.counted);
    return words.join(u", "_s);
}

std::string asText(const std::vector<FoundBus>& found)
{
    QString text = found.empty() ? u"No bus answers on this machine's usual ports.\n"_s
                                 : u"Answering on this machine:\n"_s;
    for (const FoundBus& bus : found) {
        // The query of a hub says how to subscribe; `murmur topics` and attaching take it whole.
        text += u"  %1  %2  %3\n"_s.arg(bus.url.isEmpty() ? u"-"_s : bus.url.toString(), -26)
                    .arg(bus.kind, -13)
                    .arg(wordsOf(bus));
    }
    if (!found.empty())
        text += u"What flows there: murmur topics URL\n"_s;
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
    discovery.setWatching(true);
    discovery.start();
    loop.exec();
    // Some count, and have to be asked twice.
    QObject::connect(&discovery, &Discovery::busChanged, &loop, [&] {
        if (!discovery.awaitsRates())
            loop.quit();
    });
    if (discovery.awaitsRates()) {
        QTimer::singleShot(kRatePatience, &loop, &QEventLoop::quit);
        loop.exec();
    }
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
        "\nOne short connection to each usual port of this machine; no topic is subscribed to.\n"
        "Versions, topics and rates are told where the bus counts them; some are asked twice, "
        "which takes two seconds.");
    app.callback([&action, json] { action = [json] { return run(*json); }; });
}

} // namespace murmur::cli
