// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/publisher.h"

#include <QDeadlineTimer>
#include <QEventLoop>
#include <QTest>
#include <QTimer>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace murmur::test {

using namespace Qt::StringLiterals;

/// A publisher in the thread of the test, and what it tells.
class Sending
{
public:
    using State = PublisherStatus::State;
    using Create = Result<std::unique_ptr<Publisher>> (*)(const QUrl&, const ConnectionOptions&);

    Sending(Create create, const QString& url, const ConnectionOptions& options = {})
    {
        auto made = create(QUrl(url), options);
        if (!made) {
            error = made.error().message;
            return;
        }
        publisher = std::move(*made);
        Publisher* const one = publisher.get();
        QObject::connect(one, &Publisher::sent, one, [this](quint64 number, qint64 reached) {
            ++ends[number];
            sent.push_back(number);
            receivers[number] = reached;
        });
        QObject::connect(one, &Publisher::failed, one, [this](quint64 number, const QString& why) {
            ++ends[number];
            failed[number] = why;
        });
        QObject::connect(one, &Publisher::answered, one,
                         [this](const Answer& answer) { answers.push_back(answer); });
        QObject::connect(one, &Publisher::drained, one, [this] {
            ++drained;
            if (whenDrained)
                whenDrained();
        });
        if (const Status started = publisher->start(); !started)
            error = started.error().message;
    }

    /// Runs the event loop without the naps of QTest::qWaitFor, which would be most of the time.
    static bool waitUntil(const std::function<bool()>& holds, std::chrono::milliseconds patience)
    {
        QEventLoop loop;
        QTimer look;
        const QDeadlineTimer deadline(patience);
        QObject::connect(&look, &QTimer::timeout, &loop, [&] {
            if (holds() || deadline.hasExpired())
                loop.quit();
        });
        look.start(1);
        if (!holds())
            loop.exec();
        return holds();
    }
    [[nodiscard]] PublisherStatus status() const
    {
        return publisher ? publisher->status() : PublisherStatus{State::Failed, error};
    }
    bool waitFor(State state, std::chrono::milliseconds patience = std::chrono::seconds(15))
    {
        return waitUntil([&] { return status().state == state; }, patience);
    }
    bool waitUp() { return waitFor(State::Up); }
    /// Every message accepted has its end.
    bool waitEnds(std::chrono::milliseconds patience = std::chrono::seconds(15))
    {
        return waitUntil([&] { return publisher->pending() == 0 && ends.size() == accepted; },
                         patience);
    }
    bool publish(OutgoingMessage message)
    {
        message.number = accepted + 1;
        if (!publisher->publish(message))
            return false;
        ++accepted;
        return true;
    }
    bool publish(const QByteArray& topic, const QByteArray& raw, HeaderList headers = {})
    {
        OutgoingMessage message;
        message.topic = topic;
        message.raw = raw;
        message.headers = std::move(headers);
        return publish(std::move(message));
    }
    /// Numbers `count` messages from `first` and waits for room when there is none.
    bool publishMany(const QByteArray& topic, int count, int first = 0)
    {
        for (int i = 0; i < count; ++i) {
            const QByteArray raw = QByteArray::number(first + i);
            bool isIn = false; // it is asked once more when it holds
            const auto isTaken = [&] {
                isIn = isIn || publish(topic, raw);
                return isIn || status().state != State::Up;
            };
            if (!waitUntil(isTaken, std::chrono::seconds(15)) || status().state != State::Up)
                return false;
        }
        return true;
    }
    /// Which message has no end, or two, or none of ours; empty: none.
    [[nodiscard]] QByteArray flaws() const
    {
        for (quint64 number = 1; number <= accepted; ++number) {
            const auto end = ends.find(number);
            if (end == ends.end() || end->second != 1)
                return QByteArray::number(number) + " has " +
                       QByteArray::number(end == ends.end() ? 0 : end->second) + " ends";
        }
        return ends.size() == accepted ? QByteArray() : "an end of a stranger";
    }
    [[nodiscard]] QString reason(quint64 number) const
    {
        const auto found = failed.find(number);
        return found == failed.end() ? QString() : found->second;
    }

    std::unique_ptr<Publisher> publisher;
    QString error; ///< of making and starting; empty: none
    quint64 accepted = 0;
    std::map<quint64, int> ends;
    std::vector<quint64> sent;
    std::map<quint64, qint64> receivers;
    std::map<quint64, QString> failed;
    std::vector<Answer> answers;
    int drained = 0;
    std::function<void()> whenDrained;
};

} // namespace murmur::test
