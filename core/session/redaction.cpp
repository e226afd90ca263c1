// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/redaction.h"

#include "base/message.h"
#include "dialect/envelope.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// Shorter ones are words that other texts have too.
constexpr qsizetype kShortestSecret = 8;

/// Nearly always there is none, and then no list of texts is made. Names of ours are no secrets.
bool mayHoldSecrets(const QByteArray& headers)
{
    HeaderCursor header({headers.constData(), static_cast<std::size_t>(headers.size())});
    while (header.next()) {
        if (!header.name.starts_with("murmur-") && secretName(header.name) != SecretName::No)
            return true;
    }
    return false;
}

bool coverHeaders(QByteArray& headers)
{
    if (!mayHoldSecrets(headers))
        return false;
    bool isChanged = false;
    HeaderList list =
        headersFromBytes({headers.constData(), static_cast<std::size_t>(headers.size())});
    for (auto& [name, value] : list) {
        const SecretName sure = secretName(name);
        if (sure == SecretName::Yes || sure == SecretName::IfText ||
            (sure == SecretName::IfCredential && isCredential(value)))
            isChanged = coverWithStars(value.data(), value.data() + value.size()) || isChanged;
    }
    if (isChanged)
        headers = QByteArray::fromStdString(headersToBytes(list));
    return isChanged;
}

/// Wherever `secret` stands; of the same length, so headers hold too.
bool coverAll(QByteArray& bytes, const QByteArray& secret)
{
    bool isChanged = false;
    for (qsizetype at = bytes.indexOf(secret); at >= 0; at = bytes.indexOf(secret, at + 1)) {
        std::fill_n(bytes.data() + at, secret.size(), '*');
        isChanged = true;
    }
    return isChanged;
}

} // namespace

void Redactor::addSecret(const QByteArray& secret)
{
    if (secret.size() >= kShortestSecret && !m_secrets.contains(secret))
        m_secrets.append(secret);
}

Status Redactor::addPattern(const QString& text)
{
    Pattern pattern;
    pattern.text = text;
    QString expression = text;
    const qsizetype slash = text.indexOf(":/"_L1);
    if (slash > 0 && text.endsWith(u'/') && text.size() > slash + 2) {
        auto topic = TopicPattern::fromText(text.left(slash).toStdString());
        if (!topic)
            return topic.error();
        pattern.topic = std::move(*topic);
        expression = text.mid(slash + 2).chopped(1);
    } else if (text.size() >= 2 && text.startsWith(u'/') && text.endsWith(u'/')) {
        expression = text.mid(1).chopped(1);
    }
    pattern.expression.setPattern(expression);
    if (!pattern.expression.isValid() || expression.isEmpty()) {
        return Error{ErrorCode::WrongUse,
                     u"“%1” cannot be redacted: %2 (at character %3 of the expression)."_s
                         .arg(text, expression.isEmpty() ? u"it is empty"_s
                                                         : pattern.expression.errorString())
                         .arg(pattern.expression.patternErrorOffset())};
    }
    pattern.expression.optimize();
    m_patterns.push_back(std::move(pattern));
    return Done{};
}

bool Redactor::apply(HeardMessage& message) const
{
    bool isChanged = false;
    if (m_isKnown) {
        // A look first: to write into the bytes may copy them.
        const auto size = static_cast<std::size_t>(message.raw.size());
        if (hasSecretMember(message.raw.constData(), size))
            isChanged = redactMembers(message.raw.data(), size);
        if (!message.headers.isEmpty())
            isChanged = coverHeaders(message.headers) || isChanged;
    }
    for (const QByteArray& secret : m_secrets) {
        isChanged = coverAll(message.raw, secret) || isChanged;
        isChanged = coverAll(message.headers, secret) || isChanged;
    }
    for (const Pattern& pattern : m_patterns) {
        if (pattern.topic &&
            !pattern.topic->matches(
                {message.topic.constData(), static_cast<std::size_t>(message.topic.size())}))
            continue;
        // Latin 1: a character a byte, whatever the bytes are.
        const QString text = QString::fromLatin1(message.raw);
        auto matches = pattern.expression.globalMatch(text);
        const int group = pattern.expression.captureCount() > 0 ? 1 : 0;
        while (matches.hasNext()) {
            const auto match = matches.next();
            const qsizetype begin = match.capturedStart(group);
            if (begin < 0 || match.capturedLength(group) == 0)
                continue;
            char* const bytes = message.raw.data();
            isChanged =
                coverWithStars(bytes + begin, bytes + begin + match.capturedLength(group)) ||
                isChanged;
        }
    }
    if (isChanged)
        message.flags |= Redacted;
    return isChanged;
}

std::string Redactor::text() const
{
    QStringList rules;
    if (m_isKnown)
        rules << u"known secrets"_s;
    if (!m_secrets.isEmpty())
        rules << u"secrets of the connections"_s;
    for (const Pattern& pattern : m_patterns)
        rules << pattern.text;
    return rules.join(u'\n').toStdString();
}

} // namespace murmur
