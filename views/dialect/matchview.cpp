// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/dialect/matchview.h"

#include "views/base/theme.h"

#include <QEvent>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// A message of megabytes is not looked at byte by byte here.
constexpr std::size_t kMostShown = std::size_t(16) << 10;

QString matchText(std::string_view utf8)
{
    QString text = QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
    for (QChar& c : text) {
        if (!c.isPrint() && c != u'\n' && c != u'\t')
            c = u'·';
    }
    return text;
}

/// Fields that are no bit of their own in the message.
bool isShown(const Explanation::Field& field)
{
    return field.name != "payload" && field.name != "state";
}

} // namespace

MatchView::MatchView(QWidget* parent)
    : QPlainTextEdit(parent)
{
    setReadOnly(true);
    setFont(Theme::current().numberFont(9));
    setWordWrapMode(QTextOption::WrapAnywhere);
    setTabChangesFocus(true);
    setAccessibleName(tr("The message, and what is read from where"));
    clearMessage();
}

void MatchView::clearMessage(const QString& note)
{
    m_bits.clear();
    m_marked.clear();
    setPlainText(note);
    paintBits();
}

void MatchView::showMessage(const PreviewRequest& request, std::size_t message)
{
    m_bits.clear();
    m_marked.clear();
    const Explanation how = explanationOf(request, message);
    const std::string_view raw = request.sample->view(message).raw;
    std::string_view shown = raw.substr(0, kMostShown);
    // Fields first: they are the answer, the message is where it comes from.
    QString text;
    if (!how.undecodable.empty()) {
        text = tr("As %1 it cannot be read: %2")
                   .arg(matchText(how.dialect), matchText(how.undecodable)) +
               u'\n';
    }
    for (const Explanation::Field& field : how.fields) {
        if (isShown(field))
            text += u"%1 = %2   ← %3\n"_s.arg(matchText(field.name), matchText(field.value),
                                              matchText(field.place));
    }
    text += u'\n';
    // Where bytes are no UTF-8, places are found piece by piece.
    std::vector<const Explanation::Field*> bits;
    for (const Explanation::Field& field : how.fields) {
        if (isShown(field) && field.size > 0 && field.begin + field.size <= shown.size())
            bits.push_back(&field);
    }
    std::ranges::sort(bits, {}, &Explanation::Field::begin);
    std::size_t at = 0;
    for (const Explanation::Field* bit : bits) {
        if (bit->begin < at)
            continue; // the same bit twice
        text += matchText(shown.substr(at, bit->begin - at));
        const auto begin = static_cast<int>(text.size());
        const QString marked = matchText(shown.substr(bit->begin, bit->size));
        text += marked;
        m_bits.push_back({begin, static_cast<int>(text.size())});
        m_marked << marked;
        at = bit->begin + bit->size;
    }
    text += matchText(shown.substr(at));
    if (shown.size() < raw.size())
        text += tr("\n… %1 bytes more").arg(raw.size() - shown.size());
    setPlainText(text);
    paintBits();
}

void MatchView::paintBits()
{
    QList<QTextEdit::ExtraSelection> marks;
    for (const Bit& bit : m_bits) {
        QTextEdit::ExtraSelection mark;
        mark.format.setBackground(Theme::current().selectionGround);
        mark.format.setForeground(Theme::current().text);
        mark.format.setFontUnderline(true);
        mark.cursor = QTextCursor(document());
        mark.cursor.setPosition(bit.begin);
        mark.cursor.setPosition(bit.end, QTextCursor::KeepAnchor);
        marks << mark;
    }
    setExtraSelections(marks);
}

void MatchView::changeEvent(QEvent* event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        paintBits();
}

} // namespace murmur
