// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/conversations/conversationmodel.h"

#include "llm/prices.h"
#include "views/base/names.h"
#include "views/base/numbers.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QString nameOf(const Conversation& row)
{
    return QString::fromUtf8(row.name.data(), static_cast<qsizetype>(row.name.size()));
}

QString countText(std::int64_t count)
{
    return count > 0 ? numberText(count) : QString();
}

/// Begins at the left. Times are of one length.
bool isTextColumn(int column)
{
    return column == ConversationModel::NameColumn || column == ConversationModel::OutcomeColumn ||
           column == ConversationModel::StartColumn || column == ConversationModel::StarterColumn;
}

/// What a column is sorted by, as a number.
double weightOf(const Conversation& row, int column)
{
    switch (column) {
    case ConversationModel::OutcomeColumn: {
        static constexpr std::array kOrder{3.0, 0.0, 2.0, 1.0}; // failed and silent first
        return kOrder[static_cast<std::size_t>(row.outcome)];
    }
    case ConversationModel::DurationColumn:
        return static_cast<double>(row.end - row.start);
    case ConversationModel::MessagesColumn:
        return static_cast<double>(row.messages);
    case ConversationModel::AgentsColumn:
        return row.agents;
    case ConversationModel::ErrorsColumn:
        return static_cast<double>(row.errors);
    case ConversationModel::OpenColumn:
        return row.open;
    case ConversationModel::TokensColumn:
        return static_cast<double>(row.tokens());
    case ConversationModel::CostColumn:
        return row.cost;
    default:
        return static_cast<double>(row.start);
    }
}

} // namespace

QString outcomeText(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Completed:
        return ConversationModel::tr("✓ completed");
    case Outcome::Failed:
        return ConversationModel::tr("■ failed");
    case Outcome::Open:
        return ConversationModel::tr("… open");
    case Outcome::Silent:
        break;
    }
    return ConversationModel::tr("▲ silent");
}

ConversationChoice ConversationModel::choose(const ConversationList& list,
                                             const Dictionaries& names, const QString& wanted,
                                             int column, Qt::SortOrder order)
{
    ConversationChoice choice;
    std::vector<bool> starters; // by agent: asked once each
    std::vector<bool> isAsked;
    const auto starterFits = [&](AgentId agent) {
        const std::uint32_t id = murmur::index(agent);
        if (id >= isAsked.size()) {
            isAsked.resize(id + 1);
            starters.resize(id + 1);
        }
        if (!isAsked[id]) {
            isAsked[id] = true;
            starters[id] = agentText(names, agent).contains(wanted, Qt::CaseInsensitive);
        }
        return starters[id];
    };
    for (std::uint32_t i = 0; i < list.rows.size(); ++i) {
        const Conversation& row = list.rows[i];
        if (wanted.isEmpty() || nameOf(row).contains(wanted, Qt::CaseInsensitive) ||
            outcomeText(row.outcome).contains(wanted, Qt::CaseInsensitive) ||
            starterFits(row.starter))
            choice.push_back(i);
    }
    const auto arrange = [&](auto valueOf) {
        if (order == Qt::AscendingOrder)
            std::ranges::stable_sort(choice, {}, valueOf);
        else
            std::ranges::stable_sort(choice, std::greater{}, valueOf);
    };
    if (column == NameColumn)
        arrange([&](std::uint32_t at) { return list.rows[at].name; });
    else if (column == StarterColumn)
        arrange([&](std::uint32_t at) { return names.agentName(list.rows[at].starter); });
    else
        arrange([&](std::uint32_t at) { return weightOf(list.rows[at], column); });
    return choice;
}

void ConversationModel::update(std::shared_ptr<const ConversationList> list,
                               std::shared_ptr<const Dictionaries> names, ConversationChoice choice)
{
    const int before = rowCount();
    const int after = static_cast<int>(choice.size());
    if (after < before) {
        beginRemoveRows({}, after, before - 1);
        m_choice.resize(choice.size());
        endRemoveRows();
    }
    m_list = std::move(list);
    m_names = std::move(names);
    const int stay = std::min(before, after);
    m_choice.assign(choice.begin(), choice.begin() + stay);
    if (stay > 0)
        Q_EMIT dataChanged(index(0, 0), index(stay - 1, ColumnCount - 1));
    if (after > before) {
        beginInsertRows({}, before, after - 1);
        m_choice = std::move(choice);
        endInsertRows();
    }
}

