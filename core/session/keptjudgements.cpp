// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Where judgements are kept: one recording knows its findings by their ids, several by detector and
// first message, because a finding of a session has another id there than alone.

#include "session/findingsboard.h"
#include "session/jobs.h"
#include "session/judgements.h"
#include "session/notes.h"
#include "session/recordingset.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <optional>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr QLatin1StringView kNote("findings");

/// By what a finding is known again in its recording.
struct Anchor
{
    QString detector;
    std::uint32_t part = 0; ///< its place among the recordings
    Seq message = 0;        ///< its first one, as it is numbered there; 0: it has none
    friend bool operator==(const Anchor&, const Anchor&) = default;
};

/// The recordings of a session, each with what is kept in it.
class Parts
{
public:
    explicit Parts(const Source& source)
        : m_source(source)
    {
    }

    [[nodiscard]] std::uint32_t count() const
    {
        return m_source.set ? static_cast<std::uint32_t>(m_source.set->members.size()) : 1;
    }
    [[nodiscard]] const Source& of(std::uint32_t part) const
    {
        return m_source.set ? m_source.set->members[part].source : m_source;
    }

    [[nodiscard]] QJsonObject kept(std::uint32_t part) const
    {
        const Source& source = of(part);
        auto lease = source.pool->lease();
        if (!lease)
            return {};
        QByteArray json = readNote(source.pool->path(), (*lease)->meta().uuid, kNote);
        if (json.isEmpty() && source.findings)
            json = source.findings->judgements().first;
        if (json.isEmpty())
            json = QByteArray::fromStdString((*lease)->fact(kJudgementsFact));
        return QJsonDocument::fromJson(json).object();
    }

    Status keep(std::uint32_t part, const QJsonObject& judgements) const
    {
        const Source& source = of(part);
        const QByteArray json = QJsonDocument(judgements).toJson(QJsonDocument::Compact);
        if (source.findings && source.findings->isKeeping()) {
            source.findings->setJudgements(json);
            // Notes go before what stands in the recording.
            if (!QFileInfo::exists(notesPath(source.pool->path())))
                return Done{};
        }
        auto lease = source.pool->lease();
        if (!lease)
            return lease.error();
        return keepNote(source.pool->path(), (*lease)->meta().uuid, kNote, json);
    }

    /// Of the findings of a report, by their ids; those without messages have none.
    [[nodiscard]] std::map<std::uint64_t, Anchor> anchors(const FindingsReport& report) const
    {
        std::map<std::uint64_t, Anchor> found;
        std::map<Seq, std::pair<std::uint32_t, Seq>> places;
        for (const Finding& finding : report.findings) {
            if (!finding.messages.empty())
                places[finding.messages.front()] = {0, finding.messages.front()};
        }
        if (m_source.set)
            locate(places);
        for (const Finding& finding : report.findings) {
            if (finding.messages.empty())
                continue;
            const auto& [part, own] = places[finding.messages.front()];
            const std::string_view detector = finding.detector;
            found[finding.id] = {
                QString::fromUtf8(detector.data(), static_cast<qsizetype>(detector.size())), part,
                own};
        }
        return found;
    }

private:
    void locate(std::map<Seq, std::pair<std::uint32_t, Seq>>& places) const
    {
        const RecordingSet& set = *m_source.set;
        if (set.isJoined) {
            for (auto& [seq, place] : places) {
                for (std::uint32_t part = 0; part < set.members.size(); ++part) {
                    if (seq >= set.infos[set.members[part].info].extent.first)
                        place.first = part;
                }
            }
            return;
        }
        RowRequest request;
        for (const auto& [seq, place] : places)
            request.seqs.push_back(seq);
        const auto rows = rowsJob(m_source, request);
        if (!rows)
            return;
        for (const MessageRow& row : *rows)
            places[row.seq] = {std::min(row.recording, count() - 1), row.shownSeq()};
    }

    const Source& m_source;
};

