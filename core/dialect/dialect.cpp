// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialect/dialect.h"

#include "dialect/a2adialect.h"
#include "dialect/autogendialect.h"
#include "dialect/cloudeventsdialect.h"
#include "dialect/crewaidialect.h"
#include "dialect/dialectrules.h"
#include "dialect/dnotifierdialect.h"
#include "dialect/envelope.h"
#include "dialect/foxglovedialect.h"
#include "dialect/grpcdialect.h"
#include "dialect/jsondialect.h"
#include "dialect/jsonrpcdialect.h"
#include "dialect/langgraphdialect.h"
#include "dialect/messageshape.h"
#include "dialect/murmurdialect.h"
#include "dialect/natsdialect.h"
#include "dialect/opaquedialect.h"
#include "dialect/oteldialect.h"
#include "dialect/rosbridgedialect.h"
#include "dialect/socketiodialect.h"
#include "dialect/transport.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace murmur {

namespace {

// In the order of detection. The last one takes everything.
constexpr std::array kDialects = std::to_array<DialectEntry>({
    {"murmur", "messages that Murmurscope wrote: query --json, export", createMurmurDialect},
    {"otel", "spans and log records of OpenTelemetry, with their resource", createOtelDialect},
    {"cloudevents", "CloudEvents, structured, batch and by headers", createCloudeventsDialect},
    {"dnotifier", "DNotifier: frames, remote agents, workflow records", createDnotifierDialect},
    {"jsonrpc", "JSON-RPC 2.0, with A2A and MCP", createJsonrpcDialect},
    {"a2a", "Agent2Agent over plain HTTP, and what its webhooks are told", createA2aDialect},
    {"grpc", "calls of gRPC, with those of Agent2Agent", createGrpcDialect},
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

/// After so many plain messages in a row that begin alike, others are asked about every so many
/// only, and where one does not read as plain JSON or begins otherwise.
constexpr std::uint32_t kLongPlain = 64;
constexpr std::uint32_t kLookEvery = 16;
constexpr std::uint32_t kMostDoubt = 1 << 20;
constexpr std::size_t kLongestFirstKey = 64;

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

constexpr std::uint64_t mixed(std::uint64_t hash, std::string_view text) noexcept
{
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100'0000'01b3ull;
    return hash * 31;
}

/// The first key of a JSON object and the names of the headers: of one sender the messages begin
/// alike, of another system they hardly do. 0: it begins otherwise.
std::uint64_t beginningOf(const MessageView& message) noexcept
{
    const std::string_view raw = message.raw;
    const std::size_t open = raw.find_first_not_of(" \n\r\t");
    if (open == std::string_view::npos || raw[open] != '{')
        return 0;
    const std::size_t quote = raw.find_first_not_of(" \n\r\t", open + 1);
    if (quote == std::string_view::npos || raw[quote] != '"')
        return 0;
    const std::size_t length = raw.substr(quote + 1, kLongestFirstKey).find('"');
    if (length == std::string_view::npos)
        return 0;
    std::uint64_t hash = mixed(0xcbf2'9ce4'8422'2325ull, raw.substr(quote + 1, length));
    HeaderCursor header(message.headers);
    while (!message.headers.empty() && header.next())
        hash = mixed(hash, header.name);
    return hash == 0 ? 1 : hash;
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
        UserDialectReader* user = nullptr; ///< reads after that
        // How plain the topic is: messages in a row that begin like this.
        std::uint64_t beginning = 0;
        std::uint32_t plain = 0;
        std::uint32_t enough = kLongPlain;
        std::uint32_t sinceLook = 0;
        void becomes(std::size_t other)
        {
            dialect = other;
            misfits = 0;
        }
    };
    struct Rule
    {
        std::string glob;
        std::optional<std::uint32_t> connection;
        std::optional<std::size_t> dialect; ///< none: each is found out
        std::unique_ptr<UserDialectReader> user;
        bool isBare = false; ///< the user dialect says all that is to be said
    };

    std::vector<std::unique_ptr<Dialect>> dialects;
    std::unordered_map<std::uint64_t, Choice> choices;
    std::vector<Rule> rules;
    std::vector<DialectRule> given; ///< those that `rules` were made of
    MessageShape shape;
    std::size_t reader = 0; ///< the dialect that read the last message

    [[nodiscard]] std::size_t last() const noexcept { return dialects.size() - 1; }
    [[nodiscard]] std::optional<std::size_t> find(std::string_view id) const;
    [[nodiscard]] std::size_t ruleFor(std::uint32_t connection, std::string_view topic) const;
    [[nodiscard]] Choice firstChoice(std::uint32_t connection, std::string_view topic) const;
    bool readAsEver(Choice& choice, const MessageView& message, Interpretation& out);
    void note(Choice& choice, const MessageView& message);
    void interpretFound(Choice& choice, const MessageView& message, Interpretation& out);
    std::pair<std::size_t, double> detect(const MessageView& message);
    bool read(std::size_t dialect, const MessageView& message, Interpretation& out);
    void interpretNew(Choice& choice, const MessageView& message, Interpretation& out);
    void interpretAgain(Choice& choice, const MessageView& message, Interpretation& out);
};

std::optional<std::size_t> DialectChooser::Private::find(std::string_view id) const
{
    const auto found =
        std::ranges::find_if(dialects, [id](const auto& dialect) { return dialect->id() == id; });
    if (found == dialects.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - dialects.begin());
}

DialectChooser::Private::Choice DialectChooser::Private::firstChoice(std::uint32_t connection,
                                                                     std::string_view topic) const
{
    Choice choice;
    choice.dialect = last();
    if (const std::size_t i = ruleFor(connection, topic); i < rules.size()) {
        const Rule& rule = rules[i];
        choice.user = rule.user.get();
        choice.isForced = rule.dialect.has_value() || rule.isBare;
        choice.dialect = rule.isBare ? dialects.size() : rule.dialect.value_or(last());
    }
    return choice;
}

/// The first one that fits; else how many there are.
std::size_t DialectChooser::Private::ruleFor(std::uint32_t connection, std::string_view topic) const
{
    const auto fits = [&](const Rule& rule) {
        return (!rule.connection || *rule.connection == connection) &&
               matchesGlob(rule.glob, topic);
    };
    return static_cast<std::size_t>(std::ranges::find_if(rules, fits) - rules.begin());
}

/// Of a topic that has been plain for long: without asking the others. False when they must be
/// asked.
bool DialectChooser::Private::readAsEver(Choice& choice, const MessageView& message,
                                         Interpretation& out)
{
    if (choice.dialect != kFirstPlain || choice.plain < choice.enough ||
        choice.sinceLook >= kLookEvery || beginningOf(message) != choice.beginning)
        return false;
    dialects[kFirstPlain]->interpret(message, out);
    ++choice.sinceLook;
    return out.undecodable.empty();
}

void DialectChooser::Private::note(Choice& choice, const MessageView& message)
{
    choice.sinceLook = 0;
    if (choice.dialect != kFirstPlain || reader != kFirstPlain) {
        // Where others speak, too, it takes longer to believe that they do not.
        if (choice.plain > 0 && choice.enough < kMostDoubt)
            choice.enough *= 4;
        choice.plain = 0;
        return;
    }
    const std::uint64_t beginning = beginningOf(message);
    if (beginning == 0 || beginning != choice.beginning)
        choice.plain = 0;
    choice.beginning = beginning;
    choice.plain += beginning != 0 && choice.plain < choice.enough ? 1 : 0;
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
    reader = dialect;
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
            choice.becomes(best);
        return; // else it is damaged, not foreign
    }
    // Nobody knows it alone: what is short or new may be told by its topic.
    reader = choice.dialect;
    dialects[choice.dialect]->interpret(message, out);
    if (out.undecodable.empty()) {
        choice.misfits = 0;
        return;
    }
    const std::string_view reason = out.undecodable; // a literal: it outlives `clear`
    if (best != last() && best != choice.dialect && read(best, message, out)) {
        choice.becomes(best);
        return;
    }
    dialects[last()]->interpret(message, out);
    if ((message.flags & Flag::Binary) != 0)
        return; // a binary frame beside JSON frames is a choice of the sender, not damage
    if (++choice.misfits >= kMisfitsToBelieve)
        choice.becomes(last());
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

void DialectChooser::use(std::vector<DialectRule> rules)
{
    d->rules.clear();
    d->choices.clear();
    d->given = std::move(rules);
    for (const DialectRule& given : d->given) {
        Private::Rule rule;
        rule.glob = given.glob;
        rule.connection = given.connection;
        if (given.user) {
            rule.user = std::make_unique<UserDialectReader>(*given.user);
            rule.isBare = given.user->base == "none";
            rule.dialect = d->find(given.user->base);
        } else {
            rule.dialect = d->find(given.dialect);
        }
        d->rules.push_back(std::move(rule));
    }
}

const std::vector<DialectRule>& DialectChooser::rules() const
{
    return d->given;
}

std::string DialectChooser::named(std::uint32_t connection, std::string_view topic) const
{
    const std::size_t i = d->ruleFor(connection, topic);
    return i < d->given.size() ? d->given[i].dialect : std::string();
}

Status DialectChooser::force(std::string_view text)
{
    auto rules = dialectRules(text);
    if (!rules)
        return rules.error();
    // The later call holds for what it names alone.
    std::vector<DialectRule> all = d->given;
    for (DialectRule& added : *rules) {
        std::erase_if(all, [&](const DialectRule& old) { return old.glob == added.glob; });
        const auto place =
            added.glob != "*" ? std::ranges::find(all, "*", &DialectRule::glob) : all.end();
        all.insert(place, std::move(added));
    }
    use(std::move(all));
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
        found = d->choices.emplace(key, d->firstChoice(connection, message.topic)).first;
    Private::Choice& choice = found->second;
    bool isPlain = choice.dialect >= kFirstPlain;
    if (choice.isForced && choice.dialect < d->dialects.size()) {
        d->dialects[choice.dialect]->interpret(message, out);
    } else if (choice.isForced) {
        out.clear();
    } else if (!d->readAsEver(choice, message, out)) {
        d->interpretFound(choice, message, out);
        isPlain = d->reader >= kFirstPlain;
    }
    if (choice.user != nullptr)
        choice.user->apply(message, out);
    applyTransport(message, out, isPlain);
}

void DialectChooser::Private::interpretFound(Choice& choice, const MessageView& message,
                                             Interpretation& out)
{
    shape.look(message);
    MessageView view = message;
    view.shape = &shape;
    if (choice.dialect == last())
        interpretNew(choice, view, out);
    else
        interpretAgain(choice, view, out);
    note(choice, message);
}

} // namespace murmur
