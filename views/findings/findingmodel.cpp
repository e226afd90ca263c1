// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/findings/findingmodel.h"

#include "base/time.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QString textOf(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// The same incident: a finding grows, its beginning may move back a little.
bool isSame(const Finding& a, const Finding& b)
{
    return a.detector == b.detector && a.seen == b.seen && a.agents == b.agents;
}

bool isEqual(const Finding& a, const Finding& b)
{
    return isSame(a, b) && a.severity == b.severity && a.summary == b.summary && a.end == b.end &&
           a.confidence == b.confidence;
}

} // namespace

QString findingFacts(const Finding& finding)
{
    const QString sure = finding.isExact
                             ? FindingModel::tr("exact")
                             : FindingModel::tr("%1 % sure").arg(qRound(finding.confidence * 100));
    return FindingModel::tr("%1, for %2, %3")
        .arg(clockTime(fromNs(finding.start)),
             durationText(nanoseconds(finding.end - finding.start)), sure);
}

void FindingModel::update(std::vector<Finding> findings)
{
    std::ranges::stable_sort(findings, [](const Finding& a, const Finding& b) {
        return a.severity != b.severity ? a.severity > b.severity : a.start < b.start;
    });
    const bool isSameList = std::ranges::equal(findings, m_findings, isSame);
    if (!isSameList) {
        beginResetModel();
        m_findings = std::move(findings);
        endResetModel();
        return;
    }
    for (std::size_t i = 0; i < findings.size(); ++i) {
        if (isEqual(findings[i], m_findings[i]))
            continue;
        m_findings[i] = std::move(findings[i]);
        const QModelIndex changed = index(static_cast<int>(i));
        Q_EMIT dataChanged(changed, changed);
    }
}

const Finding* FindingModel::finding(const QModelIndex& index) const
{
    return index.isValid() && std::cmp_less(index.row(), m_findings.size())
               ? &m_findings[static_cast<std::size_t>(index.row())]
               : nullptr;
}

int FindingModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_findings.size());
}

QVariant FindingModel::data(const QModelIndex& index, int role) const
{
    const Finding* one = finding(index);
    if (one == nullptr)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return QString::fromStdString(one->summary);
    case Qt::ToolTipRole: {
        QString tip = QString::fromStdString(one->summary) + u"\n"_s + findingFacts(*one);
        for (const auto& [name, value] : one->evidence)
            tip += u"\n%1: %2"_s.arg(QString::fromStdString(name), QString::fromStdString(value));
        return tip;
    }
    case Qt::AccessibleTextRole:
        return u"%1, %2: %3 (%4)"_s.arg(textOf(severityName(one->severity)), textOf(one->detector),
                                        QString::fromStdString(one->summary), findingFacts(*one));
    case SeverityRole:
        return static_cast<int>(one->severity);
    case DetectorRole:
        return textOf(one->detector);
    case FactsRole:
        return findingFacts(*one);
    default:
        return {};
    }
}

} // namespace murmur
