// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/facets.h"

#include <QAbstractListModel>
#include <QSet>
#include <QString>
#include <QStringList>

#include <vector>

namespace murmur {

/// Fields and their values as one list: a heading for each field, its values under it, and one row
/// for those that are not listed.
class FacetModel : public QAbstractListModel
{
    Q_OBJECT
public:
    enum class Is { Heading, Value, More };
    enum Role {
        IsRole = Qt::UserRole,
        FieldRole,
        CountRole,      ///< text of a heading or value, at the right
        LiftRole,       ///< "×3.2", "only here"; empty: nothing to say
        LiftNumberRole, ///< as FacetValue::lift()
        ShareRole,      ///< 0 to 1
        OtherShareRole, ///< negative: there is nothing else
        ConditionRole,
        IsFoldedRole,
        IsWholeRole,  ///< all that can be listed is
        IsChosenRole, ///< the filter asks for exactly this
    };

    using QAbstractListModel::QAbstractListModel;

    /// `fields` is their order; facets that are not known yet are headings only.
    void present(QStringList fields, std::vector<Facet> facets, const Facets& whole);
    void setText(const QString& text);
    /// The filter that holds, to mark what it asks for.
    void setFilter(const QString& filter);
    /// Fields of which one value is asked for by the filter, and those above them, stay as they
    /// stand: whoever clicks there again means what stands there.
    [[nodiscard]] bool keeps(const QString& field) const;
    /// Folds or unfolds a heading, lists what is behind "more".
    void toggle(int row);
    [[nodiscard]] const QSet<QString>& folded() const { return m_folded; }
    void setFolded(const QSet<QString>& folded);

    [[nodiscard]] Is whatIs(int row) const;
    [[nodiscard]] const FacetValue* valueAt(int row) const;
    [[nodiscard]] QString fieldAt(int row) const;
    /// The row of that value; -1: none.
    [[nodiscard]] int rowOf(const QString& field, const QString& value) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;

private:
    struct Row
    {
        Is is = Is::Heading;
        int facet = 0;
        int value = 0; ///< More: how many it stands for
        friend bool operator==(const Row&, const Row&) = default;
    };
    void rebuild();
    [[nodiscard]] QString sentence(const Row& row) const;

    QStringList m_fields;
    std::vector<Facet> m_facets; ///< one for each field
    bool m_hasOthers = false;
    bool m_isAbout = false; ///< numbers come from a sample
    QString m_text;
    QSet<QString> m_chosen; ///< conditions that the filter asks for
    QSet<QString> m_folded;
    QSet<QString> m_whole; ///< fields of which all values are listed
    std::vector<Row> m_rows;
};

/// What people call a field: "sender" for from.
QString facetTitle(const QString& field);

} // namespace murmur
