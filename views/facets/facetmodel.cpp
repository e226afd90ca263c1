// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/facets/facetmodel.h"

#include "views/base/numbers.h"
#include "views/facets/ownfilter.h"

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kListed = 6; // values of a field, before "more"
constexpr std::size_t kMostKept = 200;

QString facetShare(double share)
{
    const double hundred = share * 100;
    if (hundred > 0 && hundred < 1)
        return u"<1 %"_s;
    return QString::number(std::lround(hundred)) + u" %"_s;
}

QString facetLift(const FacetValue& value)
{
    const double lift = value.lift();
    if (lift < 0)
        return FacetModel::tr("only here");
    if (value.here == 0)
        return FacetModel::tr("not here");
    return u"×"_s + QString::number(lift, 'f', lift < 9.95 ? 1 : 0);
}

/// The values in the order in which they stood; those of which there are none now with a zero.
void keepPlaces(const Facet& old, Facet& facet)
{
    std::vector<FacetValue> values;
    for (const FacetValue& before : old.values) {
        const auto now = std::ranges::find(facet.values, before.value, &FacetValue::value);
        FacetValue none;
        none.value = before.value;
        none.condition = before.condition;
        values.push_back(now != facet.values.end() ? *now : none);
    }
    for (const FacetValue& now : facet.values) {
        if (values.size() < kMostKept &&
            std::ranges::find(old.values, now.value, &FacetValue::value) == old.values.end())
            values.push_back(now);
    }
    facet.values = std::move(values);
}

} // namespace

QString facetTitle(const QString& field)
{
    if (field == u"from"_s)
        return FacetModel::tr("sender (from)");
    if (field == u"to"_s)
        return FacetModel::tr("receiver (to)");
    return field;
}

void FacetModel::present(QStringList fields, std::vector<Facet> facets, const Facets& whole)
{
    m_hasOthers = whole.others > 0;
    m_isAbout = whole.lookedAt < 1;
    for (std::size_t i = 0; i < facets.size(); ++i) {
        const qsizetype old = m_fields.indexOf(facets[i].field);
        if (old >= 0 && keeps(facets[i].field))
            keepPlaces(m_facets[static_cast<std::size_t>(old)], facets[i]);
    }
    m_fields = std::move(fields);
    m_facets = std::move(facets);
    m_facets.resize(static_cast<std::size_t>(m_fields.size()));
    rebuild();
}

bool FacetModel::keeps(const QString& field) const
{
    const auto isAskedFor = [this](const FacetValue& value) {
        return m_chosen.contains(value.condition);
    };
    const qsizetype at = m_fields.indexOf(field);
    return at >= 0 && std::any_of(m_facets.begin() + at, m_facets.end(), [&](const Facet& facet) {
               return std::ranges::any_of(facet.values, isAskedFor);
           });
}

void FacetModel::setText(const QString& text)
{
    m_text = text.trimmed();
    rebuild();
}

void FacetModel::setFilter(const QString& filter)
{
    const QStringList chosen = choicesOf(filter);
    m_chosen = {chosen.begin(), chosen.end()};
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0), index(rowCount() - 1), {IsChosenRole});
}

void FacetModel::setFolded(const QSet<QString>& folded)
{
    m_folded = folded;
    rebuild();
}

void FacetModel::toggle(int row)
{
    const QString field = fieldAt(row);
    if (whatIs(row) == Is::More)
        m_whole.insert(field);
    else if (whatIs(row) == Is::Heading && !m_folded.remove(field))
        m_folded.insert(field);
    rebuild();
}

