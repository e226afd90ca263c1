// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/intake.h"

#include "base/message.h"
#include "base/sentmark.h"
#include "base/transport.h"
#include "bus/profile.h"

#include <QFile>
#include <QUrlQuery>

#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

std::string_view viewOf(const QByteArray& bytes)
{
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

Status addPatterns(const QStringList& texts, std::vector<TopicPattern>& patterns)
{
    for (const QString& text : texts) {
        auto pattern = TopicPattern::fromText(text.toStdString());
        if (!pattern)
            return pattern.error();
        patterns.push_back(std::move(*pattern));
    }
    return Done{};
}

constexpr qint64 kMaxCredentialFile = 64 * 1024;
constexpr qsizetype kShortestLine = 32;

bool isCredentialLine(const QByteArray& line)
{
    return line.size() >= kShortestLine && !line.startsWith("---") && !line.contains(' ');
}

const TopicPattern* matching(const std::vector<TopicPattern>& patterns, std::string_view topic)
{
    for (const TopicPattern& pattern : patterns) {
        if (pattern.matches(topic))
            return &pattern;
    }
    return nullptr;
}

} // namespace

QByteArrayList ownSecrets(const QUrl& url, const ConnectionOptions& options)
{
    QByteArrayList secrets{secretOr(options.token, "MURMURSCOPE_TOKEN"),
                           secretOr(options.password, "MURMURSCOPE_PASSWORD")};
    for (const QString& item : {u"creds"_s, u"nkey"_s}) {
        QFile file(QUrlQuery(url).queryItemValue(item, QUrl::FullyDecoded));
        if (file.fileName().isEmpty() || !file.open(QIODevice::ReadOnly))
            continue;
        // A token or seed stands alone on its line, between lines that say what it is.
        for (const QByteArray& line : file.read(kMaxCredentialFile).split('\n')) {
            if (const QByteArray text = line.trimmed(); isCredentialLine(text))
                secrets << text;
        }
    }
    secrets.removeAll(QByteArray());
    return secrets;
}

IntakeRules rulesOf(const Profile& profile)
{
    IntakeRules rules;
    rules.only = profile.only;
    rules.exclude = profile.exclude;
    rules.payloadLimit = profile.payloadLimit;
    rules.redact = profile.redact;
    rules.codec = profile.codec;
    rules.neverWrite = profile.neverWrite;
    return rules;
}

Result<Intake> Intake::from(const IntakeRules& rules, const QString& dialect)
{
    Intake intake;
    if (const auto only = addPatterns(rules.only, intake.m_only); !only)
        return only.error();
    if (const auto exclude = addPatterns(rules.exclude, intake.m_exclude); !exclude)
        return exclude.error();
    for (const QString& text : rules.payloadLimit) {
        Limit limit;
        limit.text = text.toStdString();
        const qsizetype equals = text.lastIndexOf(u'=');
        const auto bytes = bytesFromText(text.mid(equals + 1));
        if (!bytes || *bytes < 0) {
            return Error{ErrorCode::WrongUse,
                         u"A limit of payloads is a size, 64KiB, or a topic pattern and a size, "
                         "camera/#=1KiB; “%1” is neither."_s.arg(text)};
        }
        limit.bytes = *bytes;
        if (equals > 0) {
            auto topic = TopicPattern::fromText(text.left(equals).toStdString());
            if (!topic)
                return topic.error();
            limit.topic = std::move(*topic);
        }
        intake.m_limits.push_back(std::move(limit));
    }
    intake.m_neverWrite = rules.neverWrite;
    intake.m_redactor.setKnown(rules.redactsKnown);
    for (const QString& text : rules.redact) {
        if (const auto added = intake.m_redactor.addPattern(text); !added)
            return added.error();
    }
    intake.m_chooser = std::make_unique<DialectChooser>();
    if (!dialect.isEmpty()) {
        if (const auto forced = intake.m_chooser->force(dialect.toStdString()); !forced)
            return forced.error();
    }
    return intake;
}

void Intake::addSecrets(const ConnectionOptions& options)
{
    addSecrets(ownSecrets({}, options));
}

