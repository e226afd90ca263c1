// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "replay/injection.h"

#include <QObject>
#include <QTimer>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>

namespace murmur {

/// What became of one message.
struct InjectionEvent
{
    enum class Is : std::uint8_t { Sent, Failed, Answered };
    Is is = Is::Sent;
    std::uint64_t number = 0; ///< from 1
    qint64 receivers = -1;    ///< as of Publisher::sent
    QString sentence;         ///< why it failed
    OutgoingMessage message;  ///< as it went out; of an answer, what it answers
    nanoseconds latency{-1};  ///< of an answer
    Answer answer;
};

struct InjectionReport
{
    enum class End : std::uint8_t { Done, Stopped, Refused, Unreachable, Lost };
    End end = End::Done;
    QString sentence; ///< why it ended before it was done
    std::int64_t sent = 0;
    std::int64_t failed = 0;
    std::int64_t answered = 0; ///< messages that had an answer
    std::int64_t awaited = 0;  ///< … and that should have one
    nanoseconds waited{0};     ///< for the last of them
    MarkPlace mark = MarkPlace::Nowhere;
    QString id; ///< of the mark
};

/// Sends what a person wrote, once or several times, and waits for answers. One sending at a time.
/// Lives in a thread with an event loop; nothing waits in it. Guards are asked before a publisher
/// is made, and arming again before each message.
class Injector : public QObject
{
    Q_OBJECT
public:
    using MakePublisher = std::function<Result<std::unique_ptr<Publisher>>(
        const QUrl& url, const ConnectionOptions& options)>;
    explicit Injector(MakePublisher make = &createPublisher, QObject* parent = nullptr);
    ~Injector() override;

    /// So long after the end answers that did not come in time are still told with `happened`;
    /// zero (the default): not at all. Before anything is sent.
    void setLatePatience(std::chrono::milliseconds patience) { m_latePatience = patience; }
    /// `happened` for each message and answer, then `ended`.
    void send(const murmur::InjectionRun& run);
    /// At most the message that is being handed over goes out, and nothing is listened to any more.
    /// May be called from any thread.
    void stop();
    [[nodiscard]] bool isRunning() const { return m_isRunning; }

Q_SIGNALS:
    void happened(const murmur::InjectionEvent& event);
    void ended(const murmur::InjectionReport& report);

private:
    struct Flight
    {
        OutgoingMessage message;
        nanoseconds at{0};
        bool isSettled = false;
        bool isAnswered = false;
    };

    void noteStatus();
    void noteSent(quint64 number, qint64 receivers);
    void noteFailed(quint64 number, const QString& sentence);
    void noteAnswer(const Answer& answer);
    void sendNext();
    void settle();
    void releaseNext();
    void noteSilence();
    [[nodiscard]] std::optional<nanoseconds> dueOfNext() const;
    void finish(InjectionReport::End end, const QString& sentence = {});
    void leave();
    void closeLate();

    const MakePublisher m_make;
    std::unique_ptr<Publisher> m_publisher;
    std::unique_ptr<Guards> m_guards;
    std::unique_ptr<SendCaps> m_caps;
    InjectionRun m_run;
    InjectionReport m_report;
    std::map<std::uint64_t, Flight> m_flights;
    std::int64_t m_handed = 0; ///< to the publisher
    std::int64_t m_settled = 0;
    nanoseconds m_start{0};
    std::int64_t m_awaited = 0;       ///< answers
    std::optional<nanoseconds> m_due; ///< of the next in a sequence; none: it waits for the last
    std::optional<TemplateMessage> m_reply; ///< the last answer
    QString m_flaw;                         ///< a message of a sequence was not taken
    QTimer m_next;
    QTimer m_patience; ///< for the bus, then for answers
    QTimer m_farewell;
    QTimer m_late; ///< listening only
    std::chrono::milliseconds m_latePatience{0};
    std::atomic<bool> m_wantsStop{false};
    bool m_isRunning = false;
    bool m_isUp = false;
    bool m_isOver = false;
};

} // namespace murmur

Q_DECLARE_METATYPE(murmur::InjectionEvent)
Q_DECLARE_METATYPE(murmur::InjectionReport)
