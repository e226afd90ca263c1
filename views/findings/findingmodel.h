// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/finding.h"

#include <QAbstractListModel>

#include <vector>

namespace murmur {

/// What was found, the worst first, then in the order of its beginning. `update` changes what
/// differs and keeps what does not, so that a selection stays where it is.
class FindingModel : public QAbstractListModel
{
    Q_OBJECT
public:
    enum Role { SeverityRole = Qt::UserRole, DetectorRole, FactsRole };
    using QAbstractListModel::QAbstractListModel;

    void update(std::vector<Finding> findings);
    [[nodiscard]] const std::vector<Finding>& findings() const { return m_findings; }
    /// Null for an index that is none.
    [[nodiscard]] const Finding* finding(const QModelIndex& index) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    std::vector<Finding> m_findings;
};

/// "10:17:15.282, for 20 s, exact".
QString findingFacts(const Finding& finding);

} // namespace murmur