void ConversationModel::clear()
{
    beginResetModel();
    m_list.reset();
    m_names.reset();
    m_choice.clear();
    endResetModel();
}

const Conversation* ConversationModel::conversation(int row) const
{
    return row >= 0 && row < rowCount() ? &m_list->rows[m_choice[static_cast<std::size_t>(row)]]
                                        : nullptr;
}

int ConversationModel::rowOf(std::uint32_t id) const
{
    const auto found =
        std::ranges::find_if(m_choice, [&](std::uint32_t at) { return m_list->rows[at].id == id; });
    return found != m_choice.end() ? static_cast<int>(found - m_choice.begin()) : -1;
}

int ConversationModel::rowNamed(const QString& name) const
{
    const std::string wanted = name.toStdString();
    const auto found = std::ranges::find_if(
        m_choice, [&](std::uint32_t at) { return m_list->rows[at].name == wanted; });
    return found != m_choice.end() ? static_cast<int>(found - m_choice.begin()) : -1;
}

QString ConversationModel::text(int row, int column) const
{
    const Conversation* one = conversation(row);
    if (one == nullptr)
        return {};
    switch (column) {
    case NameColumn:
        return nameOf(*one);
    case OutcomeColumn:
        return outcomeText(one->outcome);
    case StartColumn:
        return shownClock(fromNs(one->start));
    case DurationColumn:
        return durationText(one->duration());
    case MessagesColumn:
        return numberText(one->messages);
    case AgentsColumn:
        return numberText(one->agents);
    case ErrorsColumn:
        return countText(one->errors);
    case OpenColumn:
        return countText(one->open);
    case TokensColumn:
        return countText(one->tokens());
    case CostColumn:
        return one->cost >= 0 ? costText(one->cost) : QString();
    case StarterColumn:
        return agentText(*m_names, one->starter);
    default:
        return {};
    }
}

int ConversationModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_choice.size());
}

int ConversationModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ConversationModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Conversation& row = *conversation(index.row());
    const Theme& theme = Theme::current();
    const bool isText = isTextColumn(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return text(index.row(), index.column());
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (isText ? Qt::AlignLeft : Qt::AlignRight));
    case Qt::FontRole:
        return isText && index.column() != StartColumn ? theme.interfaceFont(9.5)
                                                       : theme.numberFont();
    case Qt::ForegroundRole:
        if (index.column() == OutcomeColumn)
            return row.outcome == Outcome::Failed      ? theme.bad
                   : row.outcome == Outcome::Silent    ? theme.warning
                   : row.outcome == Outcome::Completed ? theme.good
                                                       : theme.secondary;
        if (index.column() == ErrorsColumn)
            return theme.bad;
        if (index.column() == OpenColumn)
            return theme.warning;
        return index.column() == NameColumn || index.column() == DurationColumn ? theme.text
                                                                                : theme.secondary;
    case Qt::ToolTipRole:
        return tr("%1: %2 in %3, %4 agents")
            .arg(nameOf(row),
                 row.messages == 1 ? tr("1 message")
                                   : tr("%1 messages").arg(numberText(row.messages)),
                 durationText(row.duration()), numberText(row.agents));
    case OutcomeRole:
        return static_cast<int>(row.outcome);
    default:
        return {};
    }
}

QVariant ConversationModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    const bool isText = isTextColumn(section);
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (isText ? Qt::AlignLeft : Qt::AlignRight));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn:
        return tr("Conversation");
    case OutcomeColumn:
        return tr("Outcome");
    case StartColumn:
        return tr("Start");
    case DurationColumn:
        return tr("Duration");
    case MessagesColumn:
        return tr("Messages");
    case AgentsColumn:
        return tr("Agents");
    case ErrorsColumn:
        return tr("Errors");
    case OpenColumn:
        return tr("Open");
    case TokensColumn:
        return tr("Tokens");
    case CostColumn:
        return tr("Cost");
    case StarterColumn:
        return tr("Started by");
    default:
        return {};
    }
}

} // namespace murmur
