// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/histogram.h"
#include "base/ids.h"
#include "base/kind.h"
#include "base/lag.h"
#include "base/message.h"
#include "base/result.h"
#include "base/time.h"
#include "bus/connection.h"
#include "query/filter.h"
#include "recording/blockreader.h"
#include "recording/dictionaries.h"
#include "session/connectioninfo.h"

#include <QFuture>
#include <QObject>
#include <QString>
#include <QStringList>

#include <array>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

namespace murmur {

class Recorder;
struct Naming;
struct RecordingTotals;
struct Source;

/// How far a session reaches: messages `first` … `last`. `last` 0: no message yet.
struct Extent
{
    Seq last = 0;
    TimeRange time; ///< of the messages; end is one past the last
    Seq first = 1;  ///< what lies before is gone (a ring) or in another file (a split recording)

    std::int64_t missing = 0; ///< of those between; what a repair could not save, or a lost part

    [[nodiscard]] std::int64_t messages() const
    {
        return last == 0 ? 0 : last - first + 1 - missing;
    }
    friend bool operator==(const Extent&, const Extent&) = default;
};

/// How the clock of a recording was compared with that of the first of its session.
enum class AlignedBy : std::uint8_t {
    Itself,   ///< it is the first, or goes on where the one before ended
    Given,    ///< the person said so
    Messages, ///< both hold the same messages
    Host,     ///< one machine's clock stamped both
    Nothing,  ///< the clocks are taken to agree; nothing says so
};
QString alignedByText(AlignedBy by);

/// One recording of a session.
struct RecordingInfo
{
    QString path;
    QString label; ///< the file's name without its ending, unique in the session
    QString uuid;
    Extent extent;         ///< its own Seqs; times as the session shows them
    nanoseconds offset{0}; ///< added to its times
    nanoseconds error{-1}; ///< how wrong `offset` may be; negative: not known
    AlignedBy alignedBy = AlignedBy::Itself;
    std::int64_t shared = 0; ///< messages by which it was aligned
    QString problem; ///< one sentence: why it, or a part of it, is not shown; empty: all is well
    bool isShown = true;
};

/// "+1.5 s ± 20 ms", "0 s", "+3 s ± unknown": how a recording was moved in time.
QString offsetText(const RecordingInfo& recording);

/// How several recordings are opened as one session.
struct SessionOptions
{
    /// Agents and topics of different recordings stay different: they are named "label/name".
    bool keepApart = false;
    /// Agents have the names with which they were recorded, whatever people call them.
    bool asRecorded = false;
    struct Offset
    {
        QString label;
        nanoseconds offset{0};
        nanoseconds error{0};
    };
    std::vector<Offset> offsets; ///< by hand; WrongUse when there is no such label
};
/// "north=+1.5s", "north=-2s±20ms", "north=2s"; anything else is WrongUse and says what it looks
/// like.
Result<SessionOptions::Offset> offsetFromText(const QString& text);

/// Facts about the whole, as `murmur info` prints them.
struct SessionInfo
{
    QString path;
    QString uuid;
    Extent extent;            ///< its messages() are those that are in the file
    std::int64_t trimmed = 0; ///< that were in the file, and that a ring has let go
    QString family;           ///< uuid of the first of several files
    int part = 0;      ///< 1, 2 …: place among the files of a split recording; 0: not split
    QString shard;     ///< "2/8": a share of the subjects, so calls are paired in part; empty: all
    QStringList rules; ///< what was left out by choice
    QStringList redaction;    ///< what was overwritten before it was written
    std::int64_t renamed = 0; ///< agents that people call something else
    QString dialects;         ///< those of a person by which it was read, as of keptRules; or empty
    std::array<std::int64_t, kKindCount> kinds{};
    std::int64_t agents = 0; ///< without "unknown"
    std::int64_t topics = 0;
    std::int64_t bytesRaw = 0;  ///< sum of raw and headers
    std::int64_t bytesFile = 0; ///< with -wal
    std::int64_t gaps = 0;
    std::int64_t lost = 0;
    std::vector<ConnectionInfo> connections;
    std::vector<Lag> lags;                 ///< the last of each consumer that was watched
    bool isLive = false;                   ///< being recorded, by us or by another process
    bool isClean = true;                   ///< closed in order
    std::int64_t unread = 0;               ///< messages that no dialect has read yet
    std::vector<ClockStep> clockSteps;     ///< of the recorder's machine
    QString program;                       ///< that wrote it
    std::vector<RecordingInfo> recordings; ///< when there are several
    /// Calls and causes were found within each recording only; a merge finds those across.
    bool isPerRecording = false;
};

/// How far a recording with these sums reaches.
Extent extentOf(const RecordingTotals& totals);

/// What tiles() is asked for.
struct TileRequest
{
    TimeRange range;
    int columns = 1000; ///< about as many buckets as this are wanted (between 1 and 4 times as many
                        ///< are returned)
    bool perAgent = true;        ///< fill `lanes`
    bool latency = false;        ///< fill `latency` and the lanes' histograms
    bool pairs = false;          ///< fill `pairs`
    std::vector<AgentId> agents; ///< lanes wanted; empty: all
    FilterPtr filter;            ///< null: everything
    std::stop_token stop;
};

/// Traffic of one agent, or of all, by time bucket. Vectors have `bucketCount` elements.
struct TileLane
{
    AgentId agent{};
    std::array<std::vector<std::uint32_t>, kKindCount>
        sent;                            ///< by kind; an empty vector is all zero
    std::vector<std::uint32_t> received; ///< empty: all zero
    std::vector<std::uint64_t> bytes;
    LatencyHistogram
        latency; ///< of the calls it answered, over the whole slice; empty unless asked for
    std::int64_t total = 0; ///< messages sent in the slice
    std::int64_t errors = 0;

