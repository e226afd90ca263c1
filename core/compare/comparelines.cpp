// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "compare/comparelines.h"

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr double kTimes = 1.5;         ///< from here on more is more
constexpr double kSure = 4;            ///< standard deviations: chance alone is no difference
constexpr std::uint64_t kFewCalls = 8; ///< fewer say nothing about how long they take
constexpr std::size_t kMostNamed = 12; ///< conversations that are told one by one
constexpr double kNoticeable = 1e6;    ///< ns; below that nobody waits longer
constexpr std::int64_t kFew = 3;

QString spanText(double ns)
{
    return durationText(nanoseconds(std::llround(ns)));
}

QString perSecond(double rate)
{
    const auto digits = [](double value) {
        return QString::number(value, 'f', value < 10 ? 1 : 0);
    };
    if (rate >= 0.95)
        return digits(rate) + u"/s"_s;
    return rate * 60 >= 0.95 ? digits(rate * 60) + u"/min"_s : digits(rate * 3600) + u"/h"_s;
}

QString shareText(double share)
{
    return QString::number(100 * share, 'f', share < 0.1 ? 1 : 0) + u" %"_s;
}

double evidence(double count)
{
    return std::log10(1 + std::max(0.0, count));
}

/// Whether more of these calls are slower than `ns` than chance explains, where `share` of them
/// would be expected to.
bool isShifted(const LatencyHistogram& calls, std::uint64_t ns, double share)
{
    const std::uint32_t limit = logLinearBucket(ns, kFineBits);
    double slower = 0;
    for (const BucketCount& bucket : calls.buckets())
        slower += bucket.bucket > limit ? bucket.count : 0;
    const auto count = static_cast<double>(calls.count());
    return slower - share * count >= kSure * std::sqrt(share * (1 - share) * count);
}

class Comparison
{
public:
    Comparison(const TalkProfile& before, const TalkProfile& after)
        : m_before(before)
        , m_after(after)
        , m_secondsBefore(before.seconds())
        , m_secondsAfter(after.seconds())
    {
    }

    std::vector<CompareLine> compare()
    {
        compareSums(CompareWhat::All, u"all messages"_s, m_before.all, m_after.all, 1);
        compareAll(CompareWhat::Topic, m_before.topics, m_after.topics, 1);
        compareAll(CompareWhat::Pair, m_before.pairs, m_after.pairs, 0.9);
        compareAll(CompareWhat::Agent, m_before.agents, m_after.agents, 0.95);
        compareAll(CompareWhat::Type, m_before.types, m_after.types, 0.8);
        compareOpenings();
        const std::size_t told = m_lines.size();
        compareConversations();
        // Each is one only: a few of them stand for all.
        std::ranges::stable_sort(m_lines.begin() + static_cast<std::ptrdiff_t>(told), m_lines.end(),
                                 std::greater{}, &CompareLine::weight);
        if (m_lines.size() > told + kMostNamed)
            m_lines.resize(told + kMostNamed);
        if (m_before.hasFindings && m_after.hasFindings)
            compareFindings();
        std::ranges::stable_sort(m_lines, std::greater{}, &CompareLine::weight);
        return std::move(m_lines);
    }

private:
    CompareLine& add(CompareWhat what, CompareChange change, const QString& subject,
                     const QString& measure, double before, double after, double weight)
    {
        CompareLine line;
        line.what = what;
        line.change = change;
        line.subject = subject;
        line.measure = measure;
        line.before = before;
        line.after = after;
        line.weight = weight;
        m_lines.push_back(std::move(line));
        return m_lines.back();
    }

    void compareAll(CompareWhat what, const std::map<std::string, TalkSums>& before,
                    const std::map<std::string, TalkSums>& after, double weight)
    {
        static const TalkSums nothing;
        for (const auto& [name, sums] : after) {
            const auto known = before.find(name);
            compareSums(what, QString::fromStdString(name),
                        known == before.end() ? nothing : known->second, sums, weight);
        }
        for (const auto& [name, sums] : before) {
            if (!after.contains(name))
                compareSums(what, QString::fromStdString(name), sums, nothing, weight);
        }
    }

