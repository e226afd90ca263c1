// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/topicmodel.h"

#include "base/time.h"
#include "views/base/numbers.h"
#include "views/base/theme.h"
#include "views/connect/sparkdelegate.h"

#include <QFontMetrics>
#include <QLocale>
#include <QSize>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// "agents." of "agents.p1.say"; empty when there is no separator.
QString headOf(const QString& topic)
{
    for (qsizetype i = 1; i + 1 < topic.size(); ++i) {
        if (topic[i] == u'.' || topic[i] == u'/' || topic[i] == u':')
            return topic.left(i + 1);
    }
    return {};
}

bool isSameShape(const std::vector<SurveyedTopic>& a, const std::vector<SurveyedTopic>& b)
{
    return std::ranges::equal(a, b, [](const SurveyedTopic& x, const SurveyedTopic& y) {
        return x.topic == y.topic && x.item == y.item;
    });
}

QList<double> sparkOf(const SurveyedTopic& topic)
{
    return {topic.slices.begin(), topic.slices.end()};
}

} // namespace

TopicModel::TopicModel(QObject* parent)
    : QAbstractItemModel(parent)
{
}

void TopicModel::setTopics(std::vector<SurveyedTopic> topics)
{
    if (isSameShape(m_topics, topics)) {
        m_topics = std::move(topics);
        if (m_tops.empty())
            return;
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
        for (int row = 0; row < rowCount(); ++row) {
            const QModelIndex top = index(row, 0);
            if (const int count = rowCount(top); count > 0)
                Q_EMIT dataChanged(index(0, 0, top), index(count - 1, ColumnCount - 1, top));
        }
        Q_EMIT choiceChanged();
        return;
    }
    beginResetModel();
    m_topics = std::move(topics);
    arrange();
    endResetModel();
    Q_EMIT choiceChanged();
}

void TopicModel::arrange()
{
    m_tops.clear();
    std::map<std::pair<QString, QString>, std::vector<int>> byHead;
    for (int row = 0; row < static_cast<int>(m_topics.size()); ++row) {
        const SurveyedTopic& topic = m_topics[static_cast<std::size_t>(row)];
        byHead[{headOf(topic.topic), topic.item}].push_back(row);
    }
    for (auto& [head, rows] : byHead) {
        if (head.first.isEmpty() || rows.size() == 1) {
            for (const int row : rows)
                m_tops.push_back({{}, {row}});
        } else {
            m_tops.push_back({head.first, std::move(rows)});
        }
    }
    std::ranges::sort(m_tops, {}, [](const Top& top) { return top.rows.front(); });
}

std::vector<TopicWish> TopicModel::wishes() const
{
    std::vector<TopicWish> all;
    all.reserve(m_topics.size());
    for (std::size_t i = 0; i < m_topics.size(); ++i)
        all.push_back({m_topics[i].topic, m_topics[i].item, isChosen(static_cast<int>(i))});
    return all;
}

bool TopicModel::isChosen(int row) const
{
    const SurveyedTopic& topic = m_topics[static_cast<std::size_t>(row)];
    const auto said = m_said.find({topic.item, topic.topic});
    if (said != m_said.end())
        return said->second;
    // Streams of NATS keep what is said on subjects, which would be heard twice.
    const bool isCopy = topic.item == "stream"_L1 && topic.detail.startsWith("stream of "_L1);
    const bool isUnheard = topic.isBinary && !topic.size;
    return !topic.isOwn && !isCopy && !isUnheard && !isLargeBinary(topic);
}

bool TopicModel::isGroup(const QModelIndex& index) const
{
    return index.internalId() == 0 && !m_tops[static_cast<std::size_t>(index.row())].name.isEmpty();
}

const std::vector<int>& TopicModel::rowsOf(const QModelIndex& index, std::vector<int>& one) const
{
    if (index.internalId() == 0)
        return m_tops[static_cast<std::size_t>(index.row())].rows;
    one = {m_tops[index.internalId() - 1].rows[static_cast<std::size_t>(index.row())]};
    return one;
}

