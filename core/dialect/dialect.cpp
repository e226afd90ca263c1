// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialect/dialect.h"

#include "dialect/jsondialect.h"
#include "dialect/opaquedialect.h"
#include "dialect/oteldialect.h"
#include "dialect/transport.h"

#include <QStringList>

#include <algorithm>
#include <unordered_map>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

// In the order of detection. The last one takes everything.
constexpr std::array<DialectEntry, 3> kDialects{{
    {"otel", "spans and log records of OpenTelemetry, with their resource", createOtelDialect},
    {"json", "plain JSON, read by the usual names of its keys", createJsonDialect},
    {"opaque", "text or bytes, kept as they are", createOpaqueDialect},
}};

/// A topic that spoke one dialect is believed to have changed after this many misfits in a row.
constexpr int kMisfitsToBelieve = 8;
/// From here on a misfit is damage of what was meant, below it is a message of another kind.
constexpr double kLikely = 0.5;
constexpr std::size_t kMaxChoices = 1 << 20;
constexpr std::string_view kMisfit = "not of the dialect that this topic speaks";

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
    };

    std::vector<std::unique_ptr<Dialect>> dialects;
    std::unordered_map<std::uint64_t, Choice> choices;
    std::optional<std::size_t> forced;

    [[nodiscard]] std::size_t last() const noexcept { return dialects.size() - 1; }
    std::pair<std::size_t, double> detect(const MessageView& message);
    void interpretNew(Choice& choice, const MessageView& message, Interpretation& out);
    void interpretAgain(Choice& choice, const MessageView& message, Interpretation& out);
};

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

/// A topic that nothing is known of, or nothing but opaque messages.
void DialectChooser::Private::interpretNew(Choice& choice, const MessageView& message,
                                           Interpretation& out)
{
    const auto [best, confidence] = detect(message);
    dialects[best]->interpret(message, out);
    choice.misfits = 0;
    if (out.undecodable.empty())
        choice.dialect = best;
    else if (confidence < kLikely) // "[INFO] started" only began like JSON
        dialects[last()]->interpret(message, out);
}

void DialectChooser::Private::interpretAgain(Choice& choice, const MessageView& message,
                                             Interpretation& out)
{
    dialects[choice.dialect]->interpret(message, out);
    if (out.undecodable.empty()) {
        choice.misfits = 0;
        return;
    }
    const std::string_view reason = out.undecodable; // a literal: it outlives `clear`
    const auto [best, confidence] = detect(message);
    if (best == choice.dialect && confidence >= kLikely)
        return; // damaged, not foreign
    dialects[best]->interpret(message, out);
    if (best != last() && out.undecodable.empty()) {
        choice = {best, 0};
        return;
    }
    dialects[last()]->interpret(message, out);
    if ((message.flags & Flag::Binary) != 0)
        return; // a binary frame beside JSON frames is a choice of the sender, not damage
    if (++choice.misfits >= kMisfitsToBelieve)
        choice = {last(), 0};
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

Status DialectChooser::force(std::string_view id)
{
    QStringList known;
    for (std::size_t i = 0; i < d->dialects.size(); ++i) {
        if (d->dialects[i]->id() == id) {
            d->forced = i;
            return Done();
        }
        known << QString::fromLatin1(d->dialects[i]->id());
    }
    return Error{ErrorCode::NotFound,
                 u"There is no dialect \"%1\"; the known ones are %2."_s.arg(
                     QString::fromUtf8(id.data(), qsizetype(id.size())), known.join(u", "))};
}

void DialectChooser::interpret(std::uint32_t connection, std::uint32_t topic,
                               const MessageView& message, Interpretation& out)
{
    if (d->forced) {
        d->dialects[*d->forced]->interpret(message, out);
        applyTransport(message, out);
        return;
    }
    if (d->choices.size() >= kMaxChoices)
        d->choices.clear(); // costs one detection per topic, bounds a flood of topics
    const std::uint64_t key = (static_cast<std::uint64_t>(connection) << 32) | topic;
    const auto [found, isNew] = d->choices.try_emplace(key, Private::Choice{d->last(), 0});
    if (found->second.dialect == d->last())
        d->interpretNew(found->second, message, out);
    else
        d->interpretAgain(found->second, message, out);
    applyTransport(message, out);
}

} // namespace murmur
