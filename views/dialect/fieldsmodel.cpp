// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/dialect/fieldsmodel.h"

#include "views/base/theme.h"

#include <QStringList>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

using Place = FieldSource::From;

QString fieldsText(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

} // namespace

FieldsModel::FieldsModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

std::vector<FieldsModel::Row> FieldsModel::rowsOf(const UserDialect& dialect)
{
    std::vector<Row> rows;
    for (std::size_t i = 0; i < kDialectFieldCount; ++i) {
        for (const FieldSource& source : dialect.fields[i])
            rows.push_back({static_cast<DialectField>(i), source});
    }
    return rows;
}

void FieldsModel::setDialect(const UserDialect& dialect)
{
    std::vector<Row> rows = rowsOf(dialect);
    if (rows == m_rows)
        return;
    if (rows.size() == m_rows.size()) {
        m_rows = std::move(rows);
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
        return;
    }
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

void FieldsModel::writeTo(UserDialect& dialect) const
{
    for (auto& places : dialect.fields)
        places.clear();
    for (const Row& row : m_rows)
        dialect[row.field].push_back(row.source);
}

int FieldsModel::add(DialectField field, FieldSource source)
{
    const auto place = std::ranges::upper_bound(m_rows, field, {}, &Row::field);
    const auto row = static_cast<int>(place - m_rows.begin());
    beginInsertRows({}, row, row);
    m_rows.insert(place, {field, std::move(source)});
    endInsertRows();
    Q_EMIT edited();
    return row;
}

void FieldsModel::remove(int row)
{
    if (row < 0 || row >= rowCount())
        return;
    beginRemoveRows({}, row, row);
    m_rows.erase(m_rows.begin() + row);
    endRemoveRows();
    Q_EMIT edited();
}

int FieldsModel::move(int row, int by)
{
    const int to = row + by;
    if (row < 0 || row >= rowCount() || to < 0 || to >= rowCount() || field(row) != field(to))
        return row;
    beginMoveRows({}, row, row, {}, by > 0 ? to + 1 : to);
    std::swap(m_rows[static_cast<std::size_t>(row)], m_rows[static_cast<std::size_t>(to)]);
    endMoveRows();
    Q_EMIT edited();
    return to;
}

/// The place goes behind those that the field has.
bool FieldsModel::setField(int row, DialectField field)
{
    const auto others =
        std::ranges::count_if(m_rows, [field](const Row& other) { return other.field <= field; });
    // Its own row counts when it stood before that.
    const bool isBefore = m_rows[static_cast<std::size_t>(row)].field <= field;
    const int to = static_cast<int>(others) - (isBefore ? 1 : 0);
    const bool moves = to != row;
    if (moves)
        beginMoveRows({}, row, row, {}, to > row ? to + 1 : to);
    Row moved = std::move(m_rows[static_cast<std::size_t>(row)]);
    moved.field = field;
    m_rows.erase(m_rows.begin() + row);
    m_rows.insert(m_rows.begin() + to, std::move(moved));
    if (moves)
        endMoveRows();
    Q_EMIT dataChanged(index(to, 0), index(to, ColumnCount - 1));
    Q_EMIT edited();
    return true;
}

FieldSource FieldsModel::proposed(DialectField field, FieldSource::From from)
{
    FieldSource source;
    source.from = from;
    switch (from) {
    case Place::Path:
        source.what = std::string(dialectFieldName(field));
        break;
    case Place::Header:
        source.what = "x-" + std::string(dialectFieldName(field));
        break;
    case Place::Topic:
        source.what = "*/{part}/**";
        source.take = "part";
        break;
    case Place::Segment:
        source.what = "1";
        break;
    case Place::Raw:
        source.match = "(\\w+)";
        break;
    case Place::Text:
        source.what = std::string(dialectFieldName(field));
        break;
    case Place::Connection:
    case Place::Peer:
        break;
    }
    return source;
}

QString FieldsModel::fromText(FieldSource::From from)
{
    switch (from) {
    case Place::Path:
        return tr("JSON path");
    case Place::Header:
        return tr("header");
    case Place::Topic:
        return tr("topic");
    case Place::Segment:
        return tr("topic segment");
    case Place::Connection:
        return tr("connection");
    case Place::Peer:
        return tr("socket or login");
    case Place::Raw:
        return tr("text of the message");
    case Place::Text:
        return tr("always this");
    }
    return {};
}

std::vector<FieldSource::From> FieldsModel::fromsFor(DialectField field)
{
    if (field == DialectField::Payload || field == DialectField::State)
        return {Place::Path};
    return {Place::Path,       Place::Header, Place::Topic, Place::Segment,
            Place::Connection, Place::Peer,   Place::Raw,   Place::Text};
}

QString FieldsModel::meansText(const FieldSource& source)
{
    QStringList parts;
    for (const auto& [value, meaning] : source.map)
        parts << fieldsText(value) + u" = "_s + fieldsText(meaning);
    return parts.join(u"; "_s);
}

std::vector<std::pair<std::string, std::string>> FieldsModel::meansFromText(const QString& text)
{
    std::vector<std::pair<std::string, std::string>> map;
    for (const QString& part : text.split(u';', Qt::SkipEmptyParts)) {
        const QString value = part.section(u'=', 0, 0).trimmed();
        const QString meaning = part.section(u'=', 1).trimmed();
        const bool isThere = std::ranges::any_of(
            map, [&value](const auto& one) { return one.first == value.toStdString(); });
        if (!value.isEmpty() && !meaning.isEmpty() && !isThere)
            map.emplace_back(value.toStdString(), meaning.toStdString());
    }
    return map;
}

int FieldsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int FieldsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

/// Whether a column says something of such a place.
bool FieldsModel::isUsed(const Row& row, int column) const
{
    const bool isWhole = row.field == DialectField::Payload || row.field == DialectField::State;
    switch (column) {
    case What:
        return row.source.from != Place::Connection && row.source.from != Place::Peer &&
               row.source.from != Place::Raw;
    case Take:
        return row.source.from == Place::Topic;
    case Match:
    case Means:
        return !isWhole;
    case Split:
        return row.field == DialectField::Receivers || row.field == DialectField::Parents;
    default:
        return true;
    }
}

QString FieldsModel::textOf(const Row& row, int column) const
{
    switch (column) {
    case FieldColumn:
        return fieldsText(dialectFieldName(row.field));
    case From:
        return fromText(row.source.from);
    case What:
        return fieldsText(row.source.what);
    case Take:
        return fieldsText(row.source.take);
    case Match:
        return fieldsText(row.source.match);
    case Split:
        return fieldsText(row.source.split);
    case Means:
        return meansText(row.source);
    default:
        return {};
    }
}

QVariant FieldsModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    const bool isText = index.column() != FieldColumn && index.column() != From;
    switch (role) {
    case Qt::DisplayRole:
        return isUsed(row, index.column()) ? textOf(row, index.column()) : QString();
    case Qt::EditRole:
        if (index.column() == FieldColumn)
            return static_cast<int>(row.field);
        if (index.column() == From)
            return static_cast<int>(row.source.from);
        return textOf(row, index.column());
    case Qt::ToolTipRole:
        return fieldsText(dialectFieldName(row.field)) + u" ← "_s + row.source.described();
    case Qt::FontRole:
        return isText ? QVariant(Theme::current().numberFont(9)) : QVariant();
    default:
        return {};
    }
}

