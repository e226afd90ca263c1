// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/schemaregistry.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QTimer>

#include <chrono>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr int kRegistryPatience = 10'000; // ms
constexpr qint64 kMaxRegistryAnswer = 8 << 20;
constexpr std::size_t kMaxWatched = 8192;
constexpr int kMaxImports = 64;
constexpr auto kLastAnswers = 2s;
constexpr auto kAskAgain = 5s;

std::string codecOfType(const QString& type)
{
    if (type == u"PROTOBUF")
        return "protobuf";
    return type == u"JSON" ? "json" : "avro"; // Avro is not named
}

} // namespace

std::int64_t framedSchema(std::string_view payload) noexcept
{
    if (payload.size() <= 5 || payload[0] != '\0')
        return -1;
    std::int64_t id = 0;
    for (std::size_t i = 1; i < 5; ++i)
        id = id << 8 | static_cast<unsigned char>(payload[i]);
    return id;
}

/// A schema on its way: what it imports is fetched after it, and stands before it in the end.
struct SchemaRegistry::Job
{
    std::uint32_t id = 0;
    Schema schema;
    std::deque<QJsonObject> wanted; ///< references that are still to be fetched
    QJsonArray imports;             ///< what imports comes before what imports it
    int asked = 0;
};

SchemaRegistry::SchemaRegistry(QUrl base, QObject* parent)
    : QObject(parent)
    , m_network(this)
{
    const QString user = base.userName(QUrl::FullyDecoded);
    if (!user.isEmpty()) {
        const QByteArray password = secretOr({}, "MURMURSCOPE_REGISTRY_PASSWORD");
        m_authorization = "Basic " + (user.toUtf8() + ':' + password).toBase64();
    }
    base.setUserInfo({});
    if (base.path().endsWith(u'/'))
        base.setPath(base.path().chopped(1));
    m_base = std::move(base);
    m_network.setTransferTimeout(kRegistryPatience);
}

void SchemaRegistry::get(const QString& path,
                         const std::function<void(const QByteArray& body)>& then, std::uint32_t id)
{
    QUrl url = m_base;
    url.setPath(m_base.path(QUrl::FullyEncoded) + path, QUrl::TolerantMode);
    QNetworkRequest request(url);
    request.setRawHeader("Accept", "application/vnd.schemaregistry.v1+json, application/json");
    if (!m_authorization.isEmpty())
        request.setRawHeader("Authorization", m_authorization);
    QNetworkReply* reply = m_network.get(request);
    connect(reply, &QNetworkReply::downloadProgress, reply, [reply](qint64 received, qint64) {
        if (received > kMaxRegistryAnswer)
            reply->abort();
    });
    connect(reply, &QNetworkReply::finished, this, [this, reply, then, id] {
        reply->deleteLater();
        const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
        if (status == 404)
            Q_EMIT failed(
                id,
                u"The schema registry at %1 has no schema %2."_s.arg(m_base.toString()).arg(id));
        else if (status == 401 || status == 403)
            Q_EMIT failed(id,
                          u"The schema registry at %1 does not let us in: put the user into its "
                          "URL and the password into MURMURSCOPE_REGISTRY_PASSWORD."_s.arg(
                              m_base.toString()));
        else if (reply->error() != QNetworkReply::NoError)
            Q_EMIT failed(id, u"The schema registry at %1 cannot be asked: %2."_s.arg(
                                  m_base.toString(), reply->errorString()));
        else
            then(reply->readAll());
    });
}

void SchemaRegistry::fetch(std::uint32_t id)
{
    get(
        u"/schemas/ids/%1"_s.arg(id),
        [this, id](const QByteArray& body) {
            const QJsonObject answer = QJsonDocument::fromJson(body).object();
            auto job = std::make_shared<Job>();
            job->id = id;
            job->schema.codec = codecOfType(answer.value("schemaType"_L1).toString());
            job->schema.registry = m_base.toString().toStdString();
            job->schema.key = std::to_string(id);
            job->schema.data = answer.value("schema"_L1).toString().toStdString();
            if (job->schema.data.empty()) {
                Q_EMIT failed(
                    id, u"What %1 says of schema %2 is none."_s.arg(m_base.toString()).arg(id));
                return;
            }
            for (const auto& reference : answer.value("references"_L1).toArray())
                job->wanted.push_back(reference.toObject());
            resolve(job);
        },
        id);
}

void SchemaRegistry::resolve(const std::shared_ptr<Job>& job)
{
    if (job->wanted.empty() || job->asked >= kMaxImports) {
        if (!job->imports.isEmpty())
            job->schema.references =
                QJsonDocument(job->imports).toJson(QJsonDocument::Compact).toStdString();
        Q_EMIT fetched(job->schema);
        return;
    }
    const QJsonObject reference = job->wanted.front();
    job->wanted.pop_front();
    ++job->asked;
    const QString subject =
        QString::fromLatin1(QUrl::toPercentEncoding(reference.value("subject"_L1).toString()));
    // Both at once: the subject may hold what looks like another place.
    const QString version = QString::number(reference.value("version"_L1).toInt());
    get(
        u"/subjects/%1/versions/%2"_s.arg(subject, version),
        [this, job, reference](const QByteArray& body) {
            const QJsonObject answer = QJsonDocument::fromJson(body).object();
            job->imports.prepend(QJsonObject{{u"name"_s, reference.value("name"_L1)},
                                             {u"schema"_s, answer.value("schema"_L1)}});
            for (const auto& next : answer.value("references"_L1).toArray())
                job->wanted.push_back(next.toObject());
            resolve(job);
        },
        job->id);
}

SchemaWatch::SchemaWatch(QUrl registry, MessageSink* sink)
    : m_registry(new SchemaRegistry(std::move(registry)))
{
    m_registry->moveToThread(&m_thread);
    QObject::connect(&m_thread, &QThread::finished, m_registry, &QObject::deleteLater);
    QObject::connect(m_registry, &SchemaRegistry::fetched, m_registry,
                     [this, sink](const Schema& schema) {
                         sink->describe(schema);
                         --m_pending;
                         const std::lock_guard lock(m_mutex);
                         m_problem.clear();
                     });
    QObject::connect(m_registry, &SchemaRegistry::failed, m_registry,
                     [this](std::uint32_t id, const QString& sentence) {
                         --m_pending;
                         const bool isFinal = sentence.contains(u" has no schema ");
                         if (!isFinal)
                             QTimer::singleShot(kAskAgain, m_registry, [this, id] {
                                 ++m_pending;
                                 m_registry->fetch(id);
                             });
                         const std::lock_guard lock(m_mutex);
                         m_problem = sentence;
                     });
    m_thread.setObjectName(u"schema registry"_s);
    m_thread.start();
}

SchemaWatch::~SchemaWatch()
{
    const auto latest = std::chrono::steady_clock::now() + kLastAnswers;
    while (m_pending > 0 && std::chrono::steady_clock::now() < latest)
        QThread::msleep(5);
    m_thread.quit();
    m_thread.wait();
}

void SchemaWatch::look(std::string_view payload)
{
    const std::int64_t id = framedSchema(payload);
    if (id < 0 || id == m_last)
        return;
    m_last = id;
    if (m_seen.size() >= kMaxWatched || !m_seen.insert(id).second)
        return;
    ++m_pending;
    QMetaObject::invokeMethod(
        m_registry,
        [registry = m_registry, id] { registry->fetch(static_cast<std::uint32_t>(id)); },
        Qt::QueuedConnection);
}

QString SchemaWatch::problem() const
{
    const std::lock_guard lock(m_mutex);
    return m_problem;
}

} // namespace murmur
