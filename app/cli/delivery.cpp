// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "await.h"
#include "command.h"
#include "output.h"
#include "recordings.h"

#include "conversations/conversationtext.h"
#include "conversations/delivery.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct DeliveryOptions
{
    std::vector<std::string> arguments; // files, then the message
    SessionFiles session;
    std::string reach = "10min";
    bool json = false;
};

QString wordOf(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString expectedText(ExpectedBy by)
{
    switch (by) {
    case ExpectedBy::Message:
        return u"named"_s;
    case ExpectedBy::Group:
        return u"its group is named"_s;
    case ExpectedBy::Before:
        return u"~ answered before"_s;
    case ExpectedBy::Answer:
        break;
    }
    return u"not expected"_s;
}

std::string deliveryText(const Delivery& delivery, const Dictionaries& names)
{
    const MessageRow& message = delivery.message;
    QString head = u"message %1, %2 from %3 at %4: %5\n"_s.arg(
        grouped(message.shownSeq()), wordOf(kindName(message.kind)),
        printable(actorText(names.resolved(message.sender), names)), clockTime(message.time),
        deliverySummary(delivery));
    if (delivery.deadline != kNoTime)
        head += (delivery.isDeadlineStated
                     ? u"late: after %1, as it says\n"_s
                     : u"late: after %1, by how fast earlier ones were answered\n"_s)
                    .arg(durationText(nanoseconds(delivery.deadline - toNs(message.time))));
    if (delivery.isOneOfMany)
        head += u"one of several answers on this topic, so one is enough\n"_s;
    Table table({{u"receiver"_s, false, 40},
                 {u"state"_s, false, 0},
                 {u"after"_s, true, 0},
                 {u"by"_s, true, 0},
                 {u"expected"_s, false, 0},
                 {u"last sign of life"_s, false, 0}});
    for (const DeliveryRow& row : delivery.rows) {
        QString sign = u"never seen"_s;
        if (row.lastSign != kNoTime)
            sign = clockTime(fromNs(row.lastSign)) +
                   (row.wasHeardSince ? QString() : u", silent since"_s);
        table.add({printable(actorText(row.agent, names)), wordOf(deliveredName(row.state)),
                   row.latency >= 0 ? durationText(nanoseconds(row.latency)) : QString(),
                   row.shownAs != 0 ? grouped(row.shownAs) : QString(), expectedText(row.by),
                   sign});
    }
    return head.toStdString() + (delivery.rows.empty() ? "" : "\n" + table.takeText());
}

std::string deliveryJson(const Delivery& delivery, const Dictionaries& names)
{
    std::string out;
    JsonWriter json(out);
    const auto timeOrNull = [&](const char* key, std::int64_t time) {
        json.key(key);
        time == kNoTime ? json.null() : json.text(isoTimeUtf8(time));
    };
    const auto seqOrNull = [&](const char* key, Seq seq) {
        json.key(key);
        seq == 0 ? json.null() : json.number(seq);
    };
    json.beginObject();
    seqOrNull("seq", delivery.message.shownSeq());
    json.key("kind");
    json.text(kindName(delivery.message.kind));
    json.key("from");
    json.textOrNull(names.agentName(names.resolved(delivery.message.sender)));
    timeOrNull("time", toNs(delivery.message.time));
    timeOrNull("deadline", delivery.deadline);
    json.key("deadline_grade");
    delivery.deadline == kNoTime
        ? json.null()
        : json.text(gradeName(delivery.isDeadlineStated ? Grade::Stated : Grade::Inferred));
    timeOrNull("through", delivery.through);
    json.key("one_of_many");
    json.boolean(delivery.isOneOfMany);
    json.key("receivers");
    json.beginArray();
    for (const DeliveryRow& row : delivery.rows) {
        json.beginObject();
        json.key("agent");
        json.text(names.agentName(row.agent));
        json.key("state");
        json.text(deliveredName(row.state));
        json.key("latency_ms");
        row.latency < 0
            ? json.null()
            : json.raw(
                  QByteArray::number(static_cast<double>(row.latency) / 1e6, 'f', 3).toStdString());
        seqOrNull("by", row.shownAs);
        seqOrNull("newer", row.newer);
        json.key("expected_by");
        json.text(expectedByName(row.by));
        json.key("grade");
        json.text(gradeName(gradeOf(row.by)));
        timeOrNull("last_sign", row.lastSign);
        json.key("heard_since");
        json.boolean(row.wasHeardSince);
        json.endObject();
    }
    json.endArray();
    json.endObject();
    return out + '\n';
}

int runDelivery(const DeliveryOptions& options)
{
    if (options.arguments.size() < 2)
        return wrongUse(u"The number of a message is missing after the file."_s);
    const auto reach = durationFromText(QString::fromStdString(options.reach));
    if (!reach)
        return failed(reach.error());
    SessionFiles files = options.session;
    files.files.assign(options.arguments.begin(), options.arguments.end() - 1);
    int code = kDone;
    auto session = openSession(files, code);
    if (!session)
        return failed(session.error());
    const auto seq = await((*session)->seqNamed(QString::fromStdString(options.arguments.back())));
    if (!seq)
        return failed(seq.error());
    DeliveryRequest request;
    request.seq = *seq;
    request.reach = *reach;
    const auto delivery = await(deliveryOf(**session, request));
    if (!delivery)
        return failed(delivery.error());
    const auto names = (*session)->dictionaries();
    StandardOutput output;
    output.write(options.json ? deliveryJson(*delivery, *names) : deliveryText(*delivery, *names));
    const int written = output.finish();
    return written != kDone ? written : code;
}

class DeliveryUsage final : public CLI::Formatter
{
public:
    std::string make_usage(const CLI::App* /*app*/, std::string /*name*/) const override
    {
        return "Usage: murmur delivery [OPTIONS] FILE... SEQ\n";
    }
};

} // namespace

void addDelivery(CLI::App& app, Action& action)
{
    auto options = std::make_shared<DeliveryOptions>();
    app.formatter(std::make_shared<DeliveryUsage>());
    app.add_option("FILE... SEQ", options->arguments, "Recordings, then a message")->required();
    app.add_option("--reach", options->reach,
                   "How long after the message is looked for what became of it (usual: 10min)");
    addSessionOptions(app, options->session);
    app.add_flag("--json", options->json, "One JSON object");
    app.footer(
        "\nA line for each expected receiver: those that the message names, or a group "
        "names, or that answered earlier messages of its topic (~).\n"
        "Examples:\n"
        "  murmur query night.murmur 'kind == command and topic == \"cmd.*\"' --columns seq,to\n"
        "  murmur delivery night.murmur 8812");
    app.callback([&action, options] { action = [options] { return runDelivery(*options); }; });
}

} // namespace murmur::cli
