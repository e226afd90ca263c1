// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/schema.h"
#include "bus/connection.h"

#include <QNetworkAccessManager>
#include <QObject>
#include <QString>
#include <QThread>
#include <QUrl>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_set>

namespace murmur {

/// The number of a schema in a registry, as Confluent's framing puts it before a payload: a zero,
/// then four bytes. -1: the payload is not framed.
std::int64_t framedSchema(std::string_view payload) noexcept;

/// Asks a schema registry (Confluent's HTTP interface) for schemas, with those that they import.
/// Only reads. Lives in one thread, which needs an event loop.
class SchemaRegistry : public QObject
{
    Q_OBJECT
public:
    /// A user in `base` has the password of MURMURSCOPE_REGISTRY_PASSWORD.
    explicit SchemaRegistry(QUrl base, QObject* parent = nullptr);

    /// fetched() or failed() follows. What failed for want of an answer may be asked for again.
    void fetch(std::uint32_t id);

Q_SIGNALS:
    void fetched(const murmur::Schema& schema);
    void failed(std::uint32_t id, const QString& sentence);

private:
    struct Job;
    void get(const QString& path, const std::function<void(const QByteArray& body)>& then,
             std::uint32_t id);
    void resolve(const std::shared_ptr<Job>& job);

    QUrl m_base;
    QByteArray m_authorization;
    QNetworkAccessManager m_network;
};

/// Fetches the schemas that payloads name while they are heard, in a thread of its own, and tells
/// the sink. `look` may be called from one other thread and never waits.
class SchemaWatch
{
public:
    /// `sink` must outlive it.
    SchemaWatch(QUrl registry, MessageSink* sink);
    /// Waits a moment for answers that are under way.
    ~SchemaWatch();
    SchemaWatch(const SchemaWatch&) = delete;
    SchemaWatch& operator=(const SchemaWatch&) = delete;

    void look(std::string_view payload);
    /// Why schemas are missing, one sentence; empty: all came. Thread safe.
    [[nodiscard]] QString problem() const;

private:
    QThread m_thread;           // joined in the destructor
    SchemaRegistry* m_registry; // lives in m_thread, which deletes it
    std::int64_t m_last = -1;
    std::unordered_set<std::int64_t> m_seen;
    std::atomic<int> m_pending = 0;
    mutable std::mutex m_mutex;
    QString m_problem;
};

} // namespace murmur
