// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "bus/surveyedtopic.h"

#include <QObject>
#include <QThread>

#include <chrono>
#include <stop_token>

namespace murmur {

/// What is known so far of what flows on a bus.
struct SurveyResult
{
    enum class State : std::uint8_t {
        Asking,    ///< the bus itself is asked
        Reaching,  ///< for the listening
        Listening, ///< to what the URL asks for
        Done,
        Failed, ///< see `error`
    };
    State state = State::Asking;
    double progress = 0; ///< 0 … 1, of the listening
    QString version;     ///< of the server, or empty
    /// By topic. Rates are of the listening, or of the bus's own counts where it has some.
    std::vector<SurveyedTopic> topics;
    QStringList notes; ///< a sentence each: what could not be learnt, where it ended early
    Error error;

    friend bool isOver(const SurveyResult& result)
    {
        return result.state == State::Done || result.state == State::Failed;
    }
};

struct SurveyOptions
{
    std::chrono::milliseconds length{3000};
    std::chrono::milliseconds patience{6000}; ///< to reach the bus
    std::int64_t maxBytes = std::int64_t(64) << 20;
};

/// Finds out which topics a bus has and how much flows in each: asks the bus, listens for a short
/// while to what the URL asks for, and asks again. Nothing is kept but counts and how one payload
/// of each topic begins. Lives in the thread that makes it; what waits has a thread of its own.
class TopicSurvey : public QObject
{
    Q_OBJECT
public:
    TopicSurvey(QUrl url, ConnectionOptions options, SurveyOptions how = {},
                QObject* parent = nullptr);
    /// Ends and waits for what is under way; stop() before lets it end by itself.
    ~TopicSurvey() override;

    /// Unsupported: this bus cannot be surveyed.
    Status start();
    /// `finished` follows, with what is known by then.
    void stop();
    [[nodiscard]] const SurveyResult& result() const { return m_result; }
    /// "Listens to everything for 3 s." What a survey of this URL does to the bus; empty: it cannot
    /// be surveyed.
    static QString whatItDoes(const QUrl& url, const SurveyOptions& how = {});

Q_SIGNALS:
    void changed();
    void finished();

private:
    class Worker;
    void take(SurveyResult result);

    const QUrl m_url;
    const ConnectionOptions m_options;
    const SurveyOptions m_how;
    SurveyResult m_result;
    std::stop_source m_stop;
    QThread m_thread;           // joined in the destructor
    Worker* m_worker = nullptr; // lives in m_thread, deleted when it ends
};

/// Facts of the bus beside what was heard, a topic once. `isEverything`: whatever there is was
/// listened to, so a channel that was not heard was silent.
std::vector<SurveyedTopic> mergedTopics(std::vector<SurveyedTopic> heard,
                                        const std::vector<SurveyedTopic>& told, bool isEverything);

} // namespace murmur