std::optional<Anchor> anchorOf(const QJsonObject& entry, std::uint32_t part)
{
    const Seq message = entry[u"message"].toInteger();
    if (message == 0)
        return std::nullopt;
    return Anchor{entry[u"detector"].toString(), part, message};
}

} // namespace

Judgements judgementsOf(const Source& source, const FindingsReport* report)
{
    const Parts parts(source);
    const bool isAlone = parts.count() == 1 && !source.set;
    const auto anchors =
        report != nullptr ? parts.anchors(*report) : std::map<std::uint64_t, Anchor>();
    Judgements all;
    for (std::uint32_t part = 0; part < parts.count(); ++part) {
        const QJsonObject kept = parts.kept(part);
        Judgements own = judgementsFromJson(QJsonDocument(kept).toJson(QJsonDocument::Compact));
        for (MuteRule& rule : own.rules)
            all.mute(std::move(rule));
        if (isAlone)
            all.findings = std::move(own.findings);
        const QJsonObject findings = kept[u"findings"].toObject();
        for (auto at = findings.begin(); at != findings.end(); ++at) {
            const auto anchor = anchorOf(at.value().toObject(), part);
            if (!anchor)
                continue;
            const auto finding = std::ranges::find_if(
                anchors, [&](const auto& entry) { return entry.second == *anchor; });
            if (finding == anchors.end() || !all.of(finding->first).isNone())
                continue;
            // Read under a key that is an id, whatever it was.
            const QJsonObject alone{{u"findings"_s, QJsonObject{{u"1"_s, at.value()}}}};
            all.set(finding->first,
                    judgementsFromJson(QJsonDocument(alone).toJson(QJsonDocument::Compact)).of(1));
        }
    }
    return all;
}

Status keepJudgements(const Source& source, const Judgements& judgements,
                      const FindingsReport* report)
{
    const Parts parts(source);
    const bool isAlone = !source.set;
    const auto anchors =
        report != nullptr ? parts.anchors(*report) : std::map<std::uint64_t, Anchor>();
    const QJsonObject said = QJsonDocument::fromJson(judgementsToJson(judgements)).object();
    const QJsonObject saidFindings = said[u"findings"].toObject();
    for (std::uint32_t part = 0; part < parts.count(); ++part) {
        const QJsonObject before = parts.kept(part)[u"findings"].toObject();
        QJsonObject after;
        // What is of findings that this look does not know stays as it is.
        for (auto at = before.begin(); at != before.end(); ++at) {
            const auto anchor = anchorOf(at.value().toObject(), part);
            const bool isKnown = anchor && std::ranges::any_of(anchors, [&](const auto& entry) {
                                     return entry.second == *anchor;
                                 });
            bool isId = false;
            (void)at.key().toULongLong(&isId, 16);
            if (!isKnown && !(isAlone && isId))
                after.insert(at.key(), at.value());
        }
        for (const auto& [id, judgement] : judgements.findings) {
            const QString idText = QString::fromStdString(findingIdText(id));
            const auto anchor = anchors.find(id);
            QJsonObject entry = saidFindings[idText].toObject();
            if (anchor != anchors.end()) {
                entry.insert(u"detector"_s, anchor->second.detector);
                entry.insert(u"message"_s, qint64(anchor->second.message));
            }
            if (isAlone) {
                after.insert(idText, entry);
            } else if (anchor != anchors.end() && anchor->second.part == part) {
                QString key =
                    anchor->second.detector + u'@' + QString::number(anchor->second.message);
                for (auto at = before.begin(); at != before.end(); ++at) {
                    if (anchorOf(at.value().toObject(), part) == anchor->second)
                        key = at.key(); // its id, where it is alone
                }
                after.insert(key, entry);
            }
        }
        const QJsonObject kept{{u"findings"_s, after}, {u"mute"_s, said[u"mute"]}};
        if (kept == parts.kept(part) || (after == before && !isAlone && judgements.rules.empty()))
            continue;
        if (auto status = parts.keep(part, kept); !status)
            return status;
    }
    return Done{};
}

} // namespace murmur
