// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/filter/filterline.h"

#include "views/base/theme.h"
#include "views/filter/completionmodel.h"
#include "views/filter/completionpopup.h"

#include <QCoreApplication>
#include <QInputMethodEvent>
#include <QKeyEvent>
#include <QTextCharFormat>
#include <QTextLayout>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr int kPage = 8;

QTextCharFormat formatOf(TokenRole role)
{
    const Theme& theme = Theme::current();
    QTextCharFormat format;
    switch (role) {
    case TokenRole::Field:
    case TokenRole::Flag:
        format.setForeground(theme.interaction);
        break;
    case TokenRole::Operator:
    case TokenRole::Bracket:
        format.setForeground(theme.secondary);
        break;
    case TokenRole::Joint:
        format.setForeground(theme.secondary);
        format.setFontWeight(QFont::DemiBold);
        break;
    case TokenRole::Value:
    case TokenRole::Search:
        format.setForeground(theme.text);
        break;
    }
    return format;
}

} // namespace

FilterLine::FilterLine(QWidget* parent)
    : QLineEdit(parent)
    , m_source([] { return CompletionSource(); })
    , m_model(new CompletionModel(this))
{
    setFont(Theme::current().numberFont(10));
    setClearButtonEnabled(true);
    connect(this, &QLineEdit::textChanged, this, &FilterLine::colour);
    connect(this, &QLineEdit::textEdited, this, [this] { offer(false); });
    connect(this, &QLineEdit::cursorPositionChanged, this, [this](int, int now) {
        if (isChoosing() && (now < m_list.at || now > m_list.at + m_list.length))
            closeList();
    });
}

void FilterLine::setSource(Source source)
{
    m_source = std::move(source);
}

void FilterLine::setHistory(const QStringList& texts)
{
    m_history = texts;
}

bool FilterLine::isChoosing() const
{
    return m_popup && m_popup->isVisibleTo(window());
}

QStringList FilterLine::offered() const
{
    QStringList texts;
    for (int row = 0; isChoosing() && row < m_model->rowCount(); ++row)
        texts << m_model->entry(row)->text;
    return texts;
}

void FilterLine::closeList()
{
    if (m_popup)
        m_popup->hide();
}

void FilterLine::refreshList()
{
    if (isChoosing() && !text().isEmpty())
        offer(true);
}

/// A line edit has formats for what an input method is about to write; the same way colours what
/// is there.
void FilterLine::colour()
{
    if (m_isColouring)
        return;
    m_isColouring = true;
    QList<QInputMethodEvent::Attribute> attributes;
    const int cursor = cursorPosition();
    for (const ExpressionToken& token : expressionTokens(text()))
        attributes.append({QInputMethodEvent::TextFormat, static_cast<int>(token.at) - cursor,
                           static_cast<int>(token.length), formatOf(token.role)});
    QInputMethodEvent event(QString(), attributes);
    QCoreApplication::sendEvent(this, &event);
    m_isColouring = false;
}

void FilterLine::offer(bool isWanted)
{
    if (text().isEmpty() && !isWanted) {
        closeList();
        return;
    }
    m_list = completionsAt(text(), cursorPosition(), m_source());
    // Behind what is whole a list of "and, or" would only be in the way of Return.
    const bool isOnlyJoint = std::ranges::all_of(m_list.entries, [](const Completion& completion) {
        return completion.text == "and"_L1 || completion.text == "or"_L1;
    });
    if (m_list.entries.empty() || (isOnlyJoint && !isWanted && m_list.length == 0)) {
        closeList();
        return;
    }
    m_model->setEntries(m_list.entries);
    openList();
}

/// What a whole line can be.
void FilterLine::offerWhole()
{
    std::vector<Completion> entries;
    for (const NamedFilter& filter : m_source().filters)
        entries.push_back({u'@' + filter.name, filter.text});
    for (const QString& text : m_history)
        entries.push_back({text, tr("before")});
    if (entries.empty()) {
        offer(true);
        return;
    }
    m_list = {0, text().size(), entries};
    m_model->setEntries(entries);
    openList();
}

