// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/hexview.h"

#include "views/base/numbers.h"
#include "views/base/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {
constexpr qsizetype kPerLine = 16;
constexpr qsizetype kMostCopied = 1024 * 1024;
constexpr int kMargin = 8;
} // namespace

HexView::HexView(QWidget* parent)
    : QAbstractScrollArea(parent)
{
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Bytes of the message"));
    layOut();
}

void HexView::setBytes(const QByteArray& bytes)
{
    m_bytes = bytes;
    verticalScrollBar()->setValue(0);
    setAccessibleDescription(countText(bytes.size(), tr("1 byte"), tr("%1 bytes")));
    layOut();
    viewport()->update();
}

QString HexView::line(const QByteArray& bytes, qsizetype offset)
{
    QString hex;
    QString text;
    for (qsizetype i = 0; i < kPerLine; ++i) {
        if (i == kPerLine / 2)
            hex += u' ';
        if (offset + i >= bytes.size()) {
            hex += u"   "_s;
            continue;
        }
        const auto byte = static_cast<uchar>(bytes[offset + i]);
        hex += QString::number(byte, 16).rightJustified(2, u'0') + u' ';
        text += byte >= 0x20 && byte < 0x7f ? QChar(char16_t(byte)) : QChar(u'·');
    }
    return QString::number(offset, 16).rightJustified(6, u'0') + u"  "_s + hex + u' ' + text;
}

QString HexView::asText() const
{
    QString text;
    for (qsizetype offset = 0; offset < std::min(m_bytes.size(), kMostCopied); offset += kPerLine)
        text += line(m_bytes, offset) + u'\n';
    return text;
}

int HexView::lineHeight() const
{
    return QFontMetrics(Theme::current().numberFont(9.5)).height() + 2;
}

void HexView::layOut()
{
    const int lines = static_cast<int>((m_bytes.size() + kPerLine - 1) / kPerLine);
    const int fits = std::max(1, viewport()->height() / lineHeight());
    verticalScrollBar()->setPageStep(fits);
    verticalScrollBar()->setRange(0, std::max(0, lines - fits));
    const int width =
        QFontMetrics(Theme::current().numberFont(9.5)).horizontalAdvance(line({}, 0)) +
        static_cast<int>(kPerLine) *
            QFontMetrics(Theme::current().numberFont(9.5)).horizontalAdvance(u'0') +
        2 * kMargin;
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setRange(0, std::max(0, width - viewport()->width()));
}

void HexView::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), theme.ground);
    painter.setFont(theme.numberFont(9.5));
    const int height = lineHeight();
    const int x = kMargin - horizontalScrollBar()->value();
    const int advance = painter.fontMetrics().horizontalAdvance(u'0');
    for (int row = 0; row * height < viewport()->height(); ++row) {
        const qsizetype offset = (verticalScrollBar()->value() + row) * kPerLine;
        if (offset >= m_bytes.size())
            break;
        const QString text = line(m_bytes, offset);
        const int y = row * height + painter.fontMetrics().ascent() + 1;
        painter.setPen(theme.faint);
        painter.drawText(x, y, text.left(6));
        painter.setPen(theme.text);
        painter.drawText(x + 6 * advance, y, text.mid(6, 52));
        painter.setPen(theme.secondary);
        painter.drawText(x + 58 * advance, y, text.mid(58));
    }
}

void HexView::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
    layOut();
}

void HexView::changeEvent(QEvent* event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        layOut();
}

void HexView::keyPressEvent(QKeyEvent* event)
{
    QScrollBar* bar = verticalScrollBar();
    if (event->matches(QKeySequence::Copy))
        QApplication::clipboard()->setText(asText());
    else if (event->key() == Qt::Key_PageDown)
        bar->setValue(bar->value() + bar->pageStep());
    else if (event->key() == Qt::Key_PageUp)
        bar->setValue(bar->value() - bar->pageStep());
    else if (event->key() == Qt::Key_Home)
        bar->setValue(0);
    else if (event->key() == Qt::Key_End)
        bar->setValue(bar->maximum());
    else
        QAbstractScrollArea::keyPressEvent(event);
}

void HexView::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu(this);
    fillPickedMenu(menu);
    menu.exec(event->globalPos());
}

void HexView::fillPickedMenu(QMenu& menu)
{
    menu.addAction(tr("Copy as hex dump"), QKeySequence::Copy, this,
                   [this] { QApplication::clipboard()->setText(asText()); });
    menu.addAction(tr("Copy as base64"), this, [this] {
        QApplication::clipboard()->setText(QString::fromLatin1(m_bytes.toBase64()));
    });
}

} // namespace murmur
