// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "bus/connection.h"
#include "bus/topicpattern.h"
#include "session/secretmembers.h"

#include <QByteArrayList>
#include <QRegularExpression>
#include <QStringList>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// Overwrites secrets in messages before anybody else sees them: each byte by `*`, so that lengths
/// and framing hold. Known are the values of JSON members and the headers that carry secrets by
/// custom (password, api_key, access_token, authorization, cookie …), also where JSON stands
/// escaped inside a JSON string (see secretmembers.h); a member "token" only when its value looks
/// like a credential, for models say their tokens under that name. What is compressed, encoded or
/// split over messages is not found.
class Redactor
{
public:
    /// `[TOPIC-PATTERN:]/REGEX/`, or a bare REGEX. What its first group matches is overwritten,
    /// without a group all that it matches. WrongUse names the place where the expression is wrong.
    Status addPattern(const QString& text);
    /// A secret of our own, which a server may send back; overwritten wherever it stands. Short
    /// ones are left out.
    void addSecret(const QByteArray& secret);
    /// Whether the known secrets are looked for; on from the beginning.
    void setKnown(bool isOn) { m_isKnown = isOn; }

    /// True when something was overwritten; the message is then flagged Redacted.
    bool apply(HeardMessage& message) const;
    /// The rules in force as they are noted in the recording.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] bool isIdle() const
    {
        return !m_isKnown && m_patterns.empty() && m_secrets.isEmpty();
    }

private:
    struct Pattern
    {
        QString text;
        std::optional<TopicPattern> topic;
        QRegularExpression expression;
    };
    bool m_isKnown = true;
    std::vector<Pattern> m_patterns;
    QByteArrayList m_secrets;
};

} // namespace murmur