void FacetModel::rebuild()
{
    std::vector<Row> rows;
    for (int i = 0; i < static_cast<int>(m_fields.size()); ++i) {
        const Facet& facet = m_facets[static_cast<std::size_t>(i)];
        const bool isAll = m_whole.contains(m_fields[i]) || !m_text.isEmpty();
        const bool isNamed = m_fields[i].contains(m_text, Qt::CaseInsensitive);
        std::vector<Row> values;
        int hidden = 0;
        std::int64_t told = 0; // of those that there are here
        for (int j = 0; j < static_cast<int>(facet.values.size()); ++j) {
            const FacetValue& value = facet.values[static_cast<std::size_t>(j)];
            if (!isNamed && !value.value.contains(m_text, Qt::CaseInsensitive))
                continue;
            if (isAll || j < kListed) {
                values.push_back({Is::Value, i, j});
                told += value.here > 0 && !value.value.isEmpty() ? 1 : 0;
            } else {
                ++hidden;
            }
        }
        if (!m_text.isEmpty() && values.empty())
            continue;
        rows.push_back({Is::Heading, i, 0});
        if (m_folded.contains(m_fields[i]) && m_text.isEmpty())
            continue;
        rows.insert(rows.end(), values.begin(), values.end());
        // The rarest are counted only.
        if (m_text.isEmpty())
            hidden = std::max(hidden, static_cast<int>(facet.distinct - told));
        if (hidden > 0)
            rows.push_back({Is::More, i, hidden});
    }
    // While figures grow the rows mostly stay: a list that is reset loses its place.
    if (rows.size() == m_rows.size()) {
        m_rows = std::move(rows);
        if (!m_rows.empty())
            Q_EMIT dataChanged(index(0), index(rowCount() - 1));
        return;
    }
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

FacetModel::Is FacetModel::whatIs(int row) const
{
    return row >= 0 && row < rowCount() ? m_rows[static_cast<std::size_t>(row)].is : Is::Heading;
}

const FacetValue* FacetModel::valueAt(int row) const
{
    if (row < 0 || row >= rowCount() || whatIs(row) != Is::Value)
        return nullptr;
    const Row& at = m_rows[static_cast<std::size_t>(row)];
    return &m_facets[static_cast<std::size_t>(at.facet)].values[static_cast<std::size_t>(at.value)];
}

QString FacetModel::fieldAt(int row) const
{
    return row >= 0 && row < rowCount() ? m_fields[m_rows[static_cast<std::size_t>(row)].facet]
                                        : QString();
}

int FacetModel::rowOf(const QString& field, const QString& value) const
{
    for (int row = 0; row < rowCount(); ++row) {
        const FacetValue* at = valueAt(row);
        if (at != nullptr && at->value == value && fieldAt(row) == field)
            return row;
    }
    return -1;
}

int FacetModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

Qt::ItemFlags FacetModel::flags(const QModelIndex& index) const
{
    return index.isValid() ? Qt::ItemIsEnabled | Qt::ItemIsSelectable : Qt::NoItemFlags;
}

QString FacetModel::sentence(const Row& row) const
{
    const Facet& facet = m_facets[static_cast<std::size_t>(row.facet)];
    const QString field = facetTitle(m_fields[row.facet]);
    switch (row.is) {
    case Is::Heading:
        return tr("%1: %2 values").arg(field, numberText(facet.distinct));
    case Is::More:
        return tr("%1: %2 more values").arg(field, numberText(row.value));
    case Is::Value:
        break;
    }
    const FacetValue& value = facet.values[static_cast<std::size_t>(row.value)];
    const QString name = value.value.isEmpty() ? tr("none") : value.value;
    QString text = tr("%1 %2: %3 messages, %4")
                       .arg(field, name, numberText(value.here), facetShare(value.shareHere));
    if (m_hasOthers)
        text += tr("; %1 elsewhere, %2").arg(facetShare(value.shareOthers), facetLift(value));
    return text;
}

QVariant FacetModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    const Facet& facet = m_facets[static_cast<std::size_t>(row.facet)];
    const FacetValue* value = valueAt(index.row());
    switch (role) {
    case IsRole:
        return static_cast<int>(row.is);
    case FieldRole:
        return m_fields[row.facet];
    case Qt::DisplayRole:
        if (row.is == Is::Heading)
            return facetTitle(m_fields[row.facet]);
        if (row.is == Is::More)
            return (m_whole.contains(m_fields[row.facet]) ? tr("%1 rarer ones are not listed")
                                                          : tr("%1 more"))
                .arg(numberText(row.value));
        return value->value.isEmpty() ? tr("(none)") : value->value;
    case CountRole:
        if (row.is == Is::Heading)
            return facet.distinct == 0
                       ? QString()
                       : numberText(facet.distinct) + (facet.hasMore ? u"+"_s : QString());
        return value == nullptr ? QString()
                                : (m_isAbout ? u"≈"_s : QString()) + numberText(value->here);
    case LiftRole:
        return value == nullptr || !m_hasOthers ? QString() : facetLift(*value);
    case LiftNumberRole:
        return value == nullptr || !m_hasOthers ? 1.0 : value->lift();
    case ShareRole:
        return value == nullptr ? 0.0 : value->shareHere;
    case OtherShareRole:
        return value == nullptr || !m_hasOthers ? -1.0 : value->shareOthers;
    case ConditionRole:
        return value == nullptr ? QString() : value->condition;
    case IsWholeRole:
        return m_whole.contains(m_fields[row.facet]);
    case IsFoldedRole:
        return m_folded.contains(m_fields[row.facet]) && m_text.isEmpty();
    case IsChosenRole:
        return value != nullptr && m_chosen.contains(value->condition);
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
        return sentence(row);
    default:
        return {};
    }
}

} // namespace murmur