void Intake::addSecrets(const QByteArrayList& secrets)
{
    for (const QByteArray& secret : secrets)
        m_redactor.addSecret(secret);
}

bool Intake::isIdle() const
{
    return m_only.empty() && m_exclude.empty() && m_limits.empty() && m_redactor.isIdle();
}

std::string Intake::rulesText() const
{
    std::string text;
    const auto add = [&text](std::string_view word, const std::string& rule) {
        if (!text.empty())
            text += '\n';
        text.append(word);
        if (!rule.empty())
            text.append(" ").append(rule);
    };
    for (const TopicPattern& pattern : m_only)
        add("only", pattern.text());
    for (const TopicPattern& pattern : m_exclude)
        add("exclude", pattern.text());
    for (const Limit& limit : m_limits)
        add("payload-limit", limit.text);
    if (m_neverWrite)
        add("never-write", "");
    return text;
}

std::string Intake::reasonToWithhold(const HeardMessage& message) const
{
    const std::string_view topic = viewOf(message.topic);
    if (const TopicPattern* pattern = matching(m_exclude, topic))
        return "exclude " + pattern->text();
    if (!m_only.empty() && matching(m_only, topic) == nullptr)
        return "only";
    for (const Limit& limit : m_limits) {
        if (message.raw.size() > limit.bytes && (!limit.topic || limit.topic->matches(topic)))
            return "payload-limit " + limit.text;
    }
    return {};
}

void Intake::apply(HeardMessage& message)
{
    message.flags |= sentmark::flagsOf(viewOf(message.raw), viewOf(message.headers));
    if (!m_redactor.isIdle())
        m_redactor.apply(message);
    if (m_only.empty() && m_exclude.empty() && m_limits.empty())
        return;
    if ((message.flags & Withheld) != 0)
        return; // by another recorder before us
    if (const std::string rule = reasonToWithhold(message); !rule.empty())
        withhold(message, rule);
}

/// What the message says of itself becomes headers of ours, which every later reading finds.
void Intake::withhold(HeardMessage& message, std::string_view rule)
{
    HeaderList headers = headersFromBytes(viewOf(message.headers));
    headers.emplace_back("murmur-withheld", rule);
    headers.emplace_back("murmur-length", std::to_string(message.raw.size()));
    if (message.undecodable.isEmpty()) {
        m_padded.assign(viewOf(message.raw));
        m_padded.append(kPadding, '\0');
        MessageView view;
        view.topic = viewOf(message.topic);
        view.raw = std::string_view(m_padded).substr(0, m_padded.size() - kPadding);
        view.headers = viewOf(message.headers);
        view.peer = viewOf(message.peer);
        view.flags = message.flags;
        m_read.clear();
        m_chooser->interpret(0, 0, view, m_read);
        const auto add = [&headers](std::string_view name, std::string_view value) {
            if (!value.empty())
                headers.emplace_back(name, value);
        };
        namespace t = transport;
        add(t::kSender, m_read.sender);
        for (const std::string_view receiver : m_read.receivers)
            add(t::kReceiver, receiver);
        if (m_read.kind != Kind::Event)
            add(t::kKind, kindName(m_read.kind));
        add(t::kType, m_read.type);
        static constexpr std::array<std::string_view, kIdFieldCount> kIdNames{
            t::kId,         t::kCorrelation,  t::kTrace,  t::kSpan,
            t::kParentSpan, t::kConversation, t::kReplyTo};
        for (std::size_t field = 0; field < kIdFieldCount; ++field)
            add(kIdNames[field], m_read.ids[field]);
        if (m_read.sequence != kNoTime)
            add(t::kSequence, std::to_string(m_read.sequence));
        if (m_read.sent != kNoTime)
            add(t::kSent, std::to_string(m_read.sent));
        if (message.topic.isEmpty() && !m_read.topic.empty())
            message.topic = QByteArray(m_read.topic.data(), qsizetype(m_read.topic.size()));
    }
    message.raw.clear();
    message.headers = QByteArray::fromStdString(headersToBytes(headers));
    message.flags |= Withheld;
}

} // namespace murmur
