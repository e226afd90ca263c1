// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/whylist.h"

#include "views/base/names.h"
#include "views/base/numbers.h"
#include "views/base/theme.h"

#include <QEvent>
#include <QPainter>
#include <QStyledItemDelegate>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kMostEffects = 6;
constexpr int kShownRows = 7;

QString offsetText(nanoseconds offset)
{
    if (offset.count() == 0)
        return u"0"_s;
    return (offset < nanoseconds(0) ? u"−"_s : u"+"_s) + durationText(std::chrono::abs(offset));
}

QString gradeText(Grade grade)
{
    switch (grade) {
    case Grade::Stated:
        return WhyModel::tr("stated");
    case Grade::Carried:
        return WhyModel::tr("carried");
    case Grade::Inferred:
        return WhyModel::tr("inferred");
    }
    return {};
}

Qt::PenStyle strokeOf(Grade grade)
{
    switch (grade) {
    case Grade::Stated:
        return Qt::SolidLine;
    case Grade::Carried:
        return Qt::DashLine;
    case Grade::Inferred:
        return Qt::DotLine;
    }
    return Qt::SolidLine;
}

int rowHeight()
{
    const Theme& theme = Theme::current();
    return std::max(theme.tableRow, QFontMetrics(theme.interfaceFont(9.5)).height() + 5);
}

class WhyDelegate : public QStyledItemDelegate
{
public:
    WhyDelegate(const WhyModel* model, QObject* parent)
        : QStyledItemDelegate(parent)
        , m_model(model)
    {
    }

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override
    {
        return {120, rowHeight()};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override
    {
        const Theme& theme = Theme::current();
        const auto& rows = m_model->rows();
        const auto at = static_cast<std::size_t>(index.row());
        const WhyRow& row = rows[at];
        const QRect box = option.rect;
        if (option.state.testFlag(QStyle::State_MouseOver) && row.seq != 0 &&
            row.relation != WhyRow::Relation::This)
            painter->fillRect(box, theme.selectionGround);
        if (option.state.testFlag(QStyle::State_HasFocus)) {
            painter->setPen(theme.interaction);
            painter->drawRect(box.adjusted(0, 0, -1, -1));
        }

        // The stroke between two lines has the grade of the edge that it stands for: of the cause
        // above, of the effect below.
        const int x = box.left() + theme.gutter + 3;
        const int middle = box.center().y();
        const auto stroke = [&](int from, int to, Grade grade) {
            painter->setPen(QPen(theme.secondary, 1, strokeOf(grade)));
            painter->drawLine(x, from, x, to);
        };
        if (at > 0)
            stroke(box.top(), middle,
                   row.relation == WhyRow::Relation::Effect ? row.grade : rows[at - 1].grade);
        if (at + 1 < rows.size())
            stroke(middle, box.bottom() + 1,
                   rows[at + 1].relation == WhyRow::Relation::Effect ? rows[at + 1].grade
                                                                     : row.grade);
        const bool isThis = row.relation == WhyRow::Relation::This;
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(row.kind == Kind::Error ? theme.bad
                          : isThis                ? theme.interaction
                                                  : theme.text);
        painter->drawEllipse(QPointF(x + 0.5, middle + 0.5), isThis ? 4 : 3, isThis ? 4 : 3);
        painter->restore();

        const QFont words = theme.interfaceFont(9.5);
        const QFont figures = theme.numberFont(9);
        const QFontMetrics wordMetrics(words);
        const QFontMetrics figureMetrics(figures);
        int right = box.right() - 6;
        const auto fromRight = [&](const QString& text, const QFont& font, const QColor& color,
                                   int width) {
            painter->setFont(font);
            painter->setPen(color);
            painter->drawText(QRect(right - width, box.top(), width, box.height()),
                              Qt::AlignRight | Qt::AlignVCenter, text);
            right -= width + 8;
        };
        if (row.relation == WhyRow::Relation::Cause || row.relation == WhyRow::Relation::Effect)
            fromRight(gradeText(row.grade), theme.interfaceFont(9), theme.faint,
                      wordMetrics.horizontalAdvance(u"inferred"_s));
        else
            fromRight({}, words, theme.faint, wordMetrics.horizontalAdvance(u"inferred"_s));
        if (row.relation != WhyRow::Relation::More)
            fromRight(offsetText(row.offset), figures, theme.secondary,
                      figureMetrics.horizontalAdvance(u"−0.00 ms"_s));
        const int left = x + 14;
        const int room = std::max(0, right - left);
        const int whoWidth =
            row.what.isEmpty() ? room : std::min(wordMetrics.horizontalAdvance(row.who) + 2, room);
        painter->setFont(words);
        painter->setPen(row.kind == Kind::Error ? theme.bad : theme.text);
        painter->drawText(QRect(left, box.top(), whoWidth, box.height()), Qt::AlignVCenter,
                          wordMetrics.elidedText(row.who, Qt::ElideMiddle, whoWidth));
        const int whatWidth = room - whoWidth - 10;
        if (whatWidth > 34) {
            painter->setPen(theme.secondary);
            painter->drawText(QRect(right - whatWidth, box.top(), whatWidth, box.height()),
                              Qt::AlignVCenter | Qt::AlignRight,
                              wordMetrics.elidedText(row.what, Qt::ElideRight, whatWidth));
        }
    }

private:
    const WhyModel* m_model;
};

} // namespace

