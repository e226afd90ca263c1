// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/lagwatch.h"
#include "bus/redis/redislink.h"
#include "bus/redis/streamledger.h"

#include <deque>
#include <vector>

namespace murmur {

/// One stream that is read, wherever it lives.
struct RedisStream
{
    QByteArray key;
    StreamLedger ledger;
    StreamInfo info; ///< what the server said last
    StreamId from;   ///< earlier entries are not wanted
    StreamId to;     ///< the last one that is wanted
    bool hasBegun = false;
    bool isDone = false;
    std::int64_t lastRead = 0;  ///< ns, when something was read, or reading began
    std::uint64_t entries = 0;  ///< handed over
    std::int64_t expected = -1; ///< entries of the past that are read, about
};

/// Reads streams with XREAD, which changes nothing for anybody: no group, no pending entry. All
/// reading is by explicit ids, so that after a loss of the connection it goes on where it was.
class RedisStreams final : public RedisLink
{
    Q_OBJECT
public:
    RedisStreams(const RedisSettings& settings, RedisInbox& inbox,
                 std::vector<RedisStream> streams);

    [[nodiscard]] const std::vector<RedisStream>& streams() const { return m_streams; }
    [[nodiscard]] QStringList names() const override;
    /// Streams of the server, asked for when none of ours exists; at most 100.
    [[nodiscard]] const QStringList& otherStreams() const { return m_otherStreams; }
    /// The server does not permit to ask how far groups are behind.
    [[nodiscard]] bool isLagDenied() const { return m_isLagDenied; }
    [[nodiscard]] std::vector<RedisStream> takeStreams() { return std::move(m_streams); }

Q_SIGNALS:
    /// These streams live on several nodes of a cluster, or not all of them may be read: each
    /// needs a link of its own. This one has left.
    void scattered();

protected:
    void attach() override;
    void hear(RespValue& value, std::int64_t now) override;
    void hearPart(RespValue& part, bool isOneTooLarge, std::int64_t now) override;
    void tick() override;

private:
    enum class Ask : std::uint8_t { Info, Last, Time, Groups, Read, Others };
    struct Expected
    {
        Ask ask;
        std::size_t stream;
    };

    void ask(Ask what, std::size_t stream, const QByteArrayList& words);
    void askInfos();
    void askGroups();
    void read();
    void goOn();
    /// True when an error sent us elsewhere or ended the link.
    bool hearError(const Expected& expected, const QByteArray& error);
    void hearInfo(RedisStream& stream, const StreamInfo& info, std::int64_t now);
    void hearEntries(RespValue& value, std::int64_t now);
    void hearEntry(RedisStream& stream, StreamId id, RespValue& fields, std::int64_t now);
    void hearNothingNew(std::int64_t now);
    void begin(RedisStream& stream, const StreamInfo& info, std::int64_t now);
    void note(RedisStream& stream, const std::optional<StreamLedger::Loss>& loss, std::int64_t now);
    [[nodiscard]] RedisStream* streamOf(const QByteArray& key);
    void askOthers();
    void scatter();
    [[nodiscard]] QString namesText() const { return names().join(QStringLiteral(", ")); }

    std::vector<RedisStream> m_streams;
    QStringList m_otherStreams;
    bool m_hasAskedOthers = false;
    std::deque<Expected> m_expected; // answers, in the order in which we asked
    std::uint64_t m_serverMs = 0;    // of the server's clock, when the window ends at a time
    std::int64_t m_entriesAtOnce;
    std::int64_t m_infoBytes = 0;
    QElapsedTimer m_sinceLook;
    QElapsedTimer m_sinceGroups;
    LagWatch m_lagWatch;
    int m_hops = 0;
    bool m_isInfoDenied = false;
    bool m_isLagDenied = false;
    bool m_isAfterOutage = false;
    bool m_looksNext = false;
};

} // namespace murmur
