// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/lanekey.h"

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

struct KeyName
{
    LaneKey::What what;
    QStringView text;
};
constexpr std::array kKeyNames{
    KeyName{LaneKey::What::Agent, u"agent"}, KeyName{LaneKey::What::Topic, u"topic"},
    KeyName{LaneKey::What::Group, u"group"}, KeyName{LaneKey::What::Conversation, u"conversation"},
    KeyName{LaneKey::What::Connection, u"connection"}};
constexpr QStringView kPayload = u"payload.";

struct WeightName
{
    LaneKey::Weight weight;
    QStringView ending;
};
constexpr std::array kWeightNames{WeightName{LaneKey::Weight::TokensIn, u":tokens_in"},
                                  WeightName{LaneKey::Weight::TokensOut, u":tokens_out"},
                                  WeightName{LaneKey::Weight::Cost, u":cost"}};

QString keyWord(const LaneKey& key)
{
    if (key.what == LaneKey::What::Payload)
        return kPayload.toString() + key.path;
    return std::ranges::find(kKeyNames, key.what, &KeyName::what)->text.toString();
}

} // namespace

QString laneKeyText(const LaneKey& key)
{
    const auto weight = std::ranges::find(kWeightNames, key.weight, &WeightName::weight);
    return keyWord(key) + (weight == kWeightNames.end() ? QString() : weight->ending.toString());
}

QString fieldOfLanes(const LaneKey& key)
{
    return key.what == LaneKey::What::Agent ? u"from"_s : keyWord(key);
}

Result<LaneKey> laneKeyFromText(const QString& text)
{
    for (const WeightName& weight : kWeightNames) {
        if (!text.endsWith(weight.ending))
            continue;
        auto key = laneKeyFromText(text.chopped(weight.ending.size()));
        if (key && key->weight != LaneKey::Weight::Messages)
            break;
        if (key)
            key->weight = weight.weight;
        return key;
    }
    for (const KeyName& name : kKeyNames) {
        if (text == name.text)
            return LaneKey{name.what, {}};
    }
    if (text.startsWith(kPayload) && text.size() > kPayload.size() && !text.endsWith(u'.') &&
        !text.contains(u".."_s))
        return LaneKey{LaneKey::What::Payload, text.mid(kPayload.size())};
    return Error{
        ErrorCode::WrongUse,
        u"There are no lanes by %1; write agent, topic, group, conversation, connection, or a member of the payload such as payload.task.id, and behind it :tokens_in, :tokens_out or :cost for what models took."_s
            .arg(text)};
}

} // namespace murmur
