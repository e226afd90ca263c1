// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/kind.h"
#include "base/result.h"
#include "bus/connection.h"
#include "session/intake.h"

#include <QObject>
#include <QString>
#include <QTimer>
#include <QUrl>

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

namespace murmur {

/// One of the first messages that a trial heard.
struct TrialMessage
{
    std::int64_t received = 0;  ///< ns
    std::size_t connection = 0; ///< of Trial::connections
    QString topic;
    QString sender; ///< as the dialect reads it, else the socket or login; may be empty
    Kind kind = Kind::Event;
    QString type;
    QString start; ///< of the payload, on one line
    std::int64_t size = 0;
    bool isUndecoded = false;
};

/// How one URL fares.
struct TrialConnection
{
    enum class Verdict : std::uint8_t { Waiting, Attached, Unanswered, Failed };

    QUrl url;
    ConnectionStatus status;
    QString failure; ///< it could not even begin: one sentence
    QString found;   ///< it does not answer: who does, one sentence
    bool wasUp = false;
    std::int64_t heard = 0;
    std::int64_t bytes = 0;

    /// Unanswered: it would be tried again, and nobody answered while the trial was patient.
    [[nodiscard]] Verdict verdict(bool isTimeUp) const;
    /// One sentence: what is attached, or what failed and what to do.
    [[nodiscard]] QString sentence(bool isTimeUp) const;
};

/// Attaches for real to see whether it can be done, and shows the first messages. Nothing is
/// written anywhere, and beyond the first messages nothing is kept. The rules of the recording
/// hold: secrets are overwritten here, too.
class Trial : public QObject
{
    Q_OBJECT
public:
    static constexpr std::size_t kMostMessages = 200;
    static constexpr std::chrono::seconds kPatience{3};

    Trial(std::vector<QUrl> urls, ConnectionOptions options, IntakeRules rules = {},
          QObject* parent = nullptr);
    /// Detaches and waits until that is done.
    ~Trial() override;

    /// WrongUse: a rule is wrong. How each URL fares is told by `changed`.
    Status start();
    /// Detaches; `stopped` follows. Until then ports stay taken.
    void stop();

    [[nodiscard]] std::vector<TrialConnection> connections() const;
    /// What came since the last call.
    std::vector<TrialMessage> takeMessages();
    /// The patience is over: what has not answered is told as unreachable.
    [[nodiscard]] bool isTimeUp() const { return m_isTimeUp; }
    /// Each URL is attached, failed, or was waited for long enough.
    [[nodiscard]] bool isDecided() const;

Q_SIGNALS:
    /// A few times a second at most.
    void changed();
    void stopped();

private:
    struct State;
    void look();
    void knock();

    const IntakeRules m_rules;
    std::unique_ptr<State> m_state;
    QTimer m_timer;
    bool m_isTimeUp = false;
    bool m_isStopping = false;
};

} // namespace murmur
