// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "bus/connection.h"
#include "session/clockwatch.h"
#include "session/connectioninfo.h"
#include "session/connectionwish.h"
#include "session/diskwatch.h"
#include "session/intake.h"
#include "session/recordinglimits.h"

#include <QObject>
#include <QString>
#include <QUrl>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace murmur {

class Filter;

struct RecorderOptions
{
    QString path;           ///< created 0600; refused when it exists and is not empty
    std::vector<QUrl> urls; ///< one connection each
    ConnectionOptions connectionOptions;
    QString dialect;              ///< forced dialect id, or empty
    std::int64_t maxMessages = 0; ///< 0: no limit
    /// The recording ends with the first message that matches; empty: none. One that is read late,
    /// for want of time, ends nothing.
    std::shared_ptr<const Filter> until;
    RecordingLimits limits;
    IntakeRules rules;              ///< what is left out or overwritten before it is written
    Shard shard;                    ///< records only this share of the subjects
    std::int64_t reserveBytes = -1; ///< kept free on the disk; negative: DiskWatch::usualReserve
    DiskProbe diskProbe;            ///< empty: asks the system
    ClockWatch::Drift clockDrift;   ///< empty: asks the system
    std::size_t queueBytes = 0;     ///< of messages that wait to be read; 0: 64 MiB
};

struct RecorderStatus
{
    enum class State : std::uint8_t { Idle, Recording, Stopping, Stopped, Failed };
    State state = State::Idle;
    std::int64_t received = 0; ///< framed by the buses
    std::int64_t recorded = 0; ///< acknowledged: Seq <= durable
    std::int64_t lost = 0;     ///< by us, all gaps with a known count
    bool lostIsKnown = true;
    /// Recorded, or about to be, and not read yet because more came than could be read: without
    /// sender and kind until there is time.
    std::int64_t unread = 0;
    double queueFill = 0; ///< 0..1, the fuller of the two queues
    nanoseconds length{0};
    QString failure; ///< sentence, when Failed
    /// Recording pauses because the disk is nearly full: one sentence; empty when it does not.
    QString alarm;
    std::int64_t trimmed = 0; ///< recorded, and let go by the ring
    std::vector<ConnectionInfo> connections;
};

/// Records any number of connections into one file: bus threads → interpreter → writer. Lives in
/// the thread that makes it; its own threads are joined by stop() and by the destructor.
/// Session::follow shows what it records.
class Recorder : public QObject
{
    Q_OBJECT
public:
    explicit Recorder(RecorderOptions options, QObject* parent = nullptr);
    ~Recorder() override;

    /// Creates the file and attaches. Errors: Unwritable, WrongUse, Unsupported, PortInUse,
    /// Unreachable.
    Status start();
    /// Detaches, writes what was heard, closes the file in order. Idempotent; waits until it is
    /// done.
    Status stop();
    /// Attaches one more connection while recording.
    Result<ConnectionId> attach(const QUrl& url, const ConnectionOptions& options = {});
    /// Detaches a connection, attaches it again, or changes what it listens to, in the same
    /// recording and under the same id. For the moment in between a gap of unknown size is written
    /// where the bus cannot fill it. Widening what is read from the past attaches one more.
    /// NotFound, WrongUse, and what `attach` gives.
    Status apply(const ConnectionWish& wish);

    [[nodiscard]] RecorderStatus status() const;
    [[nodiscard]] QString path() const;
    /// The files of a split recording that are there, oldest first; else the one.
    [[nodiscard]] std::vector<QString> files() const;
    /// Where messages of ours (injected, or generated offline) enter: like any bus.
    [[nodiscard]] MessageSink& sink();
    /// A dictionary id for messages that enter through sink() without a connection object.
    ConnectionId registerConnection(const QUrl& url, const QString& name);

    /// When set, sink().hear() waits for room instead of dropping: for sources that can wait (a
    /// generator, an import), never for a bus. It then waits also while the disk is full; false
    /// lets go of one that waits.
    void setWaitsForRoom(bool waits);

Q_SIGNALS:
    /// A few times a second while recording.
    void statusChanged();
    /// The recording ended by itself: a limit was reached, the disk is full. The file is closed in
    /// order.
    void ended(const QString& sentence);

private:
    friend class Session;
    friend class InterpretLoop;
    friend class WriteLoop;
    struct Private;
    void announceEnd(const QString& sentence, bool isFailure);
    std::unique_ptr<Private> d;
};

} // namespace murmur
