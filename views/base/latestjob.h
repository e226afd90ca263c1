// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QElapsedTimer>
#include <QFuture>
#include <QFutureWatcher>
#include <QObject>
#include <QPointer>

#include <stop_token>
#include <type_traits>
#include <utility>

namespace murmur {

/// One kind of question that a view asks, of which only the latest answer counts: a new question,
/// `cancel` and the destructor stop the one under way, and an overtaken answer is never delivered.
/// A member of `owner`, in whose thread the answer arrives.
class LatestJob
{
public:
    LatestJob() = default;
    ~LatestJob() { m_stop.request_stop(); }
    LatestJob(const LatestJob&) = delete;
    LatestJob& operator=(const LatestJob&) = delete;

    /// `ask(stop)` returns a QFuture<Result<T>>; `done(Result<T>)` gets its result, or Cancelled
    /// when the future ended without one.
    template<typename Ask, typename Done>
    void start(QObject* owner, Ask&& ask, Done done)
    {
        cancel();
        m_stop = std::stop_source();
        m_age.start();
        auto future = ask(m_stop.get_token());
        using Given = std::decay_t<decltype(future.result())>;
        auto* watcher = new QFutureWatcher<Given>(owner);
        m_watcher = watcher;
        QObject::connect(watcher, &QFutureWatcherBase::finished, owner,
                         [this, watcher, done = std::move(done)]() mutable {
                             watcher->deleteLater();
                             if (m_watcher != watcher)
                                 return; // the person has moved on
                             m_watcher = nullptr;
                             // Taken, not copied: a slice of tiles has megabytes.
                             QFuture<Given> ended = watcher->future();
                             done(ended.isValid() && ended.resultCount() > 0
                                      ? ended.takeResult()
                                      : Given(Error{ErrorCode::Cancelled, {}}));
                         });
        watcher->setFuture(future);
    }

    void cancel()
    {
        m_stop.request_stop();
        m_watcher = nullptr;
    }
    [[nodiscard]] bool isBusy() const { return !m_watcher.isNull(); }
    /// True when the question under way was asked longer ago than that: then it is better to ask
    /// anew than to wait for an answer about the past.
    [[nodiscard]] bool isSlow(qint64 milliseconds = 200) const
    {
        return isBusy() && m_age.hasExpired(milliseconds);
    }

private:
    std::stop_source m_stop;
    QPointer<QObject> m_watcher; // child of the owner
    QElapsedTimer m_age;
};

} // namespace murmur
