// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "helpbrowser.h"

#include "views/base/theme.h"

#include <QDesktopServices>
#include <QDir>
#include <QFile>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QShortcut>
#include <QTextBrowser>
#include <QTextDocument>
#include <QTextTable>
#include <QUrl>
#include <QVBoxLayout>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr int kListWidth = 230;
const QString kFolder = u":/murmur/help/"_s;

QString titleOf(const QString& text, const QString& name)
{
    const QString first = text.section(u'\n', 0, 0);
    return first.startsWith(u"# "_s) ? first.mid(2).trimmed() : name;
}

/// Thin lines, and room around the words.
void quietTables(QTextDocument& document)
{
    for (QTextFrame* frame : document.rootFrame()->childFrames()) {
        auto* table = qobject_cast<QTextTable*>(frame);
        if (!table)
            continue;
        QTextTableFormat format = table->format();
        format.setBorder(1);
        format.setBorderCollapse(true);
        format.setBorderBrush(Theme::current().hairline);
        format.setCellPadding(5);
        format.setCellSpacing(0);
        table->setFormat(format);
    }
}

} // namespace

HelpBrowser::HelpBrowser(QWidget* parent)
    : QDialog(parent)
    , m_word(new QLineEdit(this))
    , m_list(new QListWidget(this))
    , m_browser(new QTextBrowser(this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setObjectName(u"helpBrowser"_s);
    setWindowTitle(tr("Help"));
    resize(980, 700);
    const Theme& theme = Theme::current();
    m_word->setPlaceholderText(tr("Search the help"));
    m_word->setAccessibleName(tr("Search the help"));
    m_word->setClearButtonEnabled(true);
    m_list->setAccessibleName(tr("Pages"));
    m_list->setFixedWidth(kListWidth);
    m_list->setFrameShape(QFrame::NoFrame);
    m_browser->setOpenLinks(false);
    m_browser->setFrameShape(QFrame::NoFrame);
    m_browser->setFont(theme.interfaceFont(10));
    m_browser->setAccessibleName(tr("Page"));
    m_browser->document()->setDocumentMargin(20);
    auto* side = new QVBoxLayout;
    side->setContentsMargins(10, 10, 4, 10);
    side->addWidget(m_word);
    side->addWidget(m_list, 1);
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(0);
    line->addLayout(side);
    line->addWidget(m_browser, 1);

    for (const QString& file : QDir(kFolder).entryList({u"*.md"_s}, QDir::Files, QDir::Name)) {
        QFile page(kFolder + file);
        if (!page.open(QIODevice::ReadOnly))
            continue;
        const QString text = QString::fromUtf8(page.readAll());
        const QString name = file.chopped(3);
        m_pages.push_back({name, titleOf(text, name), text});
    }
    narrow();
    connect(m_word, &QLineEdit::textChanged, this, &HelpBrowser::narrow);
    connect(m_word, &QLineEdit::returnPressed, this, &HelpBrowser::findWord);
    connect(m_list, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) {
        if (item)
            showPage(item->data(Qt::UserRole).toString());
    });
    connect(m_browser, &QTextBrowser::anchorClicked, this, [this](const QUrl& url) {
        if (!showPage(url.fileName().section(u'.', 0, 0)) && url.scheme().startsWith("http"_L1))
            QDesktopServices::openUrl(url);
    });
    auto* find = new QShortcut(QKeySequence::Find, this);
    connect(find, &QShortcut::activated, this, [this] {
        m_word->setFocus();
        m_word->selectAll();
    });
    m_word->setFocus();
    showPage(u"attaching"_s);
}

const HelpBrowser::Page* HelpBrowser::page(const QString& name) const
{
    for (const Page& page : m_pages)
        if (page.name == name)
            return &page;
    return nullptr;
}

bool HelpBrowser::showPage(const QString& name)
{
    const Page* shown = page(name);
    if (!shown)
        return false;
    m_current = name;
    m_browser->setMarkdown(shown->text);
    quietTables(*m_browser->document());
    m_browser->moveCursor(QTextCursor::Start);
    for (int row = 0; row < m_list->count(); ++row)
        if (m_list->item(row)->data(Qt::UserRole).toString() == name)
            m_list->setCurrentRow(row);
    if (!m_word->text().trimmed().isEmpty())
        findWord();
    return true;
}

void HelpBrowser::search(const QString& word)
{
    m_word->setText(word);
}

QStringList HelpBrowser::shownPages() const
{
    QStringList names;
    for (int row = 0; row < m_list->count(); ++row)
        names << m_list->item(row)->data(Qt::UserRole).toString();
    return names;
}

void HelpBrowser::narrow()
{
    const QString word = m_word->text().trimmed();
    const QSignalBlocker blocker(m_list);
    m_list->clear();
    for (const Page& page : m_pages) {
        if (!page.text.contains(word, Qt::CaseInsensitive) &&
            !page.name.contains(word, Qt::CaseInsensitive))
            continue;
        auto* item = new QListWidgetItem(page.title, m_list);
        item->setData(Qt::UserRole, page.name);
        item->setToolTip(u"murmur help "_s + page.name);
        if (page.name == m_current)
            m_list->setCurrentItem(item);
    }
    if (m_list->count() > 0 && !m_list->currentItem() && !word.isEmpty())
        showPage(m_list->item(0)->data(Qt::UserRole).toString());
    else if (!word.isEmpty())
        findWord();
}

void HelpBrowser::findWord()
{
    const QString word = m_word->text().trimmed();
    if (word.isEmpty() || m_browser->find(word))
        return;
    m_browser->moveCursor(QTextCursor::Start); // round again
    m_browser->find(word);
}

} // namespace murmur
