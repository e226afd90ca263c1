// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/judgements.h"

#include <QAbstractListModel>

#include <memory>
#include <vector>

namespace murmur {

/// What was found, by incident: the worst incident first, in it the findings in the order of cause.
/// An incident of several findings has a row of its own above them. `update` changes what differs
/// and keeps what does not, so that a selection stays where it is.
class FindingModel : public QAbstractListModel
{
    Q_OBJECT
public:
    enum Role {
        SeverityRole = Qt::UserRole,
        DetectorRole, ///< its id
        FactsRole,
        TitleRole, ///< "Slow agent"
        SureRole,  ///< "exact", "85 %"
        IsIncidentRole,
        IsCauseRole, ///< the first cause of several findings
        StandingRole ///< a word; empty when open
    };
    using QAbstractListModel::QAbstractListModel;

    /// `showsQuiet`: also what is muted, accepted or held back.
    void update(const FindingsReport& report, const Judgements& judgements, bool showsQuiet);
    /// Null for an index that is no finding.
    [[nodiscard]] const Finding* finding(const QModelIndex& index) const;
    /// Null for an index that is none.
    [[nodiscard]] const Incident* incident(const QModelIndex& index) const;
    [[nodiscard]] QModelIndex indexOf(std::uint64_t finding) const;
    /// The row that stands for the incident: its own, or that of its only finding.
    [[nodiscard]] QModelIndex indexOfIncident(std::uint64_t incident) const;
    /// Findings that are listed.
    [[nodiscard]] int findingCount() const;
    [[nodiscard]] const FindingsReport& report() const { return m_report; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    struct Row
    {
        std::size_t incident = 0;
        std::size_t finding = 0;
        bool isIncident = false;
        std::uint64_t id = 0;
        std::size_t shown = 0; ///< hash of what is shown
    };
    [[nodiscard]] std::vector<Row> rowsOf(bool showsQuiet) const;
    [[nodiscard]] QVariant incidentData(const Incident& incident, int role) const;
    [[nodiscard]] QVariant findingData(const Row& row, int role) const;

    FindingsReport m_report;
    Judgements m_judgements;
    std::vector<Row> m_rows;
};

/// "10:17:15.282, for 20 s, exact".
QString findingFacts(const Finding& finding);
/// "Slow agent".
QString detectorTitle(std::string_view detector);

} // namespace murmur