    void compareSums(CompareWhat what, const QString& subject, const TalkSums& before,
                     const TalkSums& after, double weight)
    {
        const double rateBefore = static_cast<double>(before.messages) / m_secondsBefore;
        const double rateAfter = static_cast<double>(after.messages) / m_secondsAfter;
        if (before.messages == 0 || after.messages == 0) {
            const bool isNew = before.messages == 0;
            const TalkSums& there = isNew ? after : before;
            // As often as on the other side, how many would be here?
            const double expected =
                isNew ? rateAfter * m_secondsBefore : rateBefore * m_secondsAfter;
            if (there.messages < kFew || expected < kFew)
                return;
            CompareLine& line =
                add(what, isNew ? CompareChange::New : CompareChange::Missing, subject,
                    u"messages"_s, rateBefore, rateAfter,
                    weight * (2 + 1.6 * evidence(static_cast<double>(there.messages))));
            (isNew ? line.afterText : line.beforeText) = perSecond(isNew ? rateAfter : rateBefore);
            line.before3 = before.first.list();
            line.after3 = after.first.list();
            return;
        }
        compareRates(what, subject, before, after, rateBefore, rateAfter, weight);
        compareErrors(what, subject, before, after, weight);
        compareLatency(what, subject, before, after, weight);
    }

    void compareRates(CompareWhat what, const QString& subject, const TalkSums& before,
                      const TalkSums& after, double rateBefore, double rateAfter, double weight)
    {
        const double times = rateAfter / rateBefore;
        // Of counts that come by chance, the logarithm of their ratio spreads so much.
        const double spread = std::sqrt(1.0 / static_cast<double>(before.messages) +
                                        1.0 / static_cast<double>(after.messages));
        const double away = std::abs(std::log(times));
        if (away < std::log(kTimes) || away / spread < kSure)
            return;
        CompareLine& line =
            add(what, times > 1 ? CompareChange::More : CompareChange::Fewer, subject,
                u"messages"_s, rateBefore, rateAfter,
                weight * 0.7 * std::min(4.0, std::abs(std::log2(times))) *
                    evidence(static_cast<double>(before.messages + after.messages)));
        line.beforeText = perSecond(rateBefore);
        line.afterText = perSecond(rateAfter);
        line.before3 = before.first.list();
        line.after3 = after.first.list();
    }

    void compareErrors(CompareWhat what, const QString& subject, const TalkSums& before,
                       const TalkSums& after, double weight)
    {
        if (before.errors + after.errors < kFew)
            return;
        const auto share = [](const TalkSums& sums) {
            return static_cast<double>(sums.errors) / static_cast<double>(sums.messages);
        };
        const double all = static_cast<double>(before.errors + after.errors) /
                           static_cast<double>(before.messages + after.messages);
        const double spread = std::sqrt(std::max(1e-12, all * (1 - all)) *
                                        (1.0 / static_cast<double>(before.messages) +
                                         1.0 / static_cast<double>(after.messages)));
        const double difference = share(after) - share(before);
        const double small = std::min(share(after), share(before));
        const double large = std::max(share(after), share(before));
        if (std::abs(difference) / spread < kSure || large < kTimes * small)
            return;
        CompareLine& line =
            add(what, difference > 0 ? CompareChange::MoreErrors : CompareChange::FewerErrors,
                subject, u"errors"_s, share(before), share(after),
                weight * (2 + std::min(3.0, std::abs(std::log2((large + 1e-4) / (small + 1e-4))))) *
                    evidence(static_cast<double>(before.errors + after.errors)));
        line.beforeText = shareText(share(before));
        line.afterText = shareText(share(after));
        line.before3 = before.failed.list();
        line.after3 = after.failed.list();
    }

    void compareLatency(CompareWhat what, const QString& subject, const TalkSums& before,
                        const TalkSums& after, double weight)
    {
        compareSpans(what, subject, before.latency, after.latency, weight, before.slowestSeqs(),
                     after.slowestSeqs());
    }

