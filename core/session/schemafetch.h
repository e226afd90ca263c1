// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/schema.h"

#include <QObject>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <stop_token>

namespace murmur {

class Dictionaries;
class SchemaRegistry;
class Session;
struct Source;

/// Asks a schema registry for the schemas that the payloads of a session name and that it lacks,
/// and keeps them in its recordings: they are there at once, and for whoever opens them later.
///
/// Lives in one thread, which needs an event loop; reads and writes files in others. Ends its
/// search when it goes.
class SchemaFetch : public QObject
{
    Q_OBJECT
public:
    explicit SchemaFetch(const Session& session, QObject* parent = nullptr);
    ~SchemaFetch() override;

    /// "http://box:8081"; WrongUse says what it looks like.
    static Result<QUrl> registryFrom(const QString& text);
    /// The one that the URL of a connection names; empty: none does.
    static QString registryOf(const Dictionaries& names);

    struct Report
    {
        std::size_t wanted = 0;
        std::size_t added = 0;
        QString problem; ///< the first one; empty: none

        /// "Added 2 of 3 schemas."
        [[nodiscard]] QString sentence() const;
    };
    /// Once. finished() follows.
    void start(const QUrl& registry);

Q_SIGNALS:
    void finished(const murmur::SchemaFetch::Report& report);

private:
    void fetchNext();
    void keep(const Schema& schema);
    void fail(const QString& sentence);

    const std::shared_ptr<const Source> m_source;
    const QStringList m_files; ///< none while it is recorded: the recorder keeps what is known
    std::unique_ptr<SchemaRegistry> m_registry;
    std::deque<std::uint32_t> m_missing;
    Report m_report;
    std::stop_source m_stop;
};

} // namespace murmur
