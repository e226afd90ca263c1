// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/outputdiff.h"

#include "base/sentmark.h"
#include "query/textpattern.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <optional>
#include <tuple>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

using OutputJson = nlohmann::json;
using OutputKey = std::tuple<QByteArray, QByteArray, QByteArray, QByteArray>;

constexpr std::size_t kLeastIdSize = 16;
constexpr double kFirstEpochSecond = 1e9; // 2001
constexpr double kLastEpochNs = 4e18;     // 2096

std::optional<OutputJson> parsed(const QByteArray& payload)
{
    OutputJson json = OutputJson::parse(payload.begin(), payload.end(), nullptr, false);
    if (json.is_discarded() || !json.is_structured())
        return std::nullopt;
    return json;
}

/// Hexadecimal, perhaps with dashes: nobody types such a text.
bool looksLikeId(const std::string& text)
{
    return text.size() >= kLeastIdSize && std::ranges::all_of(text, [](char c) {
               return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
                      (c >= 'A' && c <= 'F');
           });
}

bool isAnId(const std::string& text, const AgentOutput& output)
{
    const QByteArray bytes = QByteArray::fromStdString(text);
    return std::ranges::find(output.ids, bytes) != output.ids.end();
}

bool isMoment(const OutputJson& value)
{
    if (value.is_string()) {
        const auto& text = value.get_ref<const std::string&>();
        return text.size() >= 19 && text[4] == '-' && timeFromWire(text) != kNoTime;
    }
    if (!value.is_number())
        return false;
    const double number = value.get<double>();
    return number >= kFirstEpochSecond && number <= kLastEpochNs;
}

/// What is new each time the agent speaks.
bool isNewEachTime(const OutputJson& was, const OutputJson& now, const AgentOutput& recorded,
                   const AgentOutput& living)
{
    if (isMoment(was) && isMoment(now))
        return true;
    if (!was.is_string() || !now.is_string())
        return false;
    const auto& before = was.get_ref<const std::string&>();
    const auto& after = now.get_ref<const std::string&>();
    return (looksLikeId(before) && looksLikeId(after)) ||
           (isAnId(before, recorded) && isAnId(after, living));
}

QString shownValue(const OutputJson& value)
{
    constexpr qsizetype kMostShown = 120;
    const QString text =
        QString::fromStdString(value.dump(-1, ' ', false, OutputJson::error_handler_t::replace));
    return text.size() <= kMostShown ? text : text.left(kMostShown) + u'…';
}

class OutputCompare
{
public:
    explicit OutputCompare(const OutputRules& rules)
        : m_rules(rules)
    {
        for (const QString& path : rules.ignore)
            m_ignore.push_back(TextPattern::equals(path));
    }

    OutputComparison run(const std::vector<AgentOutput>& recorded,
                         const std::vector<AgentOutput>& living)
    {
        OpenOutputs open;
        for (const AgentOutput& output : living)
            open[keyOf(output)].push_back(&output);
        const std::vector<const AgentOutput*> partners = partnersOf(recorded, open);
        for (std::size_t i = 0; i < recorded.size(); ++i) {
            const AgentOutput& output = recorded[i];
            const AgentOutput* const now = partners[i];
            if (now == nullptr && !output.isAsked) {
                ++m_result.unasked;
                continue;
            }
            ++m_result.recorded;
            const std::int64_t before = m_result.count;
            if (now == nullptr)
                note(Divergence::Is::Missing, &output, nullptr, {}, {}, {});
            else
                comparePair(output, *now);
            m_result.outputs.push_back({output.seq, now != nullptr ? now->seq : 0, output.topic,
                                        output.kind, output.type, m_result.count - before});
        }
        std::vector<const AgentOutput*> extra;
        for (const auto& [key, outputs] : open)
            extra.insert(extra.end(), outputs.begin(), outputs.end());
        std::ranges::sort(extra, {}, &AgentOutput::seq);
        for (const AgentOutput* output : extra) {
            note(Divergence::Is::Extra, nullptr, output, {}, {}, {});
            m_result.outputs.push_back(
                {0, output->seq, output->topic, output->kind, output->type, 1});
        }
        m_result.living = static_cast<std::int64_t>(living.size());
        return std::move(m_result);
    }

private:
    using OpenOutputs = std::map<OutputKey, std::deque<const AgentOutput*>>;