    void compareSpans(CompareWhat what, const QString& subject, const LatencyHistogram& before,
                      const LatencyHistogram& after, double weight, std::vector<Seq> before3,
                      std::vector<Seq> after3)
    {
        const std::uint64_t fewer = std::min(before.count(), after.count());
        if (fewer < kFewCalls)
            return;
        struct Quantile
        {
            double q;
            QString name;
        };
        for (const Quantile& one : {Quantile{0.5, u"p50"_s}, Quantile{0.99, u"p99"_s}}) {
            const bool isSlower = after.quantile(one.q) > before.quantile(one.q);
            if (!(isSlower ? isShifted(after, before.quantile(one.q), 1 - one.q)
                           : isShifted(before, after.quantile(one.q), 1 - one.q)))
                continue;
            const auto a = static_cast<double>(before.quantile(one.q));
            const auto b = static_cast<double>(after.quantile(one.q));
            const double times = (b + 1) / (a + 1);
            if (std::max(times, 1 / times) < kTimes || std::abs(b - a) < kNoticeable)
                continue;
            CompareLine& line =
                add(what, b > a ? CompareChange::Slower : CompareChange::Faster, subject, one.name,
                    a, b,
                    weight * (b > a ? 1.3 : 0.9) * std::min(6.0, std::abs(std::log2(times))) *
                        evidence(static_cast<double>(fewer)));
            line.beforeText = spanText(a);
            line.afterText = spanText(b);
            line.before3 = before3;
            line.after3 = after3;
            return; // one of them says it
        }
    }

    void compareOpenings()
    {
        static const ConversationSums nothing;
        const auto compare = [this](const std::string& name, const ConversationSums& before,
                                    const ConversationSums& after) {
            const QString subject = QString::fromStdString(name);
            if (before.conversations == 0 || after.conversations == 0) {
                const bool isNew = before.conversations == 0;
                const ConversationSums& there = isNew ? after : before;
                if (there.conversations < kFew)
                    return;
                CompareLine& line =
                    add(CompareWhat::Opening, isNew ? CompareChange::New : CompareChange::Missing,
                        subject, u"conversations"_s, static_cast<double>(before.conversations),
                        static_cast<double>(after.conversations),
                        2.2 + 1.7 * evidence(static_cast<double>(there.messages)));
                (isNew ? line.afterText : line.beforeText) = QString::number(there.conversations);
                line.before3 = before.first.list();
                line.after3 = after.first.list();
                return;
            }
            compareSpans(CompareWhat::Opening, subject, before.duration, after.duration, 1.3,
                         before.longestSeqs(), after.longestSeqs());
            const double failedBefore =
                static_cast<double>(before.failed) / static_cast<double>(before.conversations);
            const double failedAfter =
                static_cast<double>(after.failed) / static_cast<double>(after.conversations);
            const double large = std::max(failedBefore, failedAfter);
            if (before.failed + after.failed < kFew ||
                large - std::min(failedBefore, failedAfter) < 0.05 ||
                large < kTimes * std::min(failedBefore, failedAfter))
                return;
            CompareLine& line = add(
                CompareWhat::Opening,
                failedAfter > failedBefore ? CompareChange::MoreErrors : CompareChange::FewerErrors,
                subject, u"failed"_s, failedBefore, failedAfter,
                3 * evidence(static_cast<double>(before.failed + after.failed)));
            line.beforeText = shareText(failedBefore);
            line.afterText = shareText(failedAfter);
            line.before3 = before.failedFirst.list();
            line.after3 = after.failedFirst.list();
        };
        for (const auto& [name, sums] : m_after.openings) {
            const auto known = m_before.openings.find(name);
            compare(name, known == m_before.openings.end() ? nothing : known->second, sums);
        }
        for (const auto& [name, sums] : m_before.openings) {
            if (!m_after.openings.contains(name))
                compare(name, sums, nothing);
        }
    }

