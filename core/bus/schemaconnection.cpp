// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/schemaconnection.h"

#include "bus/schemaregistry.h"

#include <QUrlQuery>

#include <mutex>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

const QString kRegistryItem = u"registry"_s;

/// What comes through is looked at for the numbers of schemas; all else is passed on.
class SchemaSink final : public MessageSink
{
public:
    explicit SchemaSink(MessageSink* behind)
        : m_behind(behind)
    {
    }

    void watch(const QUrl& registry)
    {
        const std::lock_guard lock(m_mutex);
        m_watch = std::make_unique<SchemaWatch>(registry, m_behind);
    }
    void end()
    {
        std::unique_ptr<SchemaWatch> watch; // waits for answers, and nobody for that
        const std::lock_guard lock(m_mutex);
        watch.swap(m_watch);
    }
    [[nodiscard]] QString problem() const
    {
        const std::lock_guard lock(m_mutex);
        return m_watch ? m_watch->problem() : QString();
    }

    void hear(std::vector<HeardMessage>&& batch) override
    {
        look(batch);
        m_behind->hear(std::move(batch));
    }
    bool hearIfRoom(std::vector<HeardMessage>& batch) override
    {
        look(batch);
        return m_behind->hearIfRoom(batch);
    }
    bool isTaking() const override { return m_behind->isTaking(); }
    void note(Gap gap) override { m_behind->note(std::move(gap)); }
    void observe(std::vector<Lag>&& lags) override { m_behind->observe(std::move(lags)); }
    void describe(Schema schema) override { m_behind->describe(std::move(schema)); }

private:
    // Some buses speak from several threads.
    void look(const std::vector<HeardMessage>& batch)
    {
        const std::lock_guard lock(m_mutex);
        if (!m_watch)
            return;
        for (const HeardMessage& message : batch)
            m_watch->look({message.raw.constData(), static_cast<std::size_t>(message.raw.size())});
    }

    MessageSink* const m_behind; // null: nobody listens yet
    mutable std::mutex m_mutex;
    std::unique_ptr<SchemaWatch> m_watch; // guarded by m_mutex
};

class SchemaConnection final : public Connection
{
public:
    SchemaConnection(QUrl registry, std::unique_ptr<SchemaSink> sink,
                     std::unique_ptr<Connection> bus)
        : m_registry(std::move(registry))
        , m_sink(std::move(sink))
        , m_bus(std::move(bus))
    {
        connect(m_bus.get(), &Connection::statusChanged, this, &Connection::statusChanged);
    }
    ~SchemaConnection() override { SchemaConnection::stop(); }

    Status start() override
    {
        m_sink->watch(m_registry);
        Status started = m_bus->start();
        if (!started)
            m_sink->end();
        return started;
    }
    void stop() override
    {
        m_bus->stop();
        m_sink->end();
    }
    ConnectionStatus status() const override;
    bool takesShare() const override { return m_bus->takesShare(); }

private:
    const QUrl m_registry;
    const std::unique_ptr<SchemaSink> m_sink; // outlives m_bus
    const std::unique_ptr<Connection> m_bus;
};

ConnectionStatus SchemaConnection::status() const
{
    ConnectionStatus status = m_bus->status();
    status.presence << u"The schema registry at %1 is asked for each schema that messages name."_s
                           .arg(m_registry.toString(QUrl::RemoveUserInfo));
    if (const QString problem = m_sink->problem(); !problem.isEmpty())
        status.presence << problem;
    if (!status.effectiveUrl.isEmpty()) {
        // Kept with the recording, for whoever asks it for more.
        QUrlQuery query(status.effectiveUrl);
        query.addQueryItem(kRegistryItem,
                           QString::fromLatin1(QUrl::toPercentEncoding(m_registry.toString())));
        status.effectiveUrl.setQuery(query);
    }
    return status;
}

} // namespace

Result<QUrl> schemaRegistryOf(const QUrl& url)
{
    const QStringList named = QUrlQuery(url).allQueryItemValues(kRegistryItem, QUrl::FullyDecoded);
    if (named.isEmpty())
        return QUrl();
    const auto wrong = [&url](const QString& sentence) {
        return Error{ErrorCode::WrongUse, u"%1: %2."_s.arg(beforeColon(shownUrl(url)), sentence)};
    };
    if (named.size() > 1)
        return wrong(u"registry is given twice"_s);
    QUrl registry(named.front(), QUrl::StrictMode);
    const QString scheme = registry.scheme();
    if ((scheme != "http"_L1 && scheme != "https"_L1) || registry.host().isEmpty())
        return wrong(u"registry is the URL of a schema registry: registry=http://box:8081"_s);
    if (!registry.password().isEmpty()) {
        return wrong(u"the password of the registry stands in MURMURSCOPE_REGISTRY_PASSWORD, not "
                     "in the URL"_s);
    }
    return registry;
}

Result<std::unique_ptr<Connection>> createWithSchemas(
    const QUrl& registry, const ConnectionContext& context,
    const std::function<Result<std::unique_ptr<Connection>>(const ConnectionContext&)>& make)
{
    auto sink = std::make_unique<SchemaSink>(context.sink);
    ConnectionContext watched = context;
    watched.sink = sink.get();
    auto bus = make(watched);
    if (!bus)
        return bus.error();
    return std::unique_ptr<Connection>(
        std::make_unique<SchemaConnection>(registry, std::move(sink), std::move(*bus)));
}

} // namespace murmur