    [[nodiscard]] std::uint32_t sentIn(std::size_t bucket) const; ///< all kinds
    [[nodiscard]] std::uint32_t errorsIn(std::size_t bucket) const;
};

struct PairCount
{
    AgentId sender{};
    AgentId receiver{}; ///< unknown when `audience` is set
    AudienceId audience{};
    std::int64_t count = 0;
};

/// Pre-reduced traffic of a stretch of time. Bucket i covers [begin + i·width, begin +
/// (i+1)·width).
struct TileSlice
{
    TimePoint begin;
    nanoseconds bucketWidth{1};
    std::size_t bucketCount = 0;
    TileLane total;
    std::vector<TileLane> lanes; ///< agents with traffic, sorted by id
    std::vector<std::vector<BucketCount>>
        latency; ///< per time bucket: log-linear buckets of 2^kCoarseBits per octave
    LatencyHistogram latencyTotal; ///< fine, over the slice
    std::vector<PairCount> pairs;
    Seq through = 0;        ///< messages up to here are counted
    bool isPartial = false; ///< a filter scan stopped early
};

/// One line of the message table.
struct MessageRow
{
    Seq seq = 0;
    TimePoint time;
    TimePoint received;
    std::int64_t sent = kNoTime;
    ConnectionId connection{};
    AgentId sender{};
    AudienceId audience{};
    TopicId topic{};
    TypeId type{};
    Kind kind = Kind::Event;
    Flags flags = 0;
    Seq closes = 0; ///< the request that it answers
    std::int64_t latency =
        -1; ///< ns: of the call that it closes, or of its own once `answeredBy` is known; -1 none
    Seq answeredBy =
        0; ///< filled where the answer lies near enough to be found without a search of the file
    /// Who sent that answer. Where no receiver is stated this is the receiver, inferred.
    AgentId answerer{};
    std::int64_t sequence = kNoTime;
    std::int64_t size = 0;       ///< raw + headers
    QByteArray preview;          ///< beginning of the payload, at most `RowRequest::previewBytes`
    std::uint32_t recording = 0; ///< number of its recording in the session
    Seq ownSeq = 0;              ///< its Seq there; 0: the same

