// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "bus/publisher.h"

#include <QByteArray>

#include <string_view>
#include <vector>

namespace murmur {

/// A frame for a hub, and the socket on which its topic comes out right: a hub gives what names no
/// topic the path of its socket.
struct HubFrame
{
    QByteArray bytes;
    QByteArray path; ///< decoded; empty: "/"
    bool isBinary = false;
};

/// What is sent so that subscribers and the recording get topic and payload of `message`. Its very
/// bytes when they are an object that names this topic, or none and the topic is a path; an object
/// that names another gets this one in its place; all else becomes the payload of an object. Binary
/// stays binary, under the path. WrongUse, a sentence, for what does not fit in.
Result<HubFrame> hubFrame(const OutgoingMessage& message);

/// The object with `replyTo` as the place for its answer, and with `correlation` unless that is
/// empty; without either of them it keeps its own correlation, or gets its id, or `fresh`.
QByteArray withInbox(const QByteArray& object, const QByteArray& replyTo,
                     const QByteArray& correlation, const QByteArray& fresh);

/// A member at the top level of a text that is a JSON object: views into it.
struct JsonMember
{
    std::string_view key;   ///< as it is written, without its quotes
    std::string_view value; ///< as it is written
};
std::vector<JsonMember> membersOf(std::string_view object);

} // namespace murmur
