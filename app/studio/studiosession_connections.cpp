// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The connections of the recording that runs: what a person wants of them.

#include "bus/listening.h"
#include "recorderthread.h"
#include "studiosession.h"
#include "views/base/sharedview.h"

#include <algorithm>
#include <unordered_map>

namespace murmur {

namespace {

/// So many of the last messages tell what comes.
constexpr int kLast = 20'000;
constexpr std::chrono::minutes kLagsBack{30};

QStringList narrowerFrom(const Result<std::vector<MessageRow>>& rows, const Dictionaries& names,
                         const ConnectionInfo& connection)
{
    if (!rows)
        return {};
    std::unordered_map<std::uint32_t, std::int64_t> counts;
    for (const MessageRow& row : *rows) {
        if (row.connection == connection.id)
            ++counts[index(row.topic)];
    }
    std::vector<TopicCount> topics;
    for (const auto& [topic, count] : counts)
        topics.emplace_back(QByteArray::fromStdString(names.topicName(TopicId(topic))), count);
    return narrowerPatterns(QUrl(connection.url).scheme(), topics);
}

} // namespace

void StudioSession::apply(const ConnectionWish& wish)
{
    if (m_state == State::Recording)
        m_recorder->apply(wish);
}

QFuture<QStringList> StudioSession::narrower(ConnectionId id)
{
    const auto found = std::ranges::find(m_connections, id, &ConnectionInfo::id);
    if (!m_session || found == m_connections.end() ||
        !listensToAll(QUrl(found->url), found->subscribed))
        return QtFuture::makeReadyFuture(QStringList());
    RowRequest request;
    const Seq last = m_session->seen().last;
    request.first = std::max<Seq>(m_session->seen().first, last - kLast + 1);
    request.count = static_cast<int>(last - request.first + 1);
    return m_session->rows(std::move(request))
        .then([names = m_session->dictionaries(),
               connection = *found](const Result<std::vector<MessageRow>>& rows) {
            return narrowerFrom(rows, *names, connection);
        });
}

QFuture<std::vector<Lag>> StudioSession::lags()
{
    if (!m_session)
        return QtFuture::makeReadyFuture(std::vector<Lag>());
    const TimePoint end = isRecording() ? wallNow() : m_session->seen().time.end;
    LagRequest request;
    request.range = {end - kLagsBack, TimePoint::max()};
    return m_session->lags(std::move(request)).then([](const Result<std::vector<Lag>>& lags) {
        return lags ? *lags : std::vector<Lag>();
    });
}

std::optional<ConnectionWish>
StudioSession::remedyOf(const std::vector<ConnectionInfo>& connections)
{
    for (const ConnectionInfo& connection : connections) {
        if (connection.state == ConnectionStatus::State::Up && !connection.unmatched.isEmpty())
            return ConnectionWish{ConnectionWish::What::Widen, connection.id, connection.unmatched};
    }
    return std::nullopt;
}

QString StudioSession::remedyText(const ConnectionWish& remedy)
{
    return remedy.names.size() == 1 ? tr("Subscribe to %1").arg(remedy.names.front())
                                    : tr("Subscribe to all %1").arg(remedy.names.size());
}

void StudioSession::endWhenRead()
{
    const bool isRead = m_state == State::Recording && !m_connections.empty() &&
                        std::ranges::all_of(m_connections, [](const ConnectionInfo& connection) {
                            return connection.isWindow && !connection.isDetached &&
                                   connection.queued == 0 &&
                                   connection.state == ConnectionStatus::State::Stopped;
                        });
    if (!isRead)
        return;
    // Like a file that was opened: all of it is shown.
    m_shared->setWindow(m_session->seen().time);
    stop();
}

} // namespace murmur
