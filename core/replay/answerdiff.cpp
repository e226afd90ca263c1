// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/answerdiff.h"

#include "base/time.h"
#include "replay/mark.h"

#include <QUuid>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

using AnswerJson = nlohmann::ordered_json;

// Members whose values are others in each run; without '_' and '-', in small letters.
constexpr std::array kVolatileNames{
    "id"_L1,     "uuid"_L1,       "timestamp"_L1, "time"_L1,       "ts"_L1,    "createdat"_L1,
    "sentat"_L1, "updatedat"_L1,  "inreplyto"_L1, "replyto"_L1,    "nonce"_L1, "sequence"_L1,
    "seq"_L1,    "durationms"_L1, "latencyms"_L1, "traceparent"_L1};
constexpr std::array kVolatileEnds{"correlationid"_L1, "requestid"_L1, "messageid"_L1,
                                   "traceid"_L1,       "spanid"_L1,    "eventid"_L1,
                                   "runid"_L1,         "timestamp"_L1};

bool isVolatileName(const QString& name)
{
    QString plain = name.toLower();
    plain.remove(u'_').remove(u'-');
    return std::ranges::find(kVolatileNames, plain) != kVolatileNames.end() ||
           std::ranges::any_of(kVolatileEnds,
                               [&plain](QLatin1StringView end) { return plain.endsWith(end); });
}

/// Both are an id or a time, whatever their name.
bool isVolatileValue(const AnswerJson& one, const AnswerJson& other)
{
    if (!one.is_string() || !other.is_string())
        return false;
    const auto& first = one.get_ref<const std::string&>();
    const auto& second = other.get_ref<const std::string&>();
    const auto isUuid = [](const std::string& text) {
        return text.size() == 36 && !QUuid(QString::fromStdString(text)).isNull();
    };
    const auto isTime = [](const std::string& text) {
        return text.size() >= 19 && text[4] == '-' && text[10] == 'T' &&
               timeFromWire(std::string_view(text)) != kNoTime;
    };
    return (isUuid(first) && isUuid(second)) || (isTime(first) && isTime(second));
}

class AnswerComparison
{
public:
    explicit AnswerComparison(std::size_t most)
        : m_most(most)
    {
    }

    void compare(const AnswerJson& recorded, const AnswerJson& received, const QString& path,
                 bool isVolatile)
    {
        if (recorded == received || m_found.size() >= m_most)
            return;
        if (recorded.is_object() && received.is_object()) {
            for (const auto& [name, value] : recorded.items())
                compareMember(QString::fromStdString(name), &value,
                              received.contains(name) ? &received.at(name) : nullptr, path,
                              isVolatile);
            for (const auto& [name, value] : received.items()) {
                if (!recorded.contains(name))
                    compareMember(QString::fromStdString(name), nullptr, &value, path, isVolatile);
            }
            return;
        }
        if (recorded.is_array() && received.is_array()) {
            for (std::size_t i = 0; i < std::max(recorded.size(), received.size()); ++i) {
                const QString place = u"%1[%2]"_s.arg(path).arg(i);
                if (i < recorded.size() && i < received.size())
                    compare(recorded[i], received[i], place, isVolatile);
                else
                    add(place, i < recorded.size() ? &recorded[i] : nullptr,
                        i < received.size() ? &received[i] : nullptr, isVolatile);
            }
            return;
        }
        add(path, &recorded, &received, isVolatile || isVolatileValue(recorded, received));
    }

    std::vector<AnswerDifference> take() { return std::move(m_found); }

private:
    void compareMember(const QString& name, const AnswerJson* recorded, const AnswerJson* received,
                       const QString& path, bool isVolatile)
    {
        const QString place = path.isEmpty() ? name : path + u'.' + name;
        isVolatile = isVolatile || isVolatileName(name);
        if (recorded && received)
            compare(*recorded, *received, place, isVolatile);
        else
            add(place, recorded, received, isVolatile);
    }
    void add(const QString& path, const AnswerJson* recorded, const AnswerJson* received,
             bool isVolatile)
    {
        if (m_found.size() >= m_most)
            return;
        const auto text = [](const AnswerJson* value) {
            return value ? QString::fromStdString(
                               value->dump(-1, ' ', false, AnswerJson::error_handler_t::replace))
                         : QString();
        };
        m_found.push_back({path, text(recorded), text(received), isVolatile});
    }

    std::size_t m_most;
    std::vector<AnswerDifference> m_found;
};

} // namespace

std::vector<AnswerDifference> answerDifferences(const QByteArray& recorded,
                                                const QByteArray& received, std::size_t most)
{
    const QByteArray ours = withoutMarks(recorded);
    const QByteArray theirs = withoutMarks(received);
    const auto one = AnswerJson::parse(ours.begin(), ours.end(), nullptr, false);
    const auto other = AnswerJson::parse(theirs.begin(), theirs.end(), nullptr, false);
    if (one.is_discarded() || other.is_discarded()) {
        if (ours == theirs)
            return {};
        return {{{}, QString::fromUtf8(ours), QString::fromUtf8(theirs), false}};
    }
    AnswerComparison comparison(most);
    comparison.compare(one, other, {}, false);
    return comparison.take();
}

} // namespace murmur
