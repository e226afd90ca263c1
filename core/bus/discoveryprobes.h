// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QElapsedTimer>
#include <QString>
#include <QUrl>

#include <cstdint>
#include <memory>
#include <optional>

namespace murmur {

/// A bus that answered.
struct FoundBus
{
    QUrl url;       ///< to attach to; empty: there is nothing to attach to
    QString kind;   ///< "Redis", "NATS", …
    QString detail; ///< "JetStream", "needs a password"; may be empty
    QString version = {};
    /// Topics, or channels that somebody listens to, where the bus counts them.
    std::optional<std::int64_t> topics = {};
    /// Where the bus counts for itself: how much flows now, and of what.
    std::optional<double> perSecond = {};
    QString counted = {}; ///< "commands", "messages"

    friend bool operator==(const FoundBus&, const FoundBus&) = default;
};

/// What is said on one well-known port.
class ProbeTalk
{
public:
    enum class Step : std::uint8_t {
        More,  ///< not enough to tell
        Known, ///< it is that bus; there is more to learn
        Done,  ///< all is learnt, for now
        Other, ///< it is something else
    };
    virtual ~ProbeTalk() = default;
    /// What we send first; empty: the bus speaks first.
    [[nodiscard]] virtual QByteArray greeting() const { return {}; }
    /// Takes what it understands from the front of `unread`; what to say next is put into `say`.
    virtual Step hear(QByteArray& unread, QByteArray& say, FoundBus& bus) = 0;
    /// Whether `again()`, about each second, brings FoundBus::perSecond.
    [[nodiscard]] virtual bool countsForItself() const { return false; }
    virtual QByteArray again() { return {}; }
    [[nodiscard]] virtual QByteArray goodbye() const { return {}; }
};

/// Of a bus that counts all messages that it ever took: how many a second there were between two
/// looks.
class CountedMessages
{
public:
    /// False at the first look: there is no rate yet.
    bool look(std::int64_t all, FoundBus& bus);

private:
    QElapsedTimer m_since;
    std::int64_t m_all = 0;
};

/// One well-known port and how its bus is spoken to.
struct BusProbe
{
    const char* scheme;
    const char* kind;
    std::uint16_t port;
    std::unique_ptr<ProbeTalk> (*talk)();
};

// Those that speak HTTP first.
std::unique_ptr<ProbeTalk> rosbridgeTalk();
std::unique_ptr<ProbeTalk> foxgloveTalk();
std::unique_ptr<ProbeTalk> hubTalk();
std::unique_ptr<ProbeTalk> otlpTalk();
/// The monitoring port of NATS, which counts; tells of the bus beside it.
std::unique_ptr<ProbeTalk> natsMonitorTalk();
std::unique_ptr<ProbeTalk> kafkaTalk();

} // namespace murmur
