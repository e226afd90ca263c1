// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QString>

#include <vector>

class QLineEdit;
class QListWidget;
class QTextBrowser;

namespace murmur {

/// The pages of `murmur help` in the window: a list that a word narrows to the pages that have it,
/// and the page, with the word found in it.
class HelpBrowser : public QDialog
{
    Q_OBJECT
public:
    explicit HelpBrowser(QWidget* parent);

    /// False when there is no such page.
    bool showPage(const QString& name);
    void search(const QString& word);
    [[nodiscard]] QStringList shownPages() const;
    [[nodiscard]] QString currentPage() const { return m_current; }

private:
    struct Page
    {
        QString name;
        QString title;
        QString text; ///< Markdown
    };
    void narrow();
    void findWord();
    [[nodiscard]] const Page* page(const QString& name) const;

    std::vector<Page> m_pages;
    QLineEdit* m_word;
    QListWidget* m_list;
    QTextBrowser* m_browser;
    QString m_current;
};

} // namespace murmur
