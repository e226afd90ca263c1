// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/llm/calllist.h"

#include "llm/transcripttext.h"
#include "views/base/numbers.h"
#include "views/base/theme.h"

#include <QPainter>
#include <QStyledItemDelegate>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QString listText(const std::string& text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

class CallDelegate : public QStyledItemDelegate
{
public:
    explicit CallDelegate(CallList* list)
        : QStyledItemDelegate(list)
        , m_list(list)
    {
    }

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& /*index*/) const override
    {
        return {120, 2 * option.fontMetrics.height() + 18};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override
    {
        const auto* call = static_cast<const TranscriptCall*>(
            index.data(CallModel::CallRole).value<const void*>());
        if (call == nullptr)
            return;
        const Theme& theme = Theme::current();
        const bool isSelected = (option.state & QStyle::State_Selected) != 0;
        painter->fillRect(option.rect, isSelected ? theme.selectionGround : theme.ground);
        if (isSelected)
            painter->fillRect(QRect(option.rect.left(), option.rect.top(), 3, option.rect.height()),
                              theme.interaction);
        const QRect area = option.rect.adjusted(12, 5, -10, -8);
        const QFont small = theme.numberFont(8.5);
        const int line = QFontMetrics(option.font).height();
        const QRect upper(area.left(), area.top(), area.width(), line);
        const QRect lower(area.left(), area.top() + line + 1, area.width(), line);
        const QString agent = call->agent.empty() ? tr("somebody") : listText(call->agent);
        const bool isTrouble = !call->call.error.empty() || call->isOpen;
        const QColor rightColor = !call->call.error.empty() ? theme.bad
                                  : call->isOpen            ? theme.warning
                                                            : theme.text;
        paintPair(painter, upper, agent, option.font, theme.text,
                  isTrouble    ? troubleOf(*call)
                  : call->cost ? costText(*call->cost)
                               : QString(),
                  small, rightColor);
        paintPair(painter, lower, modelOf(*call), small, theme.secondary, tokensOf(*call), small,
                  theme.secondary);
        const double largest = m_list->calls()->largest();
        const double share = largest > 0 ? m_list->calls()->weightOf(*call) / largest : 0;
        const QRect bar(area.left(), option.rect.bottom() - 5, area.width(), 2);
        painter->fillRect(bar, theme.hairline);
        painter->fillRect(QRect(bar.left(), bar.top(), static_cast<int>(bar.width() * share), 2),
                          theme.kinds[static_cast<std::size_t>(Kind::Reply)]);
    }

private:
    static QString modelOf(const TranscriptCall& call)
    {
        return call.call.model.empty() ? CallList::tr("a model") : listText(call.call.model);
    }
    static QString troubleOf(const TranscriptCall& call)
    {
        return call.call.error.empty() ? CallList::tr("▲ no answer yet") : CallList::tr("■ failed");
    }
    static QString tokensOf(const TranscriptCall& call)
    {
        const ModelUsage& usage = call.call.usage;
        if (!usage.in && !usage.out)
            return {};
        return CallList::tr("%1 → %2").arg(usage.in ? numberText(*usage.in) : u"?"_s,
                                           usage.out ? numberText(*usage.out) : u"?"_s);
    }
    /// The left text gives way to the right one.
    static void paintPair(QPainter* painter, const QRect& line, const QString& left,
                          const QFont& leftFont, const QColor& leftColor, const QString& right,
                          const QFont& rightFont, const QColor& rightColor)
    {
        const int taken =
            right.isEmpty() ? 0 : QFontMetrics(rightFont).horizontalAdvance(right) + 10;
        painter->setFont(leftFont);
        painter->setPen(leftColor);
        painter->drawText(line, Qt::AlignVCenter,
                          QFontMetrics(leftFont).elidedText(left, Qt::ElideRight,
                                                            std::max(0, line.width() - taken)));
        painter->setFont(rightFont);
        painter->setPen(rightColor);
        painter->drawText(line, Qt::AlignVCenter | Qt::AlignRight, right);
    }

    CallList* m_list;
};

} // namespace

void CallModel::show(std::shared_ptr<const Transcript> transcript)
{
    beginResetModel();
    m_transcript = std::move(transcript);
    m_largest = 0;
    if (m_transcript) {
        for (const TranscriptCall& call : m_transcript->calls)
            m_largest = std::max(m_largest, weightOf(call));
    }
    endResetModel();
}

double CallModel::weightOf(const TranscriptCall& call) const
{
    if (m_transcript && m_transcript->cost)
        return call.cost.value_or(0);
    return static_cast<double>(call.call.usage.in.value_or(0) + call.call.usage.out.value_or(0));
}

int CallModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || !m_transcript ? 0 : static_cast<int>(m_transcript->calls.size());
}

QVariant CallModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const TranscriptCall& call = m_transcript->calls[static_cast<std::size_t>(index.row())];
    if (role == CallRole)
        return QVariant::fromValue(static_cast<const void*>(&call));
    if (role == Qt::DisplayRole || role == Qt::AccessibleTextRole)
        return u"%1: %2"_s.arg(call.agent.empty() ? tr("somebody") : listText(call.agent),
                               listText(callFacts(call)));
    return {};
}

CallList::CallList(QWidget* parent)
    : QListView(parent)
    , m_model(new CallModel(this))
{
    setModel(m_model);
    setItemDelegate(new CallDelegate(this));
    setFrameShape(QFrame::NoFrame);
    setUniformItemSizes(true);
    setAccessibleName(tr("Calls to models"));
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
}

} // namespace murmur
