// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialect/dialect.h"

#include "dialect/autogendialect.h"
#include "dialect/cloudeventsdialect.h"
#include "dialect/crewaidialect.h"
#include "dialect/dnotifierdialect.h"
#include "dialect/foxglovedialect.h"
#include "dialect/jsondialect.h"
#include "dialect/jsonrpcdialect.h"
#include "dialect/langgraphdialect.h"
#include "dialect/messageshape.h"
#include "dialect/natsdialect.h"
#include "dialect/opaquedialect.h"
#include "dialect/oteldialect.h"
#include "dialect/rosbridgedialect.h"
#include "dialect/socketiodialect.h"
#include "dialect/transport.h"

#include <QStringList>

#include <algorithm>
#include <tuple>
#include <unordered_map>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

// In the order of detection. The last one takes everything.
constexpr std::array kDialects = std::to_array<DialectEntry>({
    {"otel", "spans and log records of OpenTelemetry, with their resource", createOtelDialect},
    {"cloudevents", "CloudEvents, structured, batch and by headers", createCloudeventsDialect},
    {"dnotifier", "DNotifier: frames, remote agents, workflow records", createDnotifierDialect},
    {"jsonrpc", "JSON-RPC 2.0, with A2A and MCP", createJsonrpcDialect},
    {"rosbridge", "rosbridge v2: topics, services and actions of ROS", createRosbridgeDialect},
    {"foxglove", "Foxglove WebSocket: control messages and binary frames", createFoxgloveDialect},
    {"nats", "NATS services, and advisories of JetStream", createNatsDialect},
    {"langgraph", "LangGraph and LangChain: events, stream modes, threads, checkpoints",
     createLanggraphDialect},
    {"crewai", "CrewAI: events, stream frames, trace batches, webhooks", createCrewaiDialect},
    {"autogen", "AutoGen core: its structured log and worker messages", createAutogenDialect},
    {"socketio", "Socket.IO over Engine.IO", createSocketioDialect},
    {"json", "plain JSON, read by the usual names of its keys", createJsonDialect},
    {"opaque", "text or bytes, kept as they are", createOpaqueDialect},
});
/// What takes messages that no system claims: "json" and what remains.
constexpr std::size_t kFirstPlain = kDialects.size() - 2;

/// A topic that spoke one dialect is believed to have changed after this many misfits in a row.
constexpr int kMisfitsToBelieve = 8;
/// From here on a misfit is damage of what was meant, below it is a message of another kind.
constexpr double kLikely = 0.5;
constexpr std::size_t kMaxChoices = 1 << 20;
constexpr std::string_view kMisfit = "not of the dialect that this topic speaks";

/// `*` stands for any text, `?` for one character. Linear for each star.
bool matchesGlob(std::string_view glob, std::string_view text) noexcept
{
    std::size_t g = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t retry = 0;
    while (t < text.size()) {
        if (g < glob.size() && glob[g] == '*') {
            star = g++;
            retry = t;
        } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
            ++g;
            ++t;
        } else if (star != std::string_view::npos) {
            g = star + 1;
            t = ++retry;
        } else {
            return false;
        }
    }
    return glob.find_first_not_of('*', g) == std::string_view::npos;
}

} // namespace

std::span<const DialectEntry> dialects() noexcept
{
    return kDialects;
}

void Interpretation::clear()
{
    topic = {};
    sender = {};
    receivers.clear();
    kind = Kind::Event;
    type = {};
    ids.fill({});
    parents.clear();
    labels.fill({});
    sent = kNoTime;
    sequence = kNoTime;
    payload = {};
    isErrorReply = false;
    state.clear();
    undecodable = {};
    if (!scratch.empty())
        scratch.clear();
}

struct DialectChooser::Private
{
    struct Choice
    {
        std::size_t dialect = 0;
        int misfits = 0;
        bool isForced = false;
    };
    struct Rule
    {
        std::string glob;
        std::size_t dialect = 0;
    };

    std::vector<std::unique_ptr<Dialect>> dialects;
    std::unordered_map<std::uint64_t, Choice> choices;
    std::vector<Rule> rules;
    MessageShape shape;

    [[nodiscard]] std::size_t last() const noexcept { return dialects.size() - 1; }
    [[nodiscard]] Choice firstChoice(std::string_view topic) const;
    std::pair<std::size_t, double> detect(const MessageView& message);
    bool read(std::size_t dialect, const MessageView& message, Interpretation& out);
    void interpretNew(Choice& choice, const MessageView& message, Interpretation& out);
    void interpretAgain(Choice& choice, const MessageView& message, Interpretation& out);
};

DialectChooser::Private::Choice DialectChooser::Private::firstChoice(std::string_view topic) const
{
    for (const Rule& rule : rules) {
        if (matchesGlob(rule.glob, topic))
            return {rule.dialect, 0, true};
    }
    return {last(), 0, false};
}

/// How sure all dialects are; `message` has a shape.
std::pair<std::size_t, double> DialectChooser::Private::detect(const MessageView& message)
{
    std::size_t best = last();
    double confidence = -1;
    for (std::size_t i = 0; i < dialects.size(); ++i) {
        const double own = dialects[i]->confidence(message);
        if (own > confidence) {
            best = i;
            confidence = own;
        }
    }
    return {best, confidence};
}

