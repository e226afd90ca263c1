// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/schemafetch.h"

#include "bus/schemaregistry.h"
#include "codec/codecbook.h"
#include "query/rowcontext.h"
#include "recording/schematable.h"
#include "session/rangescan.h"
#include "session/session.h"

#include <QUrlQuery>
#include <QtConcurrent>

#include <set>
#include <string>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kMostFetched = 8192;

QStringList filesOf(const Session& session)
{
    if (session.isLive())
        return {};
    QStringList files;
    for (const RecordingInfo& one : session.recordings())
        files << one.path;
    return files.isEmpty() ? QStringList{session.path()} : files;
}

/// The numbers that payloads name, and that no schema of that registry has.
Result<std::deque<std::uint32_t>> missingFrom(const Source& source, const std::string& registry,
                                              const std::stop_token& stop)
{
    RangeScan scan;
    scan.range = {TimePoint::min(), TimePoint::max()};
    scan.needsBytes = true;
    scan.stop = stop;
    std::set<std::uint32_t> named;
    const auto looked =
        scanRange(source, scan, [&](const Columns& columns, const auto& keep, auto* bytes) {
            RowContext context(columns, *source.names, bytes, 0);
            for (std::size_t row = 0; row < columns.size(); ++row) {
                const std::int64_t id = keep[row] != 0 ? framedSchema(context.payload(row)) : -1;
                if (id >= 0)
                    named.insert(static_cast<std::uint32_t>(id));
            }
            return named.size() < kMostFetched;
        });
    if (!looked)
        return looked.error();
    std::deque<std::uint32_t> missing;
    for (const std::uint32_t id : named) {
        if (!source.names->codecs().hasKey(registry, std::to_string(id)))
            missing.push_back(id);
    }
    return missing;
}

/// In each of the files.
Status keepIn(const QStringList& files, const Schema& schema)
{
    for (const QString& file : files) {
        if (const auto added = addSchema(file, schema); !added)
            return added.error();
    }
    return Done{};
}

} // namespace

SchemaFetch::SchemaFetch(const Session& session, QObject* parent)
    : QObject(parent)
    , m_source(session.source())
    , m_files(filesOf(session))
{
}

SchemaFetch::~SchemaFetch()
{
    m_stop.request_stop();
}

Result<QUrl> SchemaFetch::registryFrom(const QString& text)
{
    const QUrl url(text.trimmed());
    if (!url.scheme().startsWith(u"http") || url.host().isEmpty())
        return Error{ErrorCode::WrongUse,
                     u"\"%1\" is no schema registry: its URL looks like http://box:8081."_s.arg(
                         text.trimmed())};
    if (!url.password().isEmpty())
        return Error{ErrorCode::WrongUse,
                     u"A password does not belong into the URL of a registry: put it into "
                     "MURMURSCOPE_REGISTRY_PASSWORD."_s};
    return url;
}

QString SchemaFetch::registryOf(const Dictionaries& names)
{
    for (std::uint32_t id = 1; id < names.counts().connections; ++id) {
        const QUrl url(QString::fromStdString(names.connectionEntry(ConnectionId(id)).url));
        const QString registry = QUrlQuery(url).queryItemValue(u"registry"_s, QUrl::FullyDecoded);
        if (!registry.isEmpty())
            return registry;
    }
    return {};
}

QString SchemaFetch::Report::sentence() const
{
    if (wanted == 0 && problem.isEmpty())
        return u"No payload names a schema that the recording lacks."_s;
    if (wanted == 0)
        return problem;
    const QString done = u"Added %1 of %2 schemas."_s.arg(added).arg(wanted);
    return problem.isEmpty() ? done : done + u' ' + problem;
}

void SchemaFetch::start(const QUrl& registry)
{
    m_registry = std::make_unique<SchemaRegistry>(registry);
    connect(m_registry.get(), &SchemaRegistry::fetched, this, &SchemaFetch::keep);
    connect(m_registry.get(), &SchemaRegistry::failed, this,
            [this](std::uint32_t, const QString& sentence) { fail(sentence); });
    QtConcurrent::run([source = m_source, stop = m_stop.get_token(),
                       name = registry.toString(QUrl::RemoveUserInfo).toStdString()] {
        return missingFrom(*source, name, stop);
    }).then(this, [this](const Result<std::deque<std::uint32_t>>& missing) {
        if (!missing) {
            fail(missing.error().message);
            return;
        }
        m_missing = *missing;
        m_report.wanted = m_missing.size();
        fetchNext();
    });
}

void SchemaFetch::fetchNext()
{
    if (m_missing.empty()) {
        Q_EMIT finished(m_report);
        return;
    }
    const std::uint32_t id = m_missing.front();
    m_missing.pop_front();
    m_registry->fetch(id);
}

void SchemaFetch::keep(const Schema& schema)
{
    QtConcurrent::run([files = m_files, schema] {
        return keepIn(files, schema);
    }).then(this, [this, schema](const Status& kept) {
        // What cannot be kept is of use as long as the session is open.
        m_source->names->codecs().add(schema);
        if (!kept) {
            fail(kept.error().message);
            return;
        }
        ++m_report.added;
        fetchNext();
    });
}

/// A registry that lacks one schema may have the others; one that does not answer has none.
void SchemaFetch::fail(const QString& sentence)
{
    if (m_report.problem.isEmpty())
        m_report.problem = sentence;
    if (!sentence.contains(u" has no schema "))
        m_missing.clear();
    fetchNext();
}

} // namespace murmur
