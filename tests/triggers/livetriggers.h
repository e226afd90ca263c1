// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/markers.h"
#include "session/recorder.h"
#include "session/session.h"
#include "triggers/triggerwatch.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <vector>

namespace murmur::test {

/// A recorder that runs, triggers that watch it, and what they said.
class LiveTriggers
{
public:
    explicit LiveTriggers(std::vector<Trigger> triggers, TriggerRules rules = {},
                          RecorderOptions options = {})
    {
        options.path = m_dir.filePath(QStringLiteral("live.murmur"));
        recorder = std::make_unique<Recorder>(options);
        if (const auto status = recorder->start(); !status)
            qFatal("%s", qUtf8Printable(status.error().message));
        m_connection =
            recorder->registerConnection(QUrl(QStringLiteral("test://bus")), QStringLiteral("bus"));
        auto followed = Session::follow(recorder.get());
        session = std::move(*followed);
        QObject::connect(&watch, &TriggerWatch::told, &watch,
                         [this](const QString&, const QString& sentence, bool isFailure) {
                             (isFailure ? failures : done) << sentence;
                         });
        QObject::connect(&watch, &TriggerWatch::fired, &watch,
                         [this](const TriggerFiring& firing) { firings.push_back(firing); });
        watch.setRules(std::move(rules));
        watch.setTriggers(triggers);
        watch.follow(session.get());
        start = toNs(wallNow());
    }
    ~LiveTriggers() { watch.follow(nullptr); }

    /// Heard so long after the start.
    void say(nanoseconds after, const QByteArray& json, const QByteArray& topic = "t")
    {
        HeardMessage heard;
        heard.connection = m_connection;
        heard.received = start + after.count();
        heard.topic = topic;
        heard.raw = json;
        std::vector<HeardMessage> batch;
        batch.push_back(std::move(heard));
        recorder->sink().hear(std::move(batch));
        ++said;
    }
    [[nodiscard]] bool waitForAll()
    {
        return QTest::qWaitFor(
            [this] { return watch.backlog().through >= said && watch.isSettled(); }, 20'000);
    }
    /// Ends the recording and lets the triggers end.
    [[nodiscard]] bool finish()
    {
        if (!recorder->stop())
            return false;
        QSignalSpy spy(&watch, &TriggerWatch::finished);
        watch.finish(std::chrono::seconds(10));
        return spy.count() > 0 || spy.wait(15'000);
    }
    [[nodiscard]] std::vector<Marker> markers() const
    {
        auto noted = notedMarkers(*session->source());
        return noted ? *noted : std::vector<Marker>();
    }
    [[nodiscard]] QString file(const QString& name) const { return m_dir.filePath(name); }
    [[nodiscard]] TriggerStatus status(std::size_t which = 0) const
    {
        return watch.status()[which];
    }

private:
    QTemporaryDir m_dir;
    ConnectionId m_connection{};

public:
    std::unique_ptr<Recorder> recorder;
    std::unique_ptr<Session> session;
    TriggerWatch watch;
    std::vector<TriggerFiring> firings;
    QStringList done;
    QStringList failures;
    std::int64_t start = 0;
    Seq said = 0;
};

inline Trigger trigger(const QString& when, const QStringList& actions = {},
                       const TriggerPolicy& policy = {false, 1000, std::chrono::hours(1)})
{
    return {QStringLiteral("it"), when, policy, actions, true};
}

} // namespace murmur::test
