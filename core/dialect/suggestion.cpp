// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/suggestion.h"

#include "dialect/candidates.h"
#include "dialect/dialect.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kMostProposals = 5; ///< of one field
constexpr double kLeastShare = 0.2;
constexpr double kLeastScore = 0.3;

/// Names that places of a field have in the field, the likely first.
struct NameHints
{
    DialectField field;
    std::initializer_list<std::string_view> words;
};
const NameHints kHints[] = {
    {DialectField::Sender,
     {"sender", "from",    "agent",  "source", "src", "origin", "robot",   "device",
      "unit",   "node",    "worker", "actor",  "bot", "author", "speaker", "service",
      "host",   "vehicle", "client", "user",   "who", "name",   "role",    "id"}},
    {DialectField::Receivers,
     {"receiver", "to", "recipient", "target", "dest", "destination", "dst", "assignee", "assigned",
      "addressee", "for", "next", "peer", "whom"}},
    {DialectField::Kind,
     {"kind", "type", "event", "op", "action", "verb", "method", "performative", "intent",
      "msgtype", "cmd", "command", "status", "phase"}},
    {DialectField::Correlation,
     {"correlation", "corr", "request", "req", "rpc", "call", "job", "task", "txn", "transaction",
      "ticket", "ref", "order", "reply", "response", "invocation"}},
};

/// Lower case words of a path, "payload.agentId" → payload, agent, id.
std::vector<std::string> wordsOf(std::string_view text)
{
    std::vector<std::string> words(1);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool isUpper = c >= 'A' && c <= 'Z';
        const bool isWordLetter = isUpper || (c >= 'a' && c <= 'z');
        if (!isWordLetter || (isUpper && i > 0 && text[i - 1] >= 'a' && text[i - 1] <= 'z'))
            words.emplace_back();
        if (isWordLetter)
            words.back().push_back(isUpper ? static_cast<char>(c + 32) : c);
    }
    std::erase_if(words, [](const std::string& word) { return word.empty(); });
    return words;
}

/// 0 … 1: how much the name of a place speaks for a field.
double hintOf(DialectField field, const FieldSource& source)
{
    using From = FieldSource::From;
    if (source.from != From::Path && source.from != From::Header)
        return 0;
    const std::vector<std::string> words = wordsOf(source.what);
    const auto* const hints = std::ranges::find(kHints, field, &NameHints::field);
    double best = 0;
    std::size_t rank = 0;
    for (const std::string_view hint : hints->words) {
        // The last name of a path says most of what stands there.
        for (std::size_t i = 0; i < words.size(); ++i) {
            const double place = i + 2 >= words.size() ? 1 : 0.4;
            if (words[i] == hint || words[i] == std::string(hint) + 's')
                best = std::max(best, place * (1 - 0.6 * static_cast<double>(rank) /
                                                       static_cast<double>(hints->words.size())));
        }
        ++rank;
    }
    return best;
}

/// 0 … 1: how much the values speak for names of agents.
double nameShape(const Candidate& candidate)
{
    if (candidate.found == 0 || candidate.distinct() >= kCountedValues)
        return 0;
    const double named =
        static_cast<double>(candidate.names) / static_cast<double>(candidate.found);
    // Everybody says several things: as many names as messages are ids.
    const double repeated = static_cast<double>(candidate.found) /
                            static_cast<double>(std::max<std::int64_t>(1, candidate.distinct()));
    const double repeats = std::clamp((repeated - 1) / 3, 0.0, 1.0);
    const double several = candidate.distinct() >= 2 ? 1 : 0.35;
    return named * repeats * several;
}

/// The share of values that tell a kind.
double kindShape(const Candidate& candidate)
{
    if (candidate.distinct() < 2 || candidate.distinct() > 200)
        return 0;
    std::int64_t known = 0;
    for (const auto& [value, count] : candidate.values) {
        if (kindFromName(value) || kindFromWordsIfKnown(value))
            known += count;
    }
    return static_cast<double>(known) / static_cast<double>(candidate.found);
}

