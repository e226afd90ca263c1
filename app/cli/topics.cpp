// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "await.h"
#include "command.h"
#include "output.h"
#include "progress.h"
#include "stopsignals.h"

#include "base/time.h"
#include "bus/fleet.h"
#include "bus/profile.h"
#include "session/topicsurvey.h"

#include <CLI/CLI.hpp>

#include <QFile>

#include <cmath>
#include <memory>
#include <string>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    std::string url;
    std::string length = "3s";
    std::string maxSize;
    std::string tokenFile;
    std::string passwordFile;
    std::string keyPasswordFile;
    bool json = false;
};

struct Sum
{
    double perSecond = 0;
    double bytesPerSecond = 0;
};

Sum sumOf(const std::vector<SurveyedTopic>& topics)
{
    Sum sum;
    for (const SurveyedTopic& topic : topics) {
        sum.perSecond += topic.perSecond.value_or(0);
        sum.bytesPerSecond += topic.bytesPerSecond.value_or(0);
    }
    return sum;
}

/// "1,240", "0.33", "-" when nobody knows.
QString rateText(const std::optional<double>& rate)
{
    if (!rate)
        return u"-"_s;
    if (*rate >= 10 || *rate == 0)
        return grouped(std::llround(*rate));
    return QString::number(*rate, 'f', 2);
}

QString bytesOrDash(const std::optional<double>& bytes)
{
    return bytes ? bytesText(std::llround(*bytes)) : u"-"_s;
}

/// How the rate is known, in one word.
const char* sourceOf(const SurveyedTopic& topic)
{
    if (topic.isExact && topic.perSecond)
        return "bus";
    return topic.perSecond ? "sample" : "";
}

std::string asText(const SurveyResult& result)
{
    Table table({{u"TOPIC"_s, false, 60},
                 {u"MSG/S"_s, true},
                 {u"BYTES/S"_s, true},
                 {u"SIZE"_s, true},
                 {u"FORM"_s},
                 {u"RATE BY"_s},
                 {u"NOTE"_s}});
    for (const SurveyedTopic& topic : result.topics) {
        QStringList note;
        if (topic.members > 1)
            note << u"%1 topics"_s.arg(grouped(topic.members));
        if (!topic.detail.isEmpty())
            note << topic.detail;
        else if (topic.item == "stream"_L1)
            note << u"stream"_s;
        if (topic.retained > 0)
            note << u"%1 retained"_s.arg(grouped(topic.retained));
        if (topic.stored)
            note << u"%1 stored"_s.arg(grouped(*topic.stored));
        table.add({printable(topic.topic.isEmpty() ? u"(no topic)"_s : topic.topic),
                   rateText(topic.perSecond), bytesOrDash(topic.bytesPerSecond),
                   topic.size ? bytesText(*topic.size) : u"-"_s,
                   !topic.size      ? u"-"_s
                   : topic.isBinary ? u"binary"_s
                                    : u"text"_s,
                   QString::fromLatin1(*sourceOf(topic) == 0 ? "-" : sourceOf(topic)),
                   printable(note.join(u", "_s))});
    }
    const Sum sum = sumOf(result.topics);
    QString end = result.topics.empty()
                      ? u"No topic was heard or told of.\n"_s
                      : u"\n%1, %2 messages/s, %3/s\n"_s.arg(
                            result.topics.size() == 1
                                ? u"1 topic"_s
                                : u"%1 topics"_s.arg(
                                      grouped(static_cast<std::int64_t>(result.topics.size()))),
                            rateText(sum.perSecond), bytesText(std::llround(sum.bytesPerSecond)));
    if (!result.version.isEmpty())
        end += printable(result.version) + u'\n';
    for (const QString& note : result.notes)
        end += printable(note) + u'\n';
    return (table.size() > 0 ? table.takeText() : std::string()) + end.toStdString();
}

void writeNumber(JsonWriter& json, const char* name, const std::optional<double>& value)
{
    json.key(name);
    if (value)
        json.raw(QByteArray::number(std::round(*value * 1000) / 1000, 'g', 12).toStdString());
    else
        json.null();
}

void writeNumber(JsonWriter& json, const char* name, const std::optional<std::int64_t>& value)
{
    json.key(name);
    if (value)
        json.number(*value);
    else
        json.null();
}

void writeTopic(JsonWriter& json, const SurveyedTopic& topic)
{
    json.beginObject();
    json.key("topic");
    json.text(topic.topic);
    json.key("topics");
    json.number(topic.members);
    json.key("item");
    json.textOrNull(topic.item);
    writeNumber(json, "messages_per_second", topic.perSecond);
    writeNumber(json, "bytes_per_second", topic.bytesPerSecond);
    writeNumber(json, "size", topic.size);
    json.key("binary");
    json.boolean(topic.isBinary);
    json.key("source");
    json.textOrNull(std::string_view(sourceOf(topic)));
    json.key("retained");
    json.number(topic.retained);
    writeNumber(json, "stored", topic.stored);
    json.key("detail");
    json.textOrNull(topic.detail);
    json.key("sample");
    json.textOrNull(topic.isBinary ? QString() : QString::fromUtf8(topic.sample));
    json.endObject();
}