void FilterLine::openList()
{
    if (!m_popup) {
        m_popup = new CompletionPopup(m_model, window());
        connect(m_popup, &QListView::clicked, this, [this](const QModelIndex& index) {
            if (const Completion* completion = m_model->entry(index.row()))
                take(*completion);
        });
        // It belongs to the window, and must not outlive the line.
        connect(this, &QObject::destroyed, m_popup, &QObject::deleteLater);
    }
    const int before = fontMetrics().horizontalAdvance(text().left(static_cast<int>(m_list.at)));
    const int x = std::min(before, std::max(0, width() - 60));
    m_popup->showAt(mapTo(window(), QPoint(x, height() + 2)));
    Q_EMIT listShown();
}

bool FilterLine::takeChosen(bool orFirst)
{
    if (!isChoosing())
        return false;
    int row = m_popup->chosen();
    if (row < 0 && orFirst)
        row = 0;
    const Completion* completion = m_model->entry(row);
    if (!completion)
        return false;
    take(*completion);
    return true;
}

void FilterLine::take(const Completion& completion)
{
    const Completion taken = completion; // the list is made anew by what follows
    const bool isWhole = m_list.at == 0 && m_list.length == text().size() &&
                         (m_history.contains(taken.text) || taken.text.startsWith(u'@'));
    closeList();
    // As if it were typed, so that undo takes it back.
    setSelection(static_cast<int>(m_list.at), static_cast<int>(m_list.length));
    const bool needsSpace =
        !isWhole && taken.text != "["_L1 &&
        !text().mid(static_cast<int>(m_list.at + m_list.length)).startsWith(u' ');
    insert(needsSpace ? QString(taken.text + u' ') : taken.text);
    setFocus(Qt::OtherFocusReason);
    if (!isWhole)
        offer(false);
}

bool FilterLine::event(QEvent* event)
{
    // Keys of the list are no shortcuts and do not leave the line.
    if (event->type() == QEvent::KeyPress && isChoosing()) {
        auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Tab && key->modifiers() == Qt::NoModifier && takeChosen(true))
            return true;
    }
    // Where there is nothing of its own to take back the window takes back.
    if (event->type() == QEvent::ShortcutOverride && !isUndoAvailable() &&
        static_cast<QKeyEvent*>(event)->matches(QKeySequence::Undo)) {
        event->ignore();
        return true;
    }
    if (event->type() == QEvent::ShortcutOverride && isChoosing()) {
        switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Escape:
        case Qt::Key_Up:
        case Qt::Key_Down:
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Tab:
            event->accept();
            return true;
        default:
            break;
        }
    }
    return QLineEdit::event(event);
}

void FilterLine::keyPressEvent(QKeyEvent* event)
{
    const bool asks = (event->key() == Qt::Key_Down && event->modifiers() == Qt::NoModifier) ||
                      (event->key() == Qt::Key_Space && event->modifiers() == Qt::ControlModifier);
    if (!isChoosing()) {
        if (asks) {
            if (text().isEmpty())
                offerWhole();
            else
                offer(true);
            return;
        }
        QLineEdit::keyPressEvent(event);
        return;
    }
    switch (event->key()) {
    case Qt::Key_Down:
        m_popup->move(1);
        return;
    case Qt::Key_Up:
        m_popup->move(-1);
        return;
    case Qt::Key_PageDown:
        m_popup->move(kPage);
        return;
    case Qt::Key_PageUp:
        m_popup->move(-kPage);
        return;
    case Qt::Key_Escape:
        closeList();
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (takeChosen(false))
            return;
        closeList();
        break;
    default:
        break;
    }
    QLineEdit::keyPressEvent(event);
}

void FilterLine::focusOutEvent(QFocusEvent* event)
{
    QLineEdit::focusOutEvent(event);
    closeList();
}

void FilterLine::hideEvent(QHideEvent* event)
{
    QLineEdit::hideEvent(event);
    closeList();
}

void FilterLine::changeEvent(QEvent* event)
{
    QLineEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        colour();
}

} // namespace murmur