/// The share of messages whose value another one, and few more, have too.
double pairShape(const Candidate& candidate)
{
    if (candidate.distinct() < 4)
        return 0;
    std::int64_t paired = 0;
    std::int64_t counted = 0;
    for (const auto& [value, count] : candidate.values) {
        paired += count >= 2 && count <= 6 ? count : 0;
        counted += count;
    }
    return static_cast<double>(paired) / static_cast<double>(counted);
}

/// Names that somebody has: those of the recording, and those of the best place for a sender.
using KnownNames = std::set<std::string, std::less<>>;

double namesShare(const Candidate& candidate, const KnownNames& names)
{
    std::int64_t known = 0;
    for (const auto& [value, count] : candidate.values)
        known += names.contains(value) ? count : 0;
    return candidate.found == 0 ? 0
                                : static_cast<double>(known) / static_cast<double>(candidate.found);
}

QString percent(double share)
{
    return u"%1 %"_s.arg(std::round(share * 100));
}

QString countText(std::int64_t distinct)
{
    return distinct >= kCountedValues ? u"%1 or more"_s.arg(kCountedValues)
                                      : QString::number(distinct);
}

class Proposer
{
public:
    /// `senders`: of the first messages, as they are read in the recording.
    Proposer(std::uint32_t connection, const CandidateFinder& finder, KnownNames names,
             std::vector<std::uint32_t> senders)
        : m_connection(connection)
        , m_finder(finder)
        , m_names(std::move(names))
        , m_senders(std::move(senders))
    {
    }
    void propose(DialectField field, std::vector<Suggestion>& to);

private:
    [[nodiscard]] double score(DialectField field, const Candidate& candidate, QString& why) const;
    [[nodiscard]] double scoreOfSender(const Candidate& candidate, QString& why) const;

    std::uint32_t m_connection;
    const CandidateFinder& m_finder;
    KnownNames m_names;
    std::vector<std::uint32_t> m_senders; ///< hashes, by the place of the message
};

double Proposer::scoreOfSender(const Candidate& candidate, QString& why) const
{
    using From = FieldSource::From;
    if (candidate.source.from == From::Connection) {
        why = u"one name for all that comes by this connection"_s;
        return 0.31;
    }
    if (candidate.source.from == From::Peer) {
        why = u"%1 sockets or logins, each taken for one agent"_s.arg(
            countText(candidate.distinct()));
        return candidate.distinct() >= 2 ? 0.45 : 0.32;
    }
    const double hint = hintOf(DialectField::Sender, candidate.source);
    const double shape = nameShape(candidate);
    why = u"%1 values that look like names, each in several messages"_s.arg(
        countText(candidate.distinct()));
    if (candidate.distinct() == 1)
        why = u"the same value in all of them"_s;
    else if (hint > 0.3)
        why = u"called as a sender is, %1 values, each in several messages"_s.arg(
            countText(candidate.distinct()));
    // What tells a kind, or is called as a receiver is, is rather that.
    const double other = std::max(0.8 * kindShape(candidate),
                                  0.6 * hintOf(DialectField::Receivers, candidate.source));
    return shape * (0.5 + 0.5 * hint) * (1 - other);
}

double Proposer::score(DialectField field, const Candidate& candidate, QString& why) const
{
    if (field == DialectField::Sender)
        return scoreOfSender(candidate, why);
    using From = FieldSource::From;
    if (candidate.source.from == From::Connection || candidate.source.from == From::Peer)
        return 0;
    const double hint = hintOf(field, candidate.source);
    switch (field) {
    case DialectField::Receivers: {
        const double known = namesShare(candidate, m_names);
        why = known > 0 ? u"%1 of its values are names of those who send"_s.arg(percent(known))
                        : u"called as a receiver is"_s;
        return nameShape(candidate) * std::min(1.0, 0.7 * hint + 0.5 * known);
    }
    case DialectField::Kind: {
        const double shape = kindShape(candidate);
        why = u"%1 values, of which %2 tell a kind by their words"_s.arg(
            countText(candidate.distinct()), percent(shape));
        return shape * (0.6 + 0.4 * hint);
    }
    case DialectField::Correlation: {
        const double shape = pairShape(candidate);
        why = u"%1 of its values stand in a few messages each, as those of a question and its "
              "answer"_s.arg(percent(shape));
        return shape * (0.4 + 0.6 * hint);
    }
    default:
        return 0;
    }
}

