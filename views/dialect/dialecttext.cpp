// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/dialect/dialecttext.h"

#include "views/base/theme.h"

#include <QEvent>
#include <QKeyEvent>
#include <QMimeData>
#include <QTextBlock>
#include <QUrl>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QStringList filesIn(const QMimeData* data)
{
    QStringList files;
    for (const QUrl& url : data->urls()) {
        if (url.isLocalFile())
            files << url.toLocalFile();
    }
    return files;
}

} // namespace

DialectText::DialectText(QWidget* parent)
    : QPlainTextEdit(parent)
{
    setFont(Theme::current().numberFont());
    setLineWrapMode(NoWrap);
    setTabChangesFocus(true);
    setAccessibleName(tr("The dialect as JSON"));
}

void DialectText::replaceWith(const QString& text)
{
    const QString old = toPlainText();
    if (old == text)
        return;
    qsizetype same = 0;
    const qsizetype shorter = std::min(old.size(), text.size());
    while (same < shorter && old[same] == text[same])
        ++same;
    qsizetype end = 0;
    while (end < shorter - same && old[old.size() - 1 - end] == text[text.size() - 1 - end])
        ++end;
    QTextCursor cursor(document());
    cursor.beginEditBlock();
    cursor.setPosition(static_cast<int>(same));
    cursor.setPosition(static_cast<int>(old.size() - end), QTextCursor::KeepAnchor);
    cursor.insertText(text.mid(same, text.size() - same - end));
    cursor.endEditBlock();
}

void DialectText::setWrongLine(int line)
{
    if (line == m_wrong)
        return;
    m_wrong = line;
    mark();
}

void DialectText::goToLine(int line)
{
    const QTextBlock block = document()->findBlockByNumber(std::max(0, line - 1));
    if (!block.isValid())
        return;
    setTextCursor(QTextCursor(block));
    ensureCursorVisible();
    setFocus();
}

void DialectText::mark()
{
    QList<QTextEdit::ExtraSelection> marks;
    const QTextBlock block = document()->findBlockByNumber(m_wrong - 1);
    if (m_wrong > 0 && block.isValid()) {
        QTextEdit::ExtraSelection mark;
        QColor ground = Theme::current().bad;
        ground.setAlphaF(0.22F);
        mark.format.setBackground(ground);
        mark.format.setProperty(QTextFormat::FullWidthSelection, true);
        mark.cursor = QTextCursor(block);
        marks << mark;
    }
    setExtraSelections(marks);
}

void DialectText::changeEvent(QEvent* event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        mark();
}

/// A new line begins below the one before.
void DialectText::keyPressEvent(QKeyEvent* event)
{
    const bool isNewLine = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (!isNewLine || event->modifiers() != Qt::NoModifier) {
        QPlainTextEdit::keyPressEvent(event);
        return;
    }
    const QString line = textCursor().block().text();
    const auto text = std::ranges::find_if(line, [](QChar c) { return c != u' '; });
    QString indent(text - line.begin(), u' ');
    const QString before = line.left(textCursor().positionInBlock()).trimmed();
    if (before.endsWith(u'{') || before.endsWith(u'['))
        indent += u"  "_s;
    textCursor().insertText(u'\n' + indent);
    ensureCursorVisible();
}

void DialectText::dragEnterEvent(QDragEnterEvent* event)
{
    if (!filesIn(event->mimeData()).isEmpty())
        event->acceptProposedAction();
    else
        QPlainTextEdit::dragEnterEvent(event);
}

void DialectText::dropEvent(QDropEvent* event)
{
    const QStringList files = filesIn(event->mimeData());
    if (files.isEmpty()) {
        QPlainTextEdit::dropEvent(event);
        return;
    }
    // An empty drop first: it ends what the drag began to show.
    QMimeData nothing;
    QDropEvent none(event->position(), event->possibleActions(), &nothing, event->buttons(),
                    event->modifiers());
    QPlainTextEdit::dropEvent(&none);
    event->acceptProposedAction();
    Q_EMIT filesDropped(files);
}

} // namespace murmur
