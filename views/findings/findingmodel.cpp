// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/findings/findingmodel.h"

#include "base/time.h"
#include "views/base/numbers.h"
#include "views/base/shownzone.h"

#include <algorithm>
#include <functional>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QString textOf(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString sureText(const Finding& finding)
{
    return finding.isExact ? FindingModel::tr("exact")
                           : FindingModel::tr("%1 % sure").arg(qRound(finding.confidence * 100));
}

QString standingText(Standing standing)
{
    switch (standing) {
    case Standing::Open:
        return {};
    case Standing::Accepted:
        return FindingModel::tr("accepted");
    case Standing::Muted:
        return FindingModel::tr("muted");
    case Standing::HeldBack:
        return FindingModel::tr("held back");
    }
    return {};
}

std::size_t hashOf(const Finding& finding)
{
    std::size_t hash = std::hash<std::string>()(finding.summary);
    for (const std::size_t value :
         {static_cast<std::size_t>(finding.end), static_cast<std::size_t>(finding.start),
          std::hash<double>()(finding.confidence), static_cast<std::size_t>(finding.severity),
          static_cast<std::size_t>(finding.standing)})
        hash = hash * 31 + value;
    return hash;
}

} // namespace

QString detectorTitle(std::string_view detector)
{
    QString title = textOf(detector).replace(u'-', u' ');
    if (!title.isEmpty())
        title[0] = title[0].toUpper();
    return title;
}

QString findingFacts(const Finding& finding)
{
    return FindingModel::tr("%1, for %2, %3")
        .arg(shownClock(fromNs(finding.start)),
             durationText(nanoseconds(finding.end - finding.start)), sureText(finding));
}

std::vector<FindingModel::Row> FindingModel::rowsOf(bool showsQuiet) const
{
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < m_report.incidents.size(); ++i)
        order.push_back(i);
    std::ranges::stable_sort(order, [this](std::size_t a, std::size_t b) {
        const Incident& one = m_report.incidents[a];
        const Incident& other = m_report.incidents[b];
        return std::pair(isQuiet(one, m_report.findings), -static_cast<int>(one.severity)) <
               std::pair(isQuiet(other, m_report.findings), -static_cast<int>(other.severity));
    });
    std::vector<Row> rows;
    for (const std::size_t i : order) {
        const Incident& incident = m_report.incidents[i];
        std::vector<Row> members;
        for (const std::size_t place : incident.findings) {
            const Finding& finding = m_report.findings[place];
            if (showsQuiet || finding.standing == Standing::Open)
                members.push_back({i, place, false, finding.id, hashOf(finding)});
        }
        if (members.size() > 1)
            rows.push_back({i, incident.cause(), true, incident.id,
                            std::hash<std::string>()(incident.summary) + members.size()});
        rows.insert(rows.end(), members.begin(), members.end());
    }
    return rows;
}

void FindingModel::update(const FindingsReport& report, const Judgements& judgements,
                          bool showsQuiet)
{
    // The rows that stand now are shown until they are replaced.
    FindingsReport before = std::exchange(m_report, report);
    const bool isOtherWord = judgements != m_judgements;
    m_judgements = judgements;
    std::vector<Row> rows = rowsOf(showsQuiet);
    const bool isSameList = std::ranges::equal(rows, m_rows, [](const Row& a, const Row& b) {
        return a.id == b.id && a.isIncident == b.isIncident;
    });
    if (!isSameList) {
        std::swap(before, m_report);
        beginResetModel();
        m_report = std::move(before);
        m_rows = std::move(rows);
        endResetModel();
        return;
    }
    std::swap(rows, m_rows);
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        if (m_rows[i].shown == rows[i].shown && !isOtherWord)
            continue;
        const QModelIndex changed = index(static_cast<int>(i));
        Q_EMIT dataChanged(changed, changed);
    }
}

const Finding* FindingModel::finding(const QModelIndex& index) const
{
    if (!index.isValid() || std::cmp_greater_equal(index.row(), m_rows.size()))
        return nullptr;
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    return row.isIncident ? nullptr : &m_report.findings[row.finding];
}

const Incident* FindingModel::incident(const QModelIndex& index) const
{
    return index.isValid() && std::cmp_less(index.row(), m_rows.size())
               ? &m_report.incidents[m_rows[static_cast<std::size_t>(index.row())].incident]
               : nullptr;
}

QModelIndex FindingModel::indexOf(std::uint64_t finding) const
{
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        if (!m_rows[i].isIncident && m_rows[i].id == finding)
            return index(static_cast<int>(i));
    }
    return {};
}

QModelIndex FindingModel::indexOfIncident(std::uint64_t incident) const
{
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        if (m_report.incidents[m_rows[i].incident].id == incident)
            return index(static_cast<int>(i));
    }
    return {};
}

int FindingModel::findingCount() const
{
    return static_cast<int>(
        std::ranges::count_if(m_rows, [](const Row& row) { return !row.isIncident; }));
}

int FindingModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant FindingModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    return row.isIncident ? incidentData(m_report.incidents[row.incident], role)
                          : findingData(row, role);
}

QVariant FindingModel::incidentData(const Incident& incident, int role) const
{
    const QString when = shownClock(fromNs(incident.start));
    const QString count = countText(static_cast<std::int64_t>(incident.findings.size()),
                                    tr("1 finding"), tr("%1 findings"));
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        return QString::fromStdString(incident.summary);
    case Qt::AccessibleTextRole:
        return tr("Incident of %1, %2: %3")
            .arg(when, count, QString::fromStdString(incident.summary));
    case SeverityRole:
        return static_cast<int>(incident.severity);
    case FactsRole:
        return count;
    case TitleRole:
        return tr("Incident %1").arg(shownClock(fromNs(incident.start), 0));
    case IsIncidentRole:
        return true;
    default:
        return {};
    }
}

QVariant FindingModel::findingData(const Row& row, int role) const
{
    const Incident& incident = m_report.incidents[row.incident];
    const Finding& one = m_report.findings[row.finding];
    const Judgement judgement = m_judgements.of(one.id);
    switch (role) {
    case Qt::DisplayRole:
        return QString::fromStdString(one.summary);
    case Qt::ToolTipRole: {
        QString tip = QString::fromStdString(one.summary) + u"\n"_s + findingFacts(one);
        for (const QString& said : {judgement.reason, judgement.comment}) {
            if (!said.isEmpty())
                tip += u"\n"_s + said;
        }
        for (const auto& [name, value] : one.evidence)
            tip += u"\n%1: %2"_s.arg(QString::fromStdString(name), QString::fromStdString(value));
        return tip;
    }
    case Qt::AccessibleTextRole:
        return u"%1, %2: %3 (%4)"_s.arg(textOf(severityName(one.severity)), textOf(one.detector),
                                        QString::fromStdString(one.summary), findingFacts(one)) +
               (one.standing == Standing::Open ? QString() : u", "_s + standingText(one.standing));
    case SeverityRole:
        return static_cast<int>(one.severity);
    case DetectorRole:
        return textOf(one.detector);
    case FactsRole:
        return findingFacts(one);
    case TitleRole:
        return detectorTitle(one.detector);
    case SureRole:
        return sureText(one);
    case IsIncidentRole:
        return false;
    case IsCauseRole:
        return incident.findings.size() > 1 && incident.cause() == row.finding;
    case StandingRole:
        return standingText(one.standing);
    default:
        return {};
    }
}

} // namespace murmur
