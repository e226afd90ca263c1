// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/jsonmodel.h"

#include "views/base/theme.h"

using namespace Qt::StringLiterals;

namespace murmur {

namespace {
constexpr qsizetype kLongestCell = 2'000; // longer texts are shown whole in the Raw tab
}

JsonModel::JsonModel(QObject* parent)
    : QAbstractItemModel(parent)
{
}

void JsonModel::show(std::shared_ptr<const JsonIndex> json)
{
    beginResetModel();
    m_json = std::move(json);
    arrange();
    endResetModel();
}

void JsonModel::setSearch(const QString& text)
{
    if (text == m_search)
        return;
    beginResetModel();
    m_search = text;
    arrange();
    endResetModel();
}

bool JsonModel::contains(std::uint32_t node) const
{
    const JsonNode& item = m_json->nodes()[node];
    const bool isLeaf = item.type != JsonNode::Type::Object && item.type != JsonNode::Type::Array;
    return m_json->key(node).contains(m_search, Qt::CaseInsensitive) ||
           (isLeaf && m_json->value(node).contains(m_search, Qt::CaseInsensitive));
}

/// Counts the shown children of each node, then lists them: two passes over the nodes, whatever
/// their number. Parents stand before their children, so one pass backwards carries matches up and
/// one forwards carries them down.
void JsonModel::arrange()
{
    m_first.clear();
    m_children.clear();
    m_row.clear();
    m_isMatch.clear();
    m_matches = 0;
    if (!m_json)
        return;
    const auto& nodes = m_json->nodes();
    std::vector<std::uint8_t> isShown(nodes.size(), 1);
    m_isMatch.assign(nodes.size(), 0);
    if (!m_search.isEmpty()) {
        for (std::uint32_t node = nodes.size() == 1 ? 0 : 1; node < nodes.size(); ++node) {
            m_isMatch[node] = contains(node) ? 1 : 0;
            m_matches += m_isMatch[node];
        }
        std::vector<std::uint8_t> isBelow(nodes.size(), 0);
        for (std::uint32_t node = 1; node < nodes.size(); ++node) {
            const std::uint32_t parent = nodes[node].parent;
            isBelow[node] = parent != 0 && (isBelow[parent] || m_isMatch[parent]);
            isShown[node] = m_isMatch[node] || isBelow[node];
        }
        for (auto node = static_cast<std::uint32_t>(nodes.size()); node-- > 1;) {
            if (isShown[node])
                isShown[nodes[node].parent] = 1;
        }
    }
    m_first.assign(nodes.size() + 1, 0);
    m_row.assign(nodes.size(), 0);
    for (std::uint32_t node = 1; node < nodes.size(); ++node) {
        if (isShown[node])
            m_row[node] = m_first[nodes[node].parent + 1]++;
    }
    for (std::size_t i = 1; i < m_first.size(); ++i)
        m_first[i] += m_first[i - 1];
    m_children.resize(m_first.back());
    for (std::uint32_t node = 1; node < nodes.size(); ++node) {
        if (isShown[node])
            m_children[m_first[nodes[node].parent] + m_row[node]] = node;
    }
}

std::uint32_t JsonModel::nodeOf(const QModelIndex& index) const
{
    return index.isValid() ? static_cast<std::uint32_t>(index.internalId()) : 0;
}

bool JsonModel::isMatch(const QModelIndex& index) const
{
    return index.isValid() && m_isMatch[nodeOf(index)] != 0;
}

/// A text that is a single value has one row for it; the members of an object or array stand at the
/// top level.
QModelIndex JsonModel::index(int row, int column, const QModelIndex& parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    if (!parent.isValid() && m_json->nodes().size() == 1)
        return createIndex(row, column, quintptr(0));
    return createIndex(
        row, column,
        quintptr(m_children[m_first[nodeOf(parent)] + static_cast<std::uint32_t>(row)]));
}

QModelIndex JsonModel::parent(const QModelIndex& index) const
{
    if (!index.isValid() || nodeOf(index) == 0)
        return {};
    const std::uint32_t above = m_json->nodes()[nodeOf(index)].parent;
    return above == 0 ? QModelIndex()
                      : createIndex(static_cast<int>(m_row[above]), 0, quintptr(above));
}

int JsonModel::rowCount(const QModelIndex& parent) const
{
    if (!m_json || parent.column() > 0)
        return 0;
    if (m_json->nodes().size() == 1)
        return parent.isValid() ? 0 : 1;
    const std::uint32_t node = nodeOf(parent);
    return static_cast<int>(m_first[node + 1] - m_first[node]);
}

int JsonModel::columnCount(const QModelIndex&) const
{
    return ColumnCount;
}

QVariant JsonModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || !checkIndex(index))
        return {};
    const std::uint32_t node = nodeOf(index);
    const JsonNode& item = m_json->nodes()[node];
    const bool isContainer =
        item.type == JsonNode::Type::Object || item.type == JsonNode::Type::Array;
    switch (role) {
    case Qt::DisplayRole: {
        if (index.column() == Key)
            return m_json->key(node);
        const QString text = m_json->value(node).left(kLongestCell).simplified();
        return item.type == JsonNode::Type::String ? u'"' + text + u'"' : text;
    }
    case Qt::ToolTipRole:
        return m_json->path(node);
    case Qt::FontRole: {
        QFont font = Theme::current().numberFont(9.5);
        font.setBold(m_isMatch[node] != 0);
        return font;
    }
    case Qt::ForegroundRole:
        if (m_isMatch[node])
            return Theme::current().interaction;
        return index.column() == Key || isContainer ? Theme::current().secondary
                                                    : Theme::current().text;
    default:
        return {};
    }
}

QVariant JsonModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == Key ? tr("key") : tr("value");
}

} // namespace murmur
