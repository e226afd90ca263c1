// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/completion.h"
#include "recording/dictionaries.h"

#include <QObject>
#include <QStringList>

#include <map>

namespace murmur {

class SharedView;

/// What the open recording has for the fields of a filter: names from its dictionaries, members
/// and headers of the messages around the playhead. GUI thread only.
class RecordingValues : public QObject
{
    Q_OBJECT
public:
    explicit RecordingValues(SharedView* shared, QObject* parent = nullptr);

    /// Valid as long as this object.
    [[nodiscard]] CompletionSource source();

Q_SIGNALS:
    /// Members became known after they were asked for.
    void grew();

private:
    QStringList values(Field field);
    void refresh();
    void askForMembers();

    SharedView* m_shared;
    Dictionaries::Counts m_counts;
    std::uint64_t m_revision = 0;
    std::map<Field, QStringList> m_names;
    QStringList m_members;
    QStringList m_headers;
    bool m_isAsked = false;
};

} // namespace murmur
