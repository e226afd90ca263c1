// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFuture>
#include <QString>
#include <QUrl>

class QObject;

namespace murmur {

/// What was found behind a host and port that did not answer as the bus of its URL does.
struct WhoAnswers
{
    enum class Is : std::uint8_t { Unknown, NoHost, Nobody, Silent, Redis, Nats, Http, Encrypted };
    Is is = Is::Unknown;

    /// It has said who it is, or there is nobody who could.
    [[nodiscard]] bool isCertain() const;
    /// One sentence about `url`: what is there, and what to do.
    [[nodiscard]] QString sentence(const QUrl& url) const;
};

/// Knocks once: one connection, one line at most, and good-bye. For a test that a person asked for.
/// Answers within a second, in the thread of `context`, whose event loop it needs.
QFuture<WhoAnswers> whoAnswersAt(const QUrl& url, QObject* context);
/// By the first bytes of an answer; Silent when they say nothing.
WhoAnswers::Is whoSays(const QByteArray& answer);

} // namespace murmur