    /// What people see and write.
    [[nodiscard]] Seq shownSeq() const noexcept { return ownSeq != 0 ? ownSeq : seq; }
};

struct RowRequest
{
    Seq first = 1; ///< consecutive rows from here…
    int count = 0;
    std::vector<Seq> seqs; ///< …or, when not empty, exactly these (ascending)
    int previewBytes = 0;  ///< 0: payloads are not read
    std::stop_token stop;
};

/// Everything about one message.
struct MessageDetail
{
    MessageRow row;
    QByteArray raw;
    HeaderList headers;
    QByteArray topicName;  ///< where the topic stands for many: what was really said; else empty
    QByteArray senderName; ///< the same of the sender
    qsizetype payloadOffset = 0; ///< in raw
    qsizetype payloadSize = 0;
    std::array<QByteArray, kIdFieldCount> ids;
    struct Cause
    {
        MessageRow row;
        Grade grade = Grade::Stated;
    };
    std::vector<Cause> causes;  ///< what it follows from (the request of a reply included, carried)
    std::vector<Cause> effects; ///< the reply of a request, and stated followers nearby

    [[nodiscard]] QByteArray payload() const { return raw.mid(payloadOffset, payloadSize); }
};

/// One message as a mark on a lane.
struct Mark
{
    Seq seq = 0;
    std::int64_t time = 0; ///< ns
    AgentId sender{};
    AudienceId audience{};
    TopicId topic{};
    Kind kind = Kind::Event;
    Flags flags = 0;
    Seq closes = 0;
    std::int64_t latency = -1; ///< of the call that it closes: the call began at time - latency,
                               ///< with `sender` as replier
};

struct MarkRequest
{
    TimeRange range;
    int limit = 20'000;
    std::vector<AgentId> agents; ///< marks that these sent or received; empty: all
    std::stop_token stop;
};

struct MarkSlice
{
    TimeRange range;
    std::vector<Mark> marks; ///< by time
    bool isComplete = true;  ///< false: there are more than asked for; use tiles
    Seq through = 0;
};

struct OpenCall
{
    Seq request = 0;
    AgentId other{};        ///< the first receiver of a request, or the requester
    std::int64_t since = 0; ///< ns
};

struct StateValue
{
    StateKeyId key{};
    Seq setBy = 0;
    std::int64_t since = 0; ///< ns
    QByteArray value;       ///< JSON text; filled for the agents that were asked for by name
};

enum class Liveness : std::uint8_t { Unseen, Alive, Silent };

/// One agent as known at a moment.
struct AgentState
{
    AgentId agent{};
    Liveness liveness = Liveness::Unseen;
    std::int64_t firstSeen = kNoTime; ///< ns
    std::int64_t lastSent = kNoTime;
    std::int64_t lastReceived = kNoTime;
    std::int64_t usualGap = 0; ///< ns between its messages; 0: not known
    std::int64_t sent = 0;
    std::int64_t received = 0;
    std::int64_t errors = 0;
    Seq lastSentSeq = 0;
    Seq lastReceivedSeq = 0;
    std::vector<OpenCall> waitingFor; ///< its requests without an answer
    std::vector<OpenCall> owes;       ///< requests to it without an answer
    std::vector<StateValue> values;   ///< by key
};

struct StateRequest
{
    TimePoint at;
    std::vector<AgentId> withValues; ///< agents whose values are wanted
    std::stop_token stop;
};

struct StateSlice
{
    TimePoint at;
    std::vector<AgentState> agents; ///< sorted by id
};

struct LagRequest
{
    TimeRange range;
    /// Of each consumer about as many values as this, the highest of their stretch each; 0: all.
    int columns = 0;
};

struct MatchRequest
{
    FilterPtr filter;
    Seq first = 1;
    Seq last = 0;             ///< 0: to the end
    std::int64_t limit = 0;   ///< 0: no limit
    bool newestFirst = false; ///< with a limit: the last ones
    std::function<void(std::int64_t scanned, std::int64_t total)>
        progress; ///< called in a worker thread
    std::stop_token stop;
};

struct MatchList
{
    std::vector<Seq> seqs;       ///< ascending
    Seq through = 0;             ///< messages up to here were looked at
    std::int64_t unreadable = 0; ///< messages in damaged blocks: they were not looked at
    bool isComplete = true;
};

/// The one door to recordings, live or not. Every call returns at once; the work runs on a small
/// pool of readers, each with a read-only connection of its own; the results are values. A request
/// whose `stop` is asked for ends with Cancelled. Lives in the thread that made it; may be called
/// from that thread only.
class Session : public QObject
{
    Q_OBJECT
public:
    /// Opens a recording for reading. Never modifies it. Errors: Unreadable, NewerFormat.
    static Result<std::unique_ptr<Session>> open(const QString& path);
    /// Several recordings as one session: their messages in the order of aligned time, recording
    /// and Seq, numbered from 1 in that order; files of one split recording keep their Seqs. What
    /// is still being written is shown as far as it is now. A recording that cannot be read is told
    /// of in recordings() and the others are shown; it is an error when none can be read.
    static Result<std::unique_ptr<Session>> open(const QStringList& paths,
                                                 const SessionOptions& options = {});
    /// The session of a recording that `recorder` (which must outlive it) is writing: file and
    /// tail.
    static Result<std::unique_ptr<Session>> follow(Recorder* recorder);
    ~Session() override;

