// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "bus/topicpattern.h"
#include "dialect/dialect.h"
#include "session/redaction.h"

#include <QByteArrayList>
#include <QString>
#include <QStringList>

#include <cstdint>
#include <optional>
#include <vector>

namespace murmur {

/// What a recording leaves out by choice, as a person wrote it.
struct IntakeRules
{
    QStringList only;         ///< topic patterns; empty: all topics
    QStringList exclude;      ///< topic patterns
    QStringList payloadLimit; ///< "SIZE" or "PATTERN=SIZE": larger messages keep their header
    QStringList redact;       ///< as of Redactor::addPattern
    QStringList codec;        ///< how payloads are read, as of codecRuleFromText: kept, not applied
    bool redactsKnown = true;
    bool neverWrite = false; ///< of the profile: noted in the recording; see mayWrite
};

/// What a connection gives to its bus: of the options or the environment, and the credentials in
/// the files that its URL names, as they are now.
QByteArrayList ownSecrets(const QUrl& url, const ConnectionOptions& options);

struct Profile;
/// Those of a profile.
IntakeRules rulesOf(const Profile& profile);

/// The rules applied to each message before anybody else sees it: the interpreter, the tail, the
/// writer. What is left out keeps its envelope (who, to whom, kind, ids), its size and its place in
/// time; its bytes are gone, it is flagged Withheld, and the rule stands in the header
/// `murmur-withheld`. Chosen, never silent. Belongs to one thread.
class Intake
{
public:
    static Result<Intake> from(const IntakeRules& rules, const QString& dialect = {});

    /// Those that we give to buses, from the options or the environment: a server may say them
    /// back.
    void addSecrets(const ConnectionOptions& options);
    void addSecrets(const QByteArrayList& secrets);
    /// May change the message and its flags.
    void apply(HeardMessage& message);
    [[nodiscard]] bool isIdle() const;
    /// The rules in force, a line each, as noted in the recording: `meta.rules`, `meta.redaction`.
    [[nodiscard]] std::string rulesText() const;
    [[nodiscard]] std::string redactionText() const { return m_redactor.text(); }

private:
    struct Limit
    {
        std::optional<TopicPattern> topic;
        std::int64_t bytes = 0;
        std::string text;
    };
    [[nodiscard]] std::string reasonToWithhold(const HeardMessage& message) const;
    void withhold(HeardMessage& message, std::string_view rule);

    std::vector<TopicPattern> m_only;
    std::vector<TopicPattern> m_exclude;
    std::vector<Limit> m_limits;
    bool m_neverWrite = false;
    Redactor m_redactor;
    std::unique_ptr<DialectChooser> m_chooser; ///< reads what is then left out
    Interpretation m_read;
    std::string m_padded;
};

} // namespace murmur