void TopicModel::choose(const QModelIndex& index, bool isChosen)
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return;
    std::vector<int> one;
    for (const int row : rowsOf(index, one)) {
        const SurveyedTopic& topic = m_topics[static_cast<std::size_t>(row)];
        m_said[{topic.item, topic.topic}] = isChosen;
    }
    const QModelIndex first = index.siblingAtColumn(0);
    Q_EMIT dataChanged(first, first, {Qt::CheckStateRole});
    if (const QModelIndex above = first.parent(); above.isValid())
        Q_EMIT dataChanged(above, above, {Qt::CheckStateRole});
    if (const int below = rowCount(first); below > 0)
        Q_EMIT dataChanged(this->index(0, 0, first), this->index(below - 1, 0, first),
                           {Qt::CheckStateRole});
    Q_EMIT choiceChanged();
}

TopicModel::Sum TopicModel::sum(bool onlyChosen) const
{
    Sum sum;
    for (std::size_t i = 0; i < m_topics.size(); ++i) {
        if (onlyChosen && !isChosen(static_cast<int>(i)))
            continue;
        ++sum.topics;
        sum.perSecond += m_topics[i].perSecond.value_or(0);
        sum.bytesPerSecond += m_topics[i].bytesPerSecond.value_or(0);
        sum.isLeast = sum.isLeast || !m_topics[i].perSecond;
    }
    return sum;
}

QModelIndex TopicModel::index(int row, int column, const QModelIndex& parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column,
                       parent.isValid() ? static_cast<quintptr>(parent.row()) + 1 : quintptr(0));
}

QModelIndex TopicModel::parent(const QModelIndex& index) const
{
    if (!index.isValid() || index.internalId() == 0)
        return {};
    return createIndex(static_cast<int>(index.internalId() - 1), 0, quintptr(0));
}

int TopicModel::rowCount(const QModelIndex& parent) const
{
    if (!parent.isValid())
        return static_cast<int>(m_tops.size());
    if (parent.column() != 0 || !isGroup(parent))
        return 0;
    return static_cast<int>(m_tops[static_cast<std::size_t>(parent.row())].rows.size());
}

int TopicModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() && !isGroup(parent) ? 0 : ColumnCount;
}

/// A group as if it were one topic.
SurveyedTopic TopicModel::totalOf(const std::vector<int>& rows) const
{
    SurveyedTopic total;
    total.members = 0;
    total.isExact = true;
    std::int64_t sizes = 0;
    int sized = 0;
    for (const int row : rows) {
        const SurveyedTopic& topic = m_topics[static_cast<std::size_t>(row)];
        total.members += topic.members;
        total.item = topic.item;
        total.isExact = total.isExact && topic.isExact;
        total.isBinary = total.isBinary || topic.isBinary;
        if (topic.perSecond)
            total.perSecond = total.perSecond.value_or(0) + *topic.perSecond;
        if (topic.bytesPerSecond)
            total.bytesPerSecond = total.bytesPerSecond.value_or(0) + *topic.bytesPerSecond;
        if (topic.size) {
            sizes += *topic.size;
            ++sized;
        }
        total.retained += topic.retained;
        if (total.slices.size() < topic.slices.size())
            total.slices.resize(topic.slices.size());
        for (std::size_t i = 0; i < topic.slices.size(); ++i)
            total.slices[i] += topic.slices[i];
    }
    if (total.perSecond.value_or(0) > 0 && total.bytesPerSecond)
        total.size = std::llround(*total.bytesPerSecond / *total.perSecond);
    else if (sized > 0)
        total.size = sizes / sized;
    return total;
}

QString TopicModel::textOf(const SurveyedTopic& topic, int column) const
{
    switch (column) {
    case Rate:
        if (!topic.perSecond)
            return u"–"_s;
        return *topic.perSecond > 0 && *topic.perSecond < 10
                   ? QLocale().toString(*topic.perSecond, 'f', 1)
                   : numberText(std::llround(*topic.perSecond));
    case Bandwidth:
        return topic.bytesPerSecond ? tr("%1/s").arg(bytesText(std::llround(*topic.bytesPerSecond)))
                                    : u"–"_s;
    case Size:
        return topic.size ? bytesText(*topic.size) : u"–"_s;
    case Form:
        return !topic.size && !topic.isBinary ? u"–"_s : topic.isBinary ? tr("binary") : tr("text");
    case Note: {
        QStringList words;
        if (topic.members > 1)
            words << tr("%1 topics").arg(numberText(topic.members));
        if (!topic.detail.isEmpty())
            words << topic.detail;
        else if (topic.item == "stream"_L1)
            words << tr("stream");
        if (topic.retained > 0)
            words << tr("%1 retained").arg(numberText(topic.retained));
        if (topic.stored)
            words << tr("%1 stored").arg(numberText(*topic.stored));
        return words.join(u", "_s);
    }
    default:
        return {};
    }
}