    [[nodiscard]] QString path() const;
    [[nodiscard]] bool isLive() const;
    /// What can be shown now (the tail included), and what is safely on disk.
    [[nodiscard]] Extent seen() const;
    [[nodiscard]] Extent durable() const;
    /// Names for ids. Shared with the recorder while live.
    [[nodiscard]] std::shared_ptr<const Dictionaries> dictionaries() const;
    /// What people call the agents, and how they group them.
    [[nodiscard]] const Naming& naming() const;
    /// Holds at once. Kept in the recording while we record it, else in the notes beside it, of
    /// several in those of each; the answer says why it could not be kept.
    [[nodiscard]] QFuture<Status> setNaming(const Naming& naming);
    /// The recordings of a session of several, in their order; empty for one.
    [[nodiscard]] std::vector<RecordingInfo> recordings() const;

    /// What the jobs read from, for rooms of the core that read by themselves. Valid beyond the
    /// session; may be used in any thread.
    [[nodiscard]] std::shared_ptr<const Source> source() const;

    [[nodiscard]] QFuture<Result<SessionInfo>> info();
    [[nodiscard]] QFuture<Result<TileSlice>> tiles(TileRequest request);
    [[nodiscard]] QFuture<Result<MarkSlice>> marks(TimeRange range, int limit,
                                                   std::stop_token stop = {});
    [[nodiscard]] QFuture<Result<MarkSlice>> marks(MarkRequest request);
    [[nodiscard]] QFuture<Result<std::vector<MessageRow>>> rows(RowRequest request);
    [[nodiscard]] QFuture<Result<MessageDetail>> message(Seq seq);
    /// Whole messages as rows() names them, without causes, effects and previews: for query and
    /// export. Ends early, after at least one message, when the bytes get large; ask again from
    /// behind the last. Messages of damaged blocks are left out.
    [[nodiscard]] QFuture<Result<std::vector<MessageDetail>>> messages(RowRequest request);
    [[nodiscard]] QFuture<Result<StateSlice>> state(StateRequest request);
    [[nodiscard]] QFuture<Result<MatchList>> search(MatchRequest request);
    /// The first message at or after `t` (the last one when there is none later).
    [[nodiscard]] QFuture<Result<Seq>> seqAt(TimePoint t);
    /// The message that people write as "label:seq", or as "seq" where that names one only.
    [[nodiscard]] QFuture<Result<Seq>> seqNamed(const QString& text);
    [[nodiscard]] QFuture<Result<std::vector<Gap>>> gaps();
    /// How far others were behind, by time. Each value holds until the next one of its connection,
    /// topic and consumer, for kLagHolds at most; so the first ones may lie before the range.
    [[nodiscard]] QFuture<Result<std::vector<Lag>>> lags(LagRequest request);
    /// Saves what is durable now as a recording of its own; a running recording goes on. See
    /// copyRecording.
    [[nodiscard]] QFuture<Status> saveAs(const QString& target,
                                         std::function<void(double)> progress = {},
                                         std::stop_token stop = {});

Q_SIGNALS:
    /// At most 30 times a second while the recording grows; the values are those of seen() and
    /// durable().
    void grew(const murmur::Extent& seen, const murmur::Extent& durable);
    /// Agents are called or grouped otherwise.
    void namesChanged();
    /// Connections changed state or counters (live only, about twice a second).
    void connectionsChanged(const std::vector<murmur::ConnectionInfo>& connections);
    /// The recording ended or failed; reading goes on.
    void recordingEnded(const QString& sentence);

private:
    Session();
    void followRecorder();
    void lookAgain();
    void applyNaming();
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace murmur
