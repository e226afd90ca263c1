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

} // namespace

QString laneKeyText(const LaneKey& key)
{
    if (key.what == LaneKey::What::Payload)
        return kPayload.toString() + key.path;
    const auto found = std::ranges::find(kKeyNames, key.what, &KeyName::what);
    return found->text.toString();
}

Result<LaneKey> laneKeyFromText(const QString& text)
{
    for (const KeyName& name : kKeyNames) {
        if (text == name.text)
            return LaneKey{name.what, {}};
    }
    if (text.startsWith(kPayload) && text.size() > kPayload.size() && !text.endsWith(u'.') &&
        !text.contains(u".."_s))
        return LaneKey{LaneKey::What::Payload, text.mid(kPayload.size())};
    return Error{
        ErrorCode::WrongUse,
        u"There are no lanes by %1; write agent, topic, group, conversation, connection, or a member of the payload such as payload.task.id."_s
            .arg(text)};
}

} // namespace murmur