QVariant TopicModel::sortedBy(const SurveyedTopic& topic, int column)
{
    switch (column) {
    case Rate:
    case Traffic:
        return topic.perSecond.value_or(-1);
    case Bandwidth:
        return topic.bytesPerSecond.value_or(-1);
    case Size:
        return static_cast<qlonglong>(topic.size.value_or(-1));
    case Form:
        return topic.isBinary;
    default:
        return {};
    }
}

QVariant TopicModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    std::vector<int> one;
    const std::vector<int>& rows = rowsOf(index, one);
    const bool isTotal = isGroup(index);
    const int column = index.column();
    if (role == Qt::CheckStateRole && column == Topic) {
        const auto chosen = std::ranges::count_if(rows, [this](int row) { return isChosen(row); });
        return chosen == 0                                          ? Qt::Unchecked
               : chosen == static_cast<std::ptrdiff_t>(rows.size()) ? Qt::Checked
                                                                    : Qt::PartiallyChecked;
    }
    if (role == Qt::TextAlignmentRole)
        return QVariant(Qt::AlignVCenter |
                        (column >= Rate && column <= Size ? Qt::AlignRight : Qt::AlignLeft));
    if (role == Qt::SizeHintRole) {
        const QFontMetrics metrics(Theme::current().numberFont(9.5));
        return QSize(40, std::max(Theme::current().tableRow, metrics.height()) + 3);
    }
    if (role == Qt::FontRole)
        return column <= Size ? Theme::current().numberFont(9.5)
                              : Theme::current().interfaceFont(9);
    if (role == Qt::ForegroundRole && column != Topic)
        return Theme::current().secondary;
    const SurveyedTopic topic =
        isTotal ? totalOf(rows) : m_topics[static_cast<std::size_t>(rows.front())];
    const QString name =
        isTotal ? m_tops[static_cast<std::size_t>(index.row())].name + u'*' : topic.topic;
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        if (column == Topic)
            return name.isEmpty() ? tr("(no topic)") : name;
        return textOf(topic, column);
    case kTextRole:
        return name;
    case kSortRole:
        return column == Topic || column == Note ? QVariant(name) : sortedBy(topic, column);
    case SparkDelegate::kRole:
        return column == Traffic ? QVariant::fromValue(sparkOf(topic)) : QVariant();
    case Qt::ToolTipRole:
        if (column == Topic && !topic.sample.isEmpty())
            return topic.isBinary ? QString::fromLatin1(topic.sample.left(32).toHex(' '))
                                  : QString::fromUtf8(topic.sample);
        if (column == Rate && topic.perSecond)
            return topic.isExact ? tr("Counted by the bus") : tr("Heard while listening");
        return textOf(topic, column);
    default:
        return {};
    }
}

bool TopicModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (role != Qt::CheckStateRole || index.column() != Topic)
        return false;
    choose(index, value.toInt() != Qt::Unchecked);
    return true;
}

QVariant TopicModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant(Qt::AlignVCenter |
                        (section >= Rate && section <= Size ? Qt::AlignRight : Qt::AlignLeft));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Topic:
        return tr("Topic");
    case Rate:
        return tr("Messages/s");
    case Bandwidth:
        return tr("Bandwidth");
    case Size:
        return tr("Mean size");
    case Traffic:
        return tr("Traffic");
    case Form:
        return tr("Form");
    case Note:
        return tr("Note");
    default:
        return {};
    }
}

Qt::ItemFlags TopicModel::flags(const QModelIndex& index) const
{
    if (!index.isValid())
        return {};
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    if (index.column() == Topic)
        flags |= Qt::ItemIsUserCheckable;
    return flags;
}

} // namespace murmur
