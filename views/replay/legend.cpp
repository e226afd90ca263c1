// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/replay/legend.h"

#include "views/base/theme.h"

#include <QKeyEvent>
#include <QPainter>

#include <array>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kRow = 22;
constexpr int kSign = 34;
constexpr int kWidth = 270;

enum class Extra { None, Ours, Hollow, Call, LateCall, Wait, Density, Silence, Gap, Playhead };

struct Row
{
    Kind kind = Kind::Event;
    Extra extra = Extra::None;
    QString word;
    QString meaning;
};

std::vector<Row> rows()
{
    const auto kind = [](Kind which, const QString& meaning) {
        const std::string_view name = kindName(which);
        return Row{which, Extra::None,
                   QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size())), meaning};
    };
    const auto extra = [](Extra which, const QString& word, const QString& meaning) {
        return Row{Kind::Event, which, word, meaning};
    };
    return {
        kind(Kind::Request, Legend::tr("asks and waits")),
        kind(Kind::Reply, Legend::tr("answers a request")),
        kind(Kind::Command, Legend::tr("tells, no answer expected")),
        kind(Kind::State, Legend::tr("says how things stand")),
        kind(Kind::Event, Legend::tr("says what happened")),
        kind(Kind::Chunk, Legend::tr("a piece of a stream")),
        kind(Kind::Heartbeat, Legend::tr("says: I am alive")),
        kind(Kind::Error, Legend::tr("something failed")),
        kind(Kind::Control, Legend::tr("between bus and client")),
        kind(Kind::Marker, Legend::tr("put in by a person")),
        extra(Extra::Ours, Legend::tr("in a frame"), Legend::tr("sent or replayed by us")),
        extra(Extra::Hollow, Legend::tr("hollow"), Legend::tr("its content left out by choice")),
        extra(Extra::Call, Legend::tr("call"), Legend::tr("request to reply, on who replies")),
        extra(Extra::LateCall, Legend::tr("slow call"), Legend::tr("longer than the SLO")),
        extra(Extra::Wait, Legend::tr("waits"), Legend::tr("for an answer, on who asked")),
        extra(Extra::Density, Legend::tr("density"), Legend::tr("too many to draw one by one")),
        extra(Extra::Silence, Legend::tr("silence"), Legend::tr("the agent stopped talking")),
        extra(Extra::Gap, Legend::tr("gap"), Legend::tr("lost by us, not by the agents")),
        extra(Extra::Playhead, Legend::tr("playhead"), Legend::tr("the moment all panes show")),
    };
}

void paintSign(QPainter& painter, const Row& row, QRectF room, const Theme& theme)
{
    const QColor request = theme.kinds[static_cast<std::size_t>(Kind::Request)];
    const QPointF middle = room.center();
    switch (row.extra) {
    case Extra::None:
        painter.save();
        painter.translate(middle.x() - 5, middle.y() - 5);
        painter.scale(10, 10);
        painter.fillPath(kindShape(row.kind), theme.kinds[static_cast<std::size_t>(row.kind)]);
        painter.restore();
        return;
    case Extra::Ours:
        painter.save();
        painter.translate(middle.x() - 4, middle.y() - 4);
        painter.scale(8, 8);
        painter.fillPath(kindShape(row.kind), theme.kinds[static_cast<std::size_t>(row.kind)]);
        painter.restore();
        painter.setPen(theme.text);
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(middle.x() - 6.5, middle.y() - 6.5, 13, 13));
        return;
    case Extra::Hollow:
        painter.save();
        painter.translate(middle.x() - 5, middle.y() - 5);
        painter.scale(10, 10);
        painter.strokePath(kindShape(row.kind),
                           QPen(theme.kinds[static_cast<std::size_t>(row.kind)], 0.14));
        painter.restore();
        return;
    case Extra::Call:
    case Extra::LateCall:
        painter.setPen(Qt::NoPen);
        painter.setBrush(row.extra == Extra::Call ? request : theme.warning);
        painter.drawRoundedRect(QRectF(middle.x() - 12, middle.y() - 5, 24, 10), 2, 2);
        return;
    case Extra::Wait:
        for (int i = 0; i < 3; ++i)
            painter.fillRect(QRectF(middle.x() - 11 + 8 * i, middle.y() + 3, 4, 2), request);
        return;
    case Extra::Density:
        for (int i = 0; i < 8; ++i) {
            constexpr std::array heights{4, 7, 5, 11, 6, 4, 8, 5};
            const int high = heights[static_cast<std::size_t>(i)];
            painter.fillRect(QRectF(middle.x() - 12 + i * 3, middle.y() + 6 - high, 3, high),
                             theme.kinds[static_cast<std::size_t>(Kind::Event)]);
        }
        return;
    case Extra::Silence:
        painter.fillRect(QRectF(middle.x() - 12, middle.y() - 5, 24, 10),
                         QBrush(theme.bad, Qt::BDiagPattern));
        return;
    case Extra::Gap:
        painter.fillRect(QRectF(middle.x() - 6, middle.y() - 7, 12, 14),
                         QBrush(theme.warning, Qt::Dense5Pattern));
        return;
    case Extra::Playhead:
        painter.fillRect(QRectF(middle.x(), middle.y() - 8, 1, 16), theme.interaction);
        return;
    }
}

} // namespace

Legend::Legend(QWidget* parent)
    : QFrame(parent, Qt::Popup | Qt::FramelessWindowHint)
{
    setAccessibleName(tr("Legend"));
    setAccessibleDescription(asText());
}

QSize Legend::sizeHint() const
{
    const QFontMetrics metrics(Theme::current().interfaceFont(9.5));
    int width = kWidth;
    for (const Row& row : rows())
        width = std::max(width, kSign + 84 + metrics.horizontalAdvance(row.meaning) + 16);
    return {width, static_cast<int>(rows().size()) * std::max(kRow, metrics.height() + 6) + 12};
}

void Legend::showOver(const QWidget* view)
{
    resize(sizeHint());
    move(view->mapToGlobal(QPoint(view->width() - width() - 16, view->height() - height() - 16)));
    show();
    setFocus();
}

QString Legend::asText() const
{
    QStringList lines;
    for (const Row& row : rows())
        lines << (row.extra == Extra::None
                      ? u"%1 %2: %3"_s.arg(QString(kindGlyph(row.kind)), row.word, row.meaning)
                      : u"%1: %2"_s.arg(row.word, row.meaning));
    return lines.join(u'\n');
}

void Legend::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.hairline);
    painter.fillRect(rect().adjusted(1, 1, -1, -1), theme.plate);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(theme.interfaceFont(9.5));
    const int each = (height() - 12) / static_cast<int>(rows().size());
    int y = 6;
    for (const Row& row : rows()) {
        paintSign(painter, row, QRectF(4, y, kSign, each), theme);
        painter.setPen(theme.text);
        painter.drawText(QRect(kSign + 6, y, 80, each), Qt::AlignVCenter, row.word);
        painter.setPen(theme.secondary);
        painter.drawText(QRect(kSign + 84, y, width() - kSign - 90, each), Qt::AlignVCenter,
                         row.meaning);
        y += each;
    }
}

void Legend::keyPressEvent(QKeyEvent*)
{
    close();
}

} // namespace murmur
