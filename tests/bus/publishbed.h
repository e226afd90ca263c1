// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/publisher.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QEventLoop>
#include <QTimer>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

namespace murmur::test {

/// Lets the event loop run without a break, unlike QTest, which sleeps in between.
template<typename Holds>
bool runUntil(Holds holds, int patience)
{
    QTimer wake;
    wake.start(20);
    const QDeadlineTimer deadline(patience);
    while (!holds() && !deadline.hasExpired())
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return holds();
}

/// A publisher in this thread, and what it told.
class Publishing : public QObject
{
public:
    using Create = Result<std::unique_ptr<Publisher>> (*)(const QUrl&, const ConnectionOptions&);

    Publishing(Create create, const QString& url, const ConnectionOptions& options = {})
    {
        auto made = create(QUrl(url), options);
        if (!made) {
            error = made.error().message;
            return;
        }
        publisher = std::move(*made);
        connect(publisher.get(), &Publisher::sent, this, [this](quint64 number, qint64 count) {
            ++outcomes[number];
            sent.push_back(number);
            receivers.push_back(count);
        });
        connect(publisher.get(), &Publisher::failed, this,
                [this](quint64 number, const QString& sentence) {
                    ++outcomes[number];
                    failed[number] = sentence;
                });
        connect(publisher.get(), &Publisher::answered, this,
                [this](const Answer& answer) { answers.push_back(answer); });
        connect(publisher.get(), &Publisher::drained, this, [this] { ++drained; });
        connect(publisher.get(), &Publisher::statusChanged, this,
                [this] { states.push_back(publisher->status().state); });
        if (const Status started = publisher->start(); !started)
            error = started.error().message;
    }

    [[nodiscard]] PublisherStatus::State state() const { return publisher->status().state; }
    [[nodiscard]] QByteArray detail() const { return publisher->status().detail.toUtf8(); }
    [[nodiscard]] bool waitFor(PublisherStatus::State wanted, int patience = 20'000) const
    {
        return publisher && runUntil([&] { return state() == wanted; }, patience);
    }
    [[nodiscard]] bool waitUp() const { return waitFor(PublisherStatus::State::Up); }
    [[nodiscard]] bool waitSettled(int patience = 30'000) const
    {
        return runUntil([&] { return publisher->pending() == 0; }, patience);
    }
    /// Waits for room where there is none.
    [[nodiscard]] bool publish(OutgoingMessage message)
    {
        message.number = ++accepted;
        while (!publisher->publish(message)) {
            const int before = drained;
            if (state() != PublisherStatus::State::Up ||
                !runUntil([&] { return drained > before; }, 20'000)) {
                --accepted;
                return false;
            }
        }
        return true;
    }
    [[nodiscard]] bool publish(const QByteArray& topic, const QByteArray& raw)
    {
        OutgoingMessage message;
        message.topic = topic;
        message.raw = raw;
        return publish(message);
    }
    /// Each accepted one was told of once, and those that were sent in their order; else what not.
    [[nodiscard]] QByteArray accounted() const
    {
        for (quint64 number = 1; number <= accepted; ++number) {
            const auto found = outcomes.find(number);
            if (found == outcomes.end() || found->second != 1) {
                return "message " + QByteArray::number(number) + " was told of " +
                       QByteArray::number(found == outcomes.end() ? 0 : found->second) + " times";
            }
        }
        return std::ranges::is_sorted(sent) ? "" : "out of order";
    }

    QString error;
    std::unique_ptr<Publisher> publisher;
    quint64 accepted = 0;
    std::map<quint64, int> outcomes;
    std::vector<quint64> sent;
    std::vector<qint64> receivers; ///< of those that were sent
    std::map<quint64, QString> failed;
    std::vector<Answer> answers;
    std::vector<PublisherStatus::State> states;
    int drained = 0;
};

} // namespace murmur::test
