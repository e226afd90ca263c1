// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/kind.h"
#include "bus/profile.h"
#include "query/textpattern.h"
#include "replay/arming.h"

#include <QByteArray>
#include <QSet>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <cstdint>
#include <optional>
#include <vector>

namespace murmur {

/// The guards, in the order in which they are asked.
enum class Guard : std::uint8_t {
    NeverWrite, ///< a profile forbids it; nothing lifts that
    NotArmed,   ///< observe only
    System,     ///< a topic of the bus itself
    Marked,     ///< we sent it before: a loop
    Incomplete, ///< secrets overwritten, content left out, or cut: not what was said
    Toxic,      ///< its effects happen again
    SameTarget, ///< the topic that it was heard on, at the bus that it was heard on
    RateCap,    ///< never a refusal of a message: it waits (see SendCaps)
    TotalCap,   ///< enough was sent
};
/// "never-write", "not-armed", "system-topic" …, as `--json` names it.
QString guardName(Guard guard);

struct Refusal
{
    Guard guard = Guard::NotArmed;
    QString sentence; ///< what is refused, why, and how to go on
};

/// Types and topics whose effects cannot be taken back, as globs; whatever the case of letters.
QStringList usualToxicTypes();

struct GuardWish
{
    QUrl target;
    Environment environment = Environment::Production; ///< see environmentOf
    bool hasTopics = true;                             ///< PublisherTraits::hasTopics
    std::vector<QUrl> sources = {}; ///< where the messages were heard; empty: nowhere, or not known
    /// Topics heard at those of `sources` that are the target: agents listen there.
    QSet<QByteArray> heardTopics = {};
    /// The host that a person typed to say: yes, to the very topics that are recorded.
    QString typedHost = {};
    QStringList toxic = usualToxicTypes();
};

/// Whether a person who typed that may arm: in production the name of the host is typed, and what
/// is typed anywhere is that of the target. WrongUse says how.
Status mayBeArmed(const QUrl& target, Environment environment, const QString& typedHost);

/// One message before it goes out.
struct Outgoing
{
    QByteArray topic;            ///< as it would go out
    QByteArray recordedTopic;    ///< empty: nobody recorded it
    QByteArray type;             ///< as recorded
    QByteArrayView raw;          ///< before it is marked
    QByteArrayView headers;      ///< as of headersToBytes
    Flags flags = 0;             ///< as recorded
    bool isPicked = false;       ///< a person chose this one by itself
    bool isAlone = false;        ///< … and nothing else goes out, once
    bool isEdited = false;       ///< and wrote what it says now
    bool isOwn = false;          ///< nobody recorded it
    bool answersRequest = false; ///< goes to the inbox of a request that was heard in this job
};

/// Looks at each message. Immutable; may be used by any thread.
class Guards
{
public:
    explicit Guards(GuardWish wish);

    [[nodiscard]] const GuardWish& wish() const { return m_wish; }
    /// Before a writer is made, and again before each message while `arming` may change.
    [[nodiscard]] std::optional<Refusal> mayStart(const Arming& arming, nanoseconds now) const;
    [[nodiscard]] std::optional<Refusal> judge(const Outgoing& candidate) const;

    /// Something that the bus says to itself, or no name of a topic at all.
    [[nodiscard]] bool isSystemTopic(QByteArrayView topic) const;
    /// `typedHost` is that of the target.
    [[nodiscard]] bool isConfirmed() const;
    /// The target is one of the sources.
    [[nodiscard]] bool isSource() const { return m_isSource; }

private:
    [[nodiscard]] bool isToxic(QByteArrayView text) const;
    [[nodiscard]] bool isHeard(const Outgoing& candidate) const;

    GuardWish m_wish;
    QString m_scheme;
    bool m_isSource = false;
    QSet<QByteArray> m_heard;
    std::vector<TextPattern> m_toxic;
};

/// How fast and how much is sent at most.
struct Caps
{
    double perSecond = 100;
    std::int64_t total = 10'000;

    /// dev 100,000/s without an end, staging 1,000/s and 100,000, production 100/s and 10,000.
    static Caps of(Environment environment);
    /// As wished; in production wishes make them smaller only. Zero or less wishes nothing.
    static Caps of(Environment environment, double perSecond, std::int64_t total);
};

/// Counts what was sent against the caps. In no second more than allowed, however it is divided.
class SendCaps
{
public:
    explicit SendCaps(Caps caps);
    /// Zero: one more may go out now.
    [[nodiscard]] nanoseconds wait(nanoseconds now) const;
    /// The total is reached: nothing more goes out.
    [[nodiscard]] std::optional<Refusal> refusal() const;
    void count(nanoseconds now);
    [[nodiscard]] std::int64_t sent() const { return m_sent; }
    [[nodiscard]] const Caps& caps() const { return m_caps; }

private:
    Caps m_caps;
    nanoseconds m_window{0};
    std::vector<nanoseconds> m_times; ///< of the last ones, a ring
    std::size_t m_next = 0;
    std::int64_t m_sent = 0;
};

} // namespace murmur