    /// Those that both sides know by name: the same work, done twice.
    void compareConversations()
    {
        for (const auto& [name, after] : m_after.conversations) {
            const auto known = m_before.conversations.find(name);
            if (known == m_before.conversations.end())
                continue;
            const NamedConversation& before = known->second;
            const QString subject = QString::fromStdString(name);
            const auto a = static_cast<double>(before.end - before.start);
            const auto b = static_cast<double>(after.end - after.start);
            const double times = (b + 1) / (a + 1);
            if (before.errors != after.errors && std::min(before.errors, after.errors) == 0) {
                CompareLine& line =
                    add(CompareWhat::Conversation,
                        after.errors > 0 ? CompareChange::MoreErrors : CompareChange::FewerErrors,
                        subject, u"errors"_s, static_cast<double>(before.errors),
                        static_cast<double>(after.errors), 3.5);
                line.beforeText = QString::number(before.errors);
                line.afterText = QString::number(after.errors);
                line.before3 = {before.first};
                line.after3 = {after.first};
            } else if (std::max(times, 1 / times) >= kTimes &&
                       std::abs(b - a) >= 10 * kNoticeable) {
                CompareLine& line =
                    add(CompareWhat::Conversation,
                        b > a ? CompareChange::Slower : CompareChange::Faster, subject,
                        u"duration"_s, a, b, std::min(3.0, 0.5 * std::abs(std::log2(times))));
                line.beforeText = spanText(a);
                line.afterText = spanText(b);
                line.before3 = {before.first};
                line.after3 = {after.first};
            }
        }
    }

    void compareFindings()
    {
        const auto tell = [this](const std::string& about, const FindingSums& sums, bool isNew) {
            CompareLine& line =
                add(CompareWhat::Finding, isNew ? CompareChange::New : CompareChange::Missing,
                    QString::fromStdString(about), u"findings"_s,
                    isNew ? 0 : static_cast<double>(sums.findings),
                    isNew ? static_cast<double>(sums.findings) : 0,
                    (isNew ? 12 : 7) + (sums.isCritical ? 6 : 0));
            (isNew ? line.afterText : line.beforeText) = QString::fromStdString(sums.summary);
            (isNew ? line.after3 : line.before3) = sums.messages.list();
        };
        for (const auto& [about, sums] : m_after.findings) {
            if (!m_before.findings.contains(about))
                tell(about, sums, true);
        }
        for (const auto& [about, sums] : m_before.findings) {
            if (!m_after.findings.contains(about))
                tell(about, sums, false);
        }
    }

    const TalkProfile& m_before;
    const TalkProfile& m_after;
    const double m_secondsBefore;
    const double m_secondsAfter;
    std::vector<CompareLine> m_lines;
};

} // namespace

std::string_view compareChangeName(CompareChange change) noexcept
{
    switch (change) {
    case CompareChange::New:
        return "new";
    case CompareChange::Missing:
        return "missing";
    case CompareChange::Slower:
        return "slower";
    case CompareChange::Faster:
        return "faster";
    case CompareChange::MoreErrors:
        return "more errors";
    case CompareChange::FewerErrors:
        return "fewer errors";
    case CompareChange::More:
        return "more";
    case CompareChange::Fewer:
        break;
    }
    return "fewer";
}

std::string_view compareWhatName(CompareWhat what) noexcept
{
    switch (what) {
    case CompareWhat::All:
        return "all";
    case CompareWhat::Finding:
        return "finding";
    case CompareWhat::Conversation:
        return "conversation";
    case CompareWhat::Opening:
        return "conversations";
    case CompareWhat::Topic:
        return "topic";
    case CompareWhat::Pair:
        return "pair";
    case CompareWhat::Agent:
        return "agent";
    case CompareWhat::Type:
        break;
    }
    return "type";
}

QString CompareLine::sentence() const
{
    if (beforeText.isEmpty() || afterText.isEmpty())
        return beforeText + afterText;
    QString text = beforeText + u" → "_s + afterText;
    const double small = std::min(before, after);
    const double times = small > 0 ? std::max(before, after) / small : 0;
    if (times >= 1.05)
        text += u", %1×"_s.arg(QString::number(times, 'f', times < 10 ? 1 : 0));
    return text;
}

std::vector<CompareLine> compareProfiles(const TalkProfile& before, const TalkProfile& after)
{
    if (before.messages == 0 || after.messages == 0)
        return {};
    return Comparison(before, after).compare();
}

} // namespace murmur