std::vector<WhyRow> whyRows(const MessageDetail& detail,
                            const std::vector<MessageDetail::Cause>& farther,
                            const Dictionaries& names)
{
    std::vector<WhyRow> rows;
    const auto add = [&](WhyRow::Relation relation, const MessageRow& message, Grade grade) {
        WhyRow row;
        row.relation = relation;
        row.seq = message.seq;
        row.time = message.time;
        row.offset = message.time - detail.row.time;
        row.grade = grade;
        row.kind = message.kind;
        const QString to = audienceText(names, message.audience);
        row.who = agentText(names, message.sender);
        if (!to.isEmpty())
            row.who += u" → "_s + to;
        const std::string type = names.typeName(message.type);
        row.what = QString::fromStdString(type.empty() ? names.topicName(message.topic) : type);
        rows.push_back(std::move(row));
    };
    for (const auto& cause : farther)
        add(WhyRow::Relation::Cause, cause.row, cause.grade);
    for (const auto& cause : detail.causes)
        add(WhyRow::Relation::Cause, cause.row, cause.grade);
    add(WhyRow::Relation::This, detail.row, Grade::Stated);
    const std::size_t shown = std::min(detail.effects.size(), kMostEffects);
    for (std::size_t i = 0; i < shown; ++i)
        add(WhyRow::Relation::Effect, detail.effects[i].row, detail.effects[i].grade);
    if (detail.effects.size() > shown) {
        WhyRow more;
        more.relation = WhyRow::Relation::More;
        more.who = WhyModel::tr("and %1 more effects")
                       .arg(numberText(static_cast<std::int64_t>(detail.effects.size() - shown)));
        rows.push_back(more);
    }
    return rows;
}

void WhyModel::setRows(std::vector<WhyRow> rows)
{
    if (rows == m_rows)
        return;
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

int WhyModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant WhyModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || !checkIndex(index) || role != Qt::DisplayRole)
        return {};
    const WhyRow& row = m_rows[static_cast<std::size_t>(index.row())];
    switch (row.relation) {
    case WhyRow::Relation::More:
        return row.who;
    case WhyRow::Relation::This:
        return tr("this message: %1 %2").arg(row.who, row.what);
    case WhyRow::Relation::Cause:
        return tr("cause, %1: %2 %3, %4 before")
            .arg(gradeText(row.grade), row.who, row.what,
                 durationText(std::chrono::abs(row.offset)));
    case WhyRow::Relation::Effect:
        return tr("effect, %1: %2 %3, %4 after")
            .arg(gradeText(row.grade), row.who, row.what,
                 durationText(std::chrono::abs(row.offset)));
    }
    return {};
}

WhyList::WhyList(QWidget* parent)
    : QListView(parent)
    , m_model(new WhyModel(this))
{
    setModel(m_model);
    setItemDelegate(new WhyDelegate(m_model, this));
    setFrameShape(QFrame::NoFrame);
    setSelectionMode(QAbstractItemView::NoSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setUniformItemSizes(true);
    setMouseTracking(true);
    setStyleSheet(u"background: transparent"_s); // it is part of the pane, not a data ground
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Why this message"));
    connect(this, &QListView::clicked, this, &WhyList::pick);
    connect(this, &QListView::activated, this, &WhyList::pick);
}

void WhyList::setRows(std::vector<WhyRow> rows)
{
    m_model->setRows(std::move(rows));
    updateGeometry();
}

QSize WhyList::sizeHint() const
{
    return {200, std::min(kShownRows, m_model->rowCount()) * rowHeight()};
}

void WhyList::pick(const QModelIndex& index)
{
    if (!index.isValid())
        return;
    const WhyRow& row = m_model->rows()[static_cast<std::size_t>(index.row())];
    if (row.seq != 0 && row.relation != WhyRow::Relation::This)
        Q_EMIT messagePicked(row.seq, row.time);
}

void WhyList::changeEvent(QEvent* event)
{
    QListView::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        updateGeometry();
        doItemsLayout();
    }
}

} // namespace murmur