    /// What is said now beside each that was said; null: nothing. Those that were asked for choose
    /// first. What remains in `open` is extra.
    [[nodiscard]] std::vector<const AgentOutput*>
    partnersOf(const std::vector<AgentOutput>& recorded, OpenOutputs& open) const
    {
        std::vector<const AgentOutput*> partners(recorded.size(), nullptr);
        for (const bool isAsked : {true, false}) {
            for (std::size_t i = 0; i < recorded.size(); ++i) {
                if (recorded[i].isAsked != isAsked)
                    continue;
                const auto same = open.find(keyOf(recorded[i]));
                if (same == open.end() || same->second.empty())
                    continue;
                partners[i] = same->second.front();
                same->second.pop_front();
            }
        }
        return partners;
    }

    [[nodiscard]] OutputKey keyOf(const AgentOutput& output) const
    {
        if (output.isToAsker && output.answers != 0)
            return {{}, output.kind, output.type, '#' + QByteArray::number(output.answers)};
        return {output.isToAsker ? QByteArray() : output.topic, output.kind, output.type,
                m_rules.inputIds.contains(output.correlation) ? output.correlation : QByteArray()};
    }

    void comparePair(const AgentOutput& recorded, const AgentOutput& living)
    {
        const std::int64_t before = m_result.count;
        const auto was = parsed(recorded.payload);
        const auto now = parsed(living.payload);
        if (was && now)
            compareValues(*was, *now, {}, recorded, living);
        else if (recorded.payload != living.payload)
            note(Divergence::Is::Different, &recorded, &living, {},
                 QString::fromUtf8(recorded.payload.left(120)),
                 QString::fromUtf8(living.payload.left(120)));
        if (isSlower(recorded, living))
            note(Divergence::Is::Slower, &recorded, &living, {}, durationText(recorded.latency),
                 durationText(living.latency));
        if (m_result.count == before)
            ++m_result.same;
    }

    [[nodiscard]] bool isSlower(const AgentOutput& recorded, const AgentOutput& living) const
    {
        if (m_rules.slowerTimes <= 0 || recorded.latency.count() < 0 ||
            living.latency.count() < 0 || living.latency < recorded.latency + m_rules.slowerBy)
            return false;
        return static_cast<double>(living.latency.count()) >
               m_rules.slowerTimes * static_cast<double>(recorded.latency.count());
    }

    [[nodiscard]] bool isIgnored(const std::string& path) const
    {
        return std::ranges::any_of(
            m_ignore, [&path](const TextPattern& pattern) { return pattern.matches(path); });
    }

    void compareValues(const OutputJson& was, const OutputJson& now, const std::string& path,
                       const AgentOutput& recorded, const AgentOutput& living)
    {
        if (isIgnored(path))
            return;
        if (was.is_object() && now.is_object()) {
            for (const auto& [name, value] : was.items())
                compareMember(&value, find(now, name), path, name, recorded, living);
            for (const auto& [name, value] : now.items()) {
                if (!was.contains(name))
                    compareMember(nullptr, &value, path, name, recorded, living);
            }
            return;
        }
        if (was.is_array() && now.is_array()) {
            for (std::size_t i = 0; i < std::max(was.size(), now.size()); ++i)
                compareMember(i < was.size() ? &was[i] : nullptr,
                              i < now.size() ? &now[i] : nullptr, path, std::to_string(i), recorded,
                              living);
            return;
        }
        if (was != now && !isNewEachTime(was, now, recorded, living))
            note(Divergence::Is::Different, &recorded, &living, path, shownValue(was),
                 shownValue(now));
    }