/// Reads as one dialect, and what a system cannot read as plain JSON.
bool DialectChooser::Private::read(std::size_t dialect, const MessageView& message,
                                   Interpretation& out)
{
    dialects[dialect]->interpret(message, out);
    if (!out.undecodable.empty() && dialect < kFirstPlain &&
        message.shape->form() != MessageShape::Form::Other)
        dialects[kFirstPlain]->interpret(message, out);
    return out.undecodable.empty();
}

/// A topic that nothing is known of, or nothing but opaque messages.
void DialectChooser::Private::interpretNew(Choice& choice, const MessageView& message,
                                           Interpretation& out)
{
    const auto [best, confidence] = detect(message);
    choice.misfits = 0;
    if (read(best, message, out))
        choice.dialect = best;
    else if (confidence < kLikely) // "[INFO] started" only began like JSON
        dialects[last()]->interpret(message, out);
}

/// The dialect of the topic is asked first and alone. It may be followed by another at any message.
void DialectChooser::Private::interpretAgain(Choice& choice, const MessageView& message,
                                             Interpretation& out)
{
    std::size_t best = choice.dialect;
    double confidence = best < kFirstPlain ? dialects[best]->confidence(message) : 0;
    if (confidence < kLikely)
        std::tie(best, confidence) = detect(message);
    if (best != last() && confidence >= kLikely) {
        if (read(best, message, out))
            choice = {best, 0, false};
        return; // else it is damaged, not foreign
    }
    // Nobody knows it alone: what is short or new may be told by its topic.
    dialects[choice.dialect]->interpret(message, out);
    if (out.undecodable.empty()) {
        choice.misfits = 0;
        return;
    }
    const std::string_view reason = out.undecodable; // a literal: it outlives `clear`
    if (best != last() && best != choice.dialect && read(best, message, out)) {
        choice = {best, 0, false};
        return;
    }
    dialects[last()]->interpret(message, out);
    if ((message.flags & Flag::Binary) != 0)
        return; // a binary frame beside JSON frames is a choice of the sender, not damage
    if (++choice.misfits >= kMisfitsToBelieve)
        choice = {last(), 0, false};
    else
        out.undecodable = reason == "not JSON" ? kMisfit : reason;
}

DialectChooser::DialectChooser()
    : d(std::make_unique<Private>())
{
    for (const DialectEntry& entry : murmur::dialects())
        d->dialects.push_back(entry.create());
}

DialectChooser::~DialectChooser() = default;

Status DialectChooser::force(std::string_view rules)
{
    while (!rules.empty()) {
        const std::size_t end = rules.find(',');
        const std::string_view rule = rules.substr(0, end);
        rules.remove_prefix(end == std::string_view::npos ? rules.size() : end + 1);
        const std::size_t equals = rule.rfind('=');
        const bool hasGlob = equals != std::string_view::npos;
        const std::string_view id = hasGlob ? rule.substr(equals + 1) : rule;
        const auto found = std::ranges::find_if(
            d->dialects, [id](const auto& dialect) { return dialect->id() == id; });
        if (found == d->dialects.end()) {
            QStringList known;
            for (const auto& dialect : d->dialects)
                known << QString::fromLatin1(dialect->id());
            return Error{
                ErrorCode::NotFound,
                u"There is no dialect \"%1\"; the known ones are %2."_s.arg(
                    QString::fromUtf8(id.data(), qsizetype(id.size())), known.join(u", "))};
        }
        // The later call holds for what it names alone.
        Private::Rule added{std::string(hasGlob ? rule.substr(0, equals) : "*"),
                            static_cast<std::size_t>(found - d->dialects.begin())};
        std::erase_if(d->rules, [&](const Private::Rule& old) { return old.glob == added.glob; });
        const auto place =
            hasGlob ? std::ranges::find(d->rules, "*", &Private::Rule::glob) : d->rules.end();
        d->rules.insert(place, std::move(added));
    }
    d->choices.clear();
    return Done();
}

std::vector<double> DialectChooser::confidences(const MessageView& message)
{
    d->shape.look(message);
    MessageView view = message;
    view.shape = &d->shape;
    std::vector<double> all;
    for (const auto& dialect : d->dialects)
        all.push_back(dialect->confidence(view));
    return all;
}

void DialectChooser::interpret(std::uint32_t connection, std::uint32_t topic,
                               const MessageView& message, Interpretation& out)
{
    if (d->choices.size() >= kMaxChoices)
        d->choices.clear(); // costs one detection per topic, bounds a flood of topics
    const std::uint64_t key = (static_cast<std::uint64_t>(connection) << 32) | topic;
    auto found = d->choices.find(key);
    if (found == d->choices.end())
        found = d->choices.emplace(key, d->firstChoice(message.topic)).first;
    Private::Choice& choice = found->second;
    if (choice.isForced) {
        d->dialects[choice.dialect]->interpret(message, out);
    } else {
        d->shape.look(message);
        MessageView view = message;
        view.shape = &d->shape;
        if (choice.dialect == d->last())
            d->interpretNew(choice, view, out);
        else
            d->interpretAgain(choice, view, out);
    }
    applyTransport(message, out);
}

} // namespace murmur