bool FieldsModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (role != Qt::EditRole || !checkIndex(index, CheckIndexOption::IndexIsValid))
        return false;
    Row row = m_rows[static_cast<std::size_t>(index.row())];
    const std::string text = value.toString().trimmed().toStdString();
    switch (index.column()) {
    case FieldColumn: {
        const auto field = static_cast<DialectField>(value.toInt());
        return field != row.field && setField(index.row(), field);
    }
    case From: {
        const auto from = static_cast<Place>(value.toInt());
        if (from == row.source.from)
            return false;
        row.source = proposed(row.field, from);
        break;
    }
    case What:
        row.source.what = text;
        break;
    case Take:
        row.source.take = text;
        break;
    case Match:
        row.source.match = text;
        break;
    case Split:
        row.source.split = value.toString().toStdString();
        break;
    case Means:
        row.source.map = meansFromText(value.toString());
        break;
    default:
        return false;
    }
    if (row == m_rows[static_cast<std::size_t>(index.row())])
        return false;
    m_rows[static_cast<std::size_t>(index.row())] = std::move(row);
    Q_EMIT dataChanged(this->index(index.row(), 0), this->index(index.row(), ColumnCount - 1));
    Q_EMIT edited();
    return true;
}

Qt::ItemFlags FieldsModel::flags(const QModelIndex& index) const
{
    if (!index.isValid() || !checkIndex(index))
        return Qt::NoItemFlags;
    const Qt::ItemFlags usual = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    return isUsed(m_rows[static_cast<std::size_t>(index.row())], index.column())
               ? usual | Qt::ItemIsEditable
               : usual;
}

QVariant FieldsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    struct Head
    {
        QString title;
        QString meaning;
    };
    const auto head = [section]() -> Head {
        switch (section) {
        case FieldColumn:
            return {tr("Field"), tr("What is learnt of a message")};
        case From:
            return {tr("Is read from"), tr("The places of a field are tried in their order")};
        case What:
            return {tr("Place"), tr("payload.agent, the name of a header, robots/{agent}/{kind}, a "
                                    "number of a part of the topic, or a text")};
        case Take:
            return {tr("Part"), tr("Which {part} of the topic")};
        case Match:
            return {tr("Matching"), tr("A regular expression: its first group, or all of it")};
        case Split:
            return {tr("Split"), tr("What stands between several receivers or causes")};
        case Means:
            return {tr("Meaning"), tr("What values mean: do = command; ask = request")};
        default:
            return {};
        }
    }();
    if (role == Qt::DisplayRole)
        return head.title;
    return role == Qt::ToolTipRole ? QVariant(head.meaning) : QVariant();
}

} // namespace murmur
