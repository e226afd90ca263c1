// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/inject/payloadedit.h"

#include "base/kind.h"
#include "base/time.h"
#include "views/base/theme.h"

#include <nlohmann/json.hpp>

#include <QKeyEvent>
#include <QRegularExpression>
#include <QStringDecoder>
#include <QSyntaxHighlighter>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

class JsonColors : public QSyntaxHighlighter
{
public:
    using QSyntaxHighlighter::QSyntaxHighlighter;

protected:
    void highlightBlock(const QString& text) override
    {
        const Theme& theme = Theme::current();
        const auto kind = [&theme](Kind one) { return theme.kinds[static_cast<std::size_t>(one)]; };
        static const QRegularExpression token(
            u"(\"(?:[^\"\\\\]|\\\\.)*\")(\\s*:)?|(-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?)|\\b(true|false|null)\\b"_s);
        for (auto found = token.globalMatch(text); found.hasNext();) {
            const auto match = found.next();
            QColor color = kind(Kind::Reply);
            if (match.hasCaptured(2))
                color = kind(Kind::Request);
            else if (match.hasCaptured(3) || match.hasCaptured(4))
                color = kind(Kind::State);
            const int group = match.hasCaptured(1) ? 1 : 0;
            setFormat(static_cast<int>(match.capturedStart(group)),
                      static_cast<int>(match.capturedLength(group)), color);
        }
        static const QRegularExpression variable(u"\\{\\{[^{}]+\\}\\}"_s);
        for (auto found = variable.globalMatch(text); found.hasNext();) {
            const auto match = found.next();
            QTextCharFormat format;
            format.setForeground(theme.interaction);
            format.setFontWeight(QFont::DemiBold);
            setFormat(static_cast<int>(match.capturedStart()),
                      static_cast<int>(match.capturedLength()), format);
        }
    }
};

/// With values for the variables, so that it can be checked.
QByteArray withValues(const QString& text)
{
    static const QRegularExpression variable(u"\\{\\{ *[A-Za-z][^{}]*\\}\\}"_s);
    QString out = text;
    return out.replace(variable, u"0"_s).toUtf8();
}

bool looksLikeJsonText(const QString& text)
{
    const QString trimmed = text.trimmed();
    return trimmed.startsWith(u'{') || trimmed.startsWith(u'[');
}

} // namespace

PayloadEdit::PayloadEdit(QWidget* parent)
    : QPlainTextEdit(parent)
{
    new JsonColors(document());
    setAccessibleName(tr("Payload"));
    setAccessibleDescription(tr("Return sends it, Shift and Return makes a line."));
    setFont(Theme::current().numberFont());
    setTabChangesFocus(true);
    setFrameShape(QFrame::NoFrame);
    setPlaceholderText(tr("Payload, for example {\"goal\": \"A-14\", \"id\": \"{{uuid}}\"}"));
}

void PayloadEdit::setBytes(const QByteArray& bytes)
{
    m_bytes = bytes;
    QStringDecoder decoder(QStringDecoder::Utf8);
    const QString text = decoder(bytes);
    m_isText = !decoder.hasError() && !text.contains(QChar(0));
    setReadOnly(!m_isText);
    setPlainText(
        m_isText
            ? text
            : tr("%1 that are no text. They go out as they are.").arg(bytesText(bytes.size())));
}

QByteArray PayloadEdit::bytes() const
{
    if (!m_isText)
        return m_bytes;
    // Unchanged it is what it was, to the byte; the editor would make one kind of line end of all.
    const QByteArray text = toPlainText().toUtf8();
    QByteArray plain = m_bytes;
    plain.replace("\r\n", "\n");
    return text == plain ? m_bytes : text;
}

bool PayloadEdit::isValid() const
{
    const QString text = toPlainText();
    if (!m_isText || !looksLikeJsonText(text))
        return true;
    const QByteArray json = withValues(text);
    return nlohmann::json::accept(json.begin(), json.end());
}

QString PayloadEdit::verdict() const
{
    const QString text = toPlainText();
    if (!m_isText)
        return tr("bytes");
    if (text.isEmpty())
        return tr("empty");
    if (!looksLikeJsonText(text))
        return tr("text");
    const QByteArray json = withValues(text);
    try {
        const auto parsed = nlohmann::json::parse(json.begin(), json.end());
        return parsed.is_array() ? tr("JSON array") : tr("JSON");
    } catch (const nlohmann::json::parse_error& error) {
        const auto at = std::min<qsizetype>(static_cast<qsizetype>(error.byte), json.size());
        const QByteArray before = json.left(std::max<qsizetype>(0, at - 1));
        const auto line = before.count('\n') + 1;
        const auto column = before.size() - before.lastIndexOf('\n');
        return tr("no JSON from line %1, column %2 on").arg(line).arg(column);
    }
}

void PayloadEdit::format()
{
    const QByteArray json = toPlainText().toUtf8();
    const auto parsed = nlohmann::ordered_json::parse(json.begin(), json.end(), nullptr, false);
    if (!m_isText || parsed.is_discarded())
        return;
    QTextCursor cursor(document()); // so that it can be undone
    cursor.select(QTextCursor::Document);
    cursor.insertText(QString::fromStdString(
        parsed.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace)));
}

void PayloadEdit::keyPressEvent(QKeyEvent* event)
{
    const bool isReturn = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (isReturn && !event->modifiers().testFlag(Qt::ShiftModifier)) {
        Q_EMIT sendWanted();
        return;
    }
    if (isReturn) {
        insertPlainText(u"\n"_s);
        return;
    }
    QPlainTextEdit::keyPressEvent(event);
}

void PayloadEdit::changeEvent(QEvent* event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        for (QSyntaxHighlighter* colors : document()->findChildren<QSyntaxHighlighter*>())
            colors->rehighlight();
}

} // namespace murmur