void Proposer::propose(DialectField field, std::vector<Suggestion>& to)
{
    std::vector<Suggestion> found;
    for (const Candidate& candidate : m_finder.candidates()) {
        Suggestion one;
        one.connection = m_connection;
        one.field = field;
        one.source = candidate.source;
        one.found = candidate.found;
        one.messages = m_finder.messages();
        one.distinct = candidate.distinct();
        // Whoever sends stands in several places: that is no receiver.
        if (one.share() < kLeastShare ||
            (field == DialectField::Receivers && saysTheSame(candidate.first, m_senders)))
            continue;
        one.score = score(field, candidate, one.why) * (0.4 + 0.6 * one.share());
        const bool isLastResort = candidate.source.from == FieldSource::From::Connection;
        if (one.score < kLeastScore && !(isLastResort && field == DialectField::Sender))
            continue;
        one.examples = candidate.examples();
        found.push_back(std::move(one));
    }
    std::ranges::stable_sort(found, std::greater<>(), &Suggestion::score);
    if (found.size() > kMostProposals) {
        // The last resort stays in sight.
        const auto isConnection = [](const Suggestion& one) {
            return one.source.from == FieldSource::From::Connection;
        };
        const auto last = std::ranges::find_if(found, isConnection);
        if (last != found.end() && last - found.begin() >= std::ptrdiff_t(kMostProposals))
            std::iter_swap(last, found.begin() + kMostProposals - 1);
        found.resize(kMostProposals);
    }
    if (field == DialectField::Sender && !found.empty()) {
        for (const Candidate& candidate : m_finder.candidates()) {
            if (!(candidate.source == found.front().source))
                continue;
            m_senders = candidate.first;
            for (const auto& [value, count] : candidate.values)
                m_names.insert(value);
        }
    }
    to.insert(to.end(), std::make_move_iterator(found.begin()),
              std::make_move_iterator(found.end()));
}

} // namespace

std::vector<Suggestion> suggestionsFor(const MessageSample& sample)
{
    std::map<std::uint32_t, Coverage> known;
    for (const CoverageRow& row : coverageOf(sample)) {
        if (row.topic.empty())
            known.emplace(row.connection, row.coverage);
    }
    std::map<std::uint32_t, CandidateFinder> finders;
    std::map<std::uint32_t, KnownNames> names;
    std::map<std::uint32_t, std::vector<std::uint32_t>> senders;
    for (std::size_t i = 0; i < sample.messages.size(); ++i) {
        const MessageSample::Message& message = sample.messages[i];
        finders[message.connection].add(sample.view(i));
        if (auto& first = senders[message.connection]; first.size() < kComparedMessages)
            first.push_back(message.sender.empty() ? 0 : hashOfValue(message.sender));
        if (!message.sender.empty())
            names[message.connection].insert(message.sender);
    }
    std::vector<Suggestion> all;
    for (const auto& [connection, coverage] : known) {
        Proposer proposer(connection, finders[connection], names[connection], senders[connection]);
        for (const DialectField field : {DialectField::Sender, DialectField::Receivers,
                                         DialectField::Kind, DialectField::Correlation}) {
            if (coverage.share(field) < kWellCovered)
                proposer.propose(field, all);
        }
    }
    return all;
}

UserDialect dialectOf(const std::vector<Suggestion>& suggestions, std::uint32_t connection,
                      std::string_view name)
{
    UserDialect dialect;
    dialect.name = name;
    for (const Suggestion& suggestion : suggestions) {
        if (suggestion.connection == connection && dialect[suggestion.field].empty())
            dialect[suggestion.field].push_back(suggestion.source);
    }
    // The word that tells the kind is what the system itself calls the message.
    dialect[DialectField::Type] = dialect[DialectField::Kind];
    return dialect;
}

} // namespace murmur