    static const OutputJson* find(const OutputJson& object, const std::string& name)
    {
        const auto found = object.find(name);
        return found == object.end() ? nullptr : &*found;
    }

    void compareMember(const OutputJson* was, const OutputJson* now, const std::string& path,
                       const std::string& name, const AgentOutput& recorded,
                       const AgentOutput& living)
    {
        const std::string way = path + '/' + name;
        if (sentmark::isMarkName(name))
            return;
        if (was != nullptr && now != nullptr)
            compareValues(*was, *now, way, recorded, living);
        else if (!isIgnored(way))
            note(Divergence::Is::Different, &recorded, &living, way,
                 was != nullptr ? shownValue(*was) : QString(),
                 now != nullptr ? shownValue(*now) : QString());
    }

    void note(Divergence::Is is, const AgentOutput* recorded, const AgentOutput* living,
              const std::string& path, const QString& was, const QString& now)
    {
        ++m_result.count;
        if (m_result.divergences.size() >= OutputComparison::kMostListed)
            return;
        const AgentOutput& one = recorded != nullptr ? *recorded : *living;
        m_result.divergences.push_back({is, recorded != nullptr ? recorded->seq : 0,
                                        living != nullptr ? living->seq : 0, one.topic, one.kind,
                                        one.type, QString::fromStdString(path), was, now});
    }

    const OutputRules& m_rules;
    std::vector<TextPattern> m_ignore;
    OutputComparison m_result;
};

} // namespace

void AskedCalls::add(Seq seq, Seq recorded, const QByteArray& replyTo)
{
    m_calls[seq] = recorded;
    if (replyTo.isEmpty())
        return;
    if (const auto [known, isNew] = m_addresses.try_emplace(replyTo, recorded);
        !isNew && known->second != recorded)
        known->second = 0;
}

// What follows a first answer closes nothing, and still goes to the same address.
void AskedCalls::assign(AgentOutput& output) const
{
    const auto address = m_addresses.find(output.topic);
    output.isToAsker = address != m_addresses.end();
    if (const auto call = m_calls.find(output.closes); call != m_calls.end())
        output.answers = call->second;
    else if (output.isToAsker)
        output.answers = address->second;
}

QString divergenceName(Divergence::Is is)
{
    switch (is) {
    case Divergence::Is::Missing:
        return u"missing"_s;
    case Divergence::Is::Extra:
        return u"extra"_s;
    case Divergence::Is::Different:
        return u"different"_s;
    case Divergence::Is::Slower:
        return u"slower"_s;
    }
    return {};
}

QString divergenceSentence(const Divergence& divergence)
{
    QString what = QString::fromUtf8(divergence.kind);
    if (!divergence.type.isEmpty())
        what += u' ' + QString::fromUtf8(divergence.type);
    if (!divergence.topic.isEmpty())
        what += u" on "_s + QString::fromUtf8(divergence.topic);
    const auto shown = [](const QString& value) { return value.isEmpty() ? u"nothing"_s : value; };
    switch (divergence.is) {
    case Divergence::Is::Missing:
        return u"Message %1 (%2) was said, and is not said any more."_s.arg(divergence.recorded)
            .arg(what);
    case Divergence::Is::Extra:
        return u"A message (%1) is said that was not said before."_s.arg(what);
    case Divergence::Is::Different:
        return u"Message %1 (%2) said %3 at %4, and says %5 now."_s.arg(divergence.recorded)
            .arg(what, shown(divergence.was),
                 divergence.path.isEmpty() ? u"the whole"_s : divergence.path,
                 shown(divergence.now));
    case Divergence::Is::Slower:
        return u"Message %1 (%2) took %3, and takes %4 now."_s.arg(divergence.recorded)
            .arg(what, divergence.was, divergence.now);
    }
    return {};
}

OutputComparison compareOutputs(const std::vector<AgentOutput>& recorded,
                                const std::vector<AgentOutput>& living, const OutputRules& rules)
{
    return OutputCompare(rules).run(recorded, living);
}

} // namespace murmur