std::string asJson(const QUrl& url, const SurveyResult& result)
{
    std::string out;
    JsonWriter json(out);
    const Sum sum = sumOf(result.topics);
    json.beginObject();
    json.key("url");
    json.text(shownUrl(url));
    json.key("version");
    json.textOrNull(result.version);
    json.key("topics");
    json.beginArray();
    for (const SurveyedTopic& topic : result.topics)
        writeTopic(json, topic);
    json.endArray();
    writeNumber(json, "messages_per_second", std::optional(sum.perSecond));
    writeNumber(json, "bytes_per_second", std::optional(sum.bytesPerSecond));
    json.key("notes");
    json.beginArray();
    for (const QString& note : result.notes)
        json.text(note);
    json.endArray();
    json.endObject();
    return out + '\n';
}

Status readSecrets(const Options& options, ConnectionOptions& secrets)
{
    for (const auto& [path, secret] : {std::pair{&options.tokenFile, &secrets.token},
                                       std::pair{&options.passwordFile, &secrets.password},
                                       std::pair{&options.keyPasswordFile, &secrets.keyPassword}}) {
        if (path->empty())
            continue;
        auto read = secretFromFile(QFile::decodeName(path->c_str()));
        if (!read)
            return read.error();
        *secret = *read;
    }
    return Done{};
}

int survey(const QUrl& url, const ConnectionOptions& secrets, const SurveyOptions& how, bool json)
{
    TopicSurvey survey(url, secrets, how);
    QEventLoop loop;
    QObject::connect(&survey, &TopicSurvey::finished, &loop, &QEventLoop::quit);
    StopSignals signals;
    QObject::connect(&signals, &StopSignals::requested, &survey, &TopicSurvey::stop);
    if (const Status started = survey.start(); !started)
        return failed(started.error());
    report(TopicSurvey::whatItDoes(url, how));
    Progress progress;
    QObject::connect(&survey, &TopicSurvey::changed, &loop, [&] {
        if (survey.result().state == SurveyResult::State::Listening)
            progress.update(u"listening"_s, std::llround(survey.result().progress * 1000), 1000);
    });
    loop.exec();
    progress.clear();
    const SurveyResult& result = survey.result();
    if (result.state == SurveyResult::State::Failed)
        return failed(result.error);
    StandardOutput output;
    output.write(json ? asJson(url, result) : asText(result));
    return output.finish();
}

int run(const Options& options)
{
    const auto urls = fleetFromText(QString::fromStdString(options.url));
    if (!urls)
        return failed(urls.error());
    if (urls->size() != 1)
        return wrongUse(u"Topics are listed of one bus at a time; name one URL."_s);
    SurveyOptions how;
    const auto length = durationFromText(QString::fromStdString(options.length));
    if (!length || *length < std::chrono::milliseconds(100) || *length > std::chrono::hours(1))
        return wrongUse(u"--for takes a time from 100ms to 1h, for example 3s."_s);
    how.length = std::chrono::duration_cast<std::chrono::milliseconds>(*length);
    if (!options.maxSize.empty()) {
        const auto size = bytesFromText(QString::fromStdString(options.maxSize));
        if (!size)
            return failed(size.error());
        how.maxBytes = *size;
    }
    ConnectionOptions secrets;
    if (const Status read = readSecrets(options, secrets); !read)
        return failed(read.error());
    return survey(urls->front(), secrets, how, options.json);
}

} // namespace

void addTopics(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("URL", options->url, "The bus; patterns in it narrow what is listened to")
        ->required();
    app.add_option("--for", options->length, "How long to listen, for example 10s (default: 3s)");
    app.add_option("--max-size", options->maxSize,
                   "End the listening after so much, for example 1GiB (default: 64MiB)");
    app.add_option("--token-file", options->tokenFile, "File whose first line is the bus's token");
    app.add_option("--password-file", options->passwordFile,
                   "File whose first line is the password of the URL's user");
    app.add_option("--key-password-file", options->keyPasswordFile,
                   "File whose first line opens the key of the client certificate");
    app.add_flag("--json", options->json, "The list as JSON");
    app.footer("\nThe bus is asked what there is, and what the URL asks for is listened to for a "
               "short\nwhile; nothing is kept. RATE BY: bus, counted by the bus itself; sample, "
               "heard.\n\nExample: murmur topics nats://127.0.0.1");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
