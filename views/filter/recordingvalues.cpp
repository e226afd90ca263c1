// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/filter/recordingvalues.h"

#include "findings/detector.h"
#include "session/session.h"
#include "views/base/fieldchooser.h"
#include "views/base/sharedview.h"

#include <set>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// Of each dictionary; a list of more is no help.
constexpr std::uint32_t kMostNames = 20'000;
constexpr int kMessagesLookedAt = 300;

QStringList sorted(std::set<QString>& names)
{
    names.erase(QString());
    return {names.begin(), names.end()};
}

} // namespace

RecordingValues::RecordingValues(SharedView* shared, QObject* parent)
    : QObject(parent)
    , m_shared(shared)
{
    connect(shared, &SharedView::sessionChanged, this, [this] {
        m_counts = {};
        m_revision = 0;
        m_names.clear();
        m_members.clear();
        m_headers.clear();
        m_isAsked = false;
    });
}

CompletionSource RecordingValues::source()
{
    CompletionSource source;
    source.valuesOf = [this](Field field) { return values(field); };
    if (const auto book = FilterBook::load(FilterBook::usualPath()))
        source.filters = book->filters();
    return source;
}

QStringList RecordingValues::values(Field field)
{
    if (!m_shared->session())
        return {};
    if (field == Field::Payload || field == Field::Header) {
        askForMembers();
        return field == Field::Payload ? m_members : m_headers;
    }
    if (field == Field::Finding) {
        QStringList known{u"critical"_s, u"warning"_s, u"info"_s};
        for (const DetectorEntry& detector : detectors())
            known << QString::fromLatin1(detector.id);
        return known;
    }
    refresh();
    const auto found = m_names.find(field);
    return found == m_names.end() ? QStringList() : found->second;
}

void RecordingValues::refresh()
{
    const auto names = m_shared->session()->dictionaries();
    const Dictionaries::Counts counts = names->counts();
    if (counts == m_counts && names->labelRevision() == m_revision && !m_names.empty())
        return;
    m_counts = counts;
    m_revision = names->labelRevision();
    std::set<QString> agents, was, groups, topics, types, connections;
    std::array<std::set<QString>, kLabelCount> labels;
    for (std::uint32_t id = 1; id < std::min(counts.agents, kMostNames); ++id) {
        const AgentEntry entry = names->agentEntry(AgentId{id});
        agents.insert(QString::fromStdString(entry.name));
        was.insert(QString::fromStdString(names->recordedAgent(AgentId{id}).name));
        groups.insert(QString::fromStdString(entry.group()));
        for (std::size_t i = 0; i < labels.size(); ++i)
            labels[i].insert(QString::fromStdString(entry.labels[i]));
    }
    for (std::uint32_t id = 1; id < std::min(counts.topics, kMostNames); ++id)
        topics.insert(QString::fromStdString(names->topicName(TopicId{id})));
    for (std::uint32_t id = 1; id < std::min(counts.types, kMostNames); ++id)
        types.insert(QString::fromStdString(names->typeName(TypeId{id})));
    for (std::uint32_t id = 0; id < std::min(counts.connections, kMostNames); ++id) {
        const ConnectionEntry entry = names->connectionEntry(ConnectionId{id});
        connections.insert(QString::fromStdString(entry.name.empty() ? entry.url : entry.name));
    }
    m_names.clear();
    m_names[Field::Sender] = m_names[Field::Receivers] = m_names[Field::Agent] = sorted(agents);
    m_names[Field::Was] = sorted(was);
    m_names[Field::Group] = sorted(groups);
    m_names[Field::Topic] = sorted(topics);
    m_names[Field::Type] = sorted(types);
    m_names[Field::Connection] = sorted(connections);
    m_names[Field::Site] = sorted(labels[static_cast<std::size_t>(Label::Site)]);
    m_names[Field::Crew] = sorted(labels[static_cast<std::size_t>(Label::Crew)]);
    m_names[Field::Role] = sorted(labels[static_cast<std::size_t>(Label::Role)]);
    m_names[Field::Tenant] = sorted(labels[static_cast<std::size_t>(Label::Tenant)]);
}

void RecordingValues::askForMembers()
{
    Session* session = m_shared->session();
    if (m_isAsked || session->seen().last == 0)
        return;
    m_isAsked = true;
    session->seqAt(m_shared->playhead()).then(this, [this](const Result<Seq>& seq) {
        Session* now = m_shared->session();
        if (!now || !seq)
            return;
        RowRequest request;
        request.first = std::max<Seq>(now->seen().first, *seq - kMessagesLookedAt / 2);
        request.count = kMessagesLookedAt;
        now->messages(request).then(
            this, [this](const Result<std::vector<MessageDetail>>& messages) {
                if (!messages)
                    return;
                for (const auto& [name, count] : FieldChooser::fieldsOf(*messages))
                    (name.startsWith(u"header") ? m_headers : m_members) << name;
                Q_EMIT grew();
            });
    });
}

} // namespace murmur
