// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "filteredit.h"

#include "query/filterbook.h"
#include "views/base/agentnaming.h"
#include "views/base/sharedview.h"
#include "views/filter/filterline.h"

#include <QDir>
#include <QFileDialog>
#include <QMenu>
#include <QToolButton>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kMostOfBefore = 20;

} // namespace

void FilterEdit::buildKept()
{
    m_effect->setObjectName(u"filterEffect"_s);
    m_effect->setAutoRaise(true);
    m_effect->setMinimumHeight(30);
    m_effect->hide();
    connect(m_effect, &QToolButton::clicked, m_shared,
            [this] { m_shared->setFilterDims(!m_shared->filterDims()); });

    m_keptMenu = new QMenu(this);
    m_keptMenu->setToolTipsVisible(true);
    m_kept->setObjectName(u"keptFilters"_s);
    m_kept->setText(u"☆"_s);
    m_kept->setAutoRaise(true);
    m_kept->setMinimumSize(30, 30);
    m_kept->setPopupMode(QToolButton::InstantPopup);
    m_kept->setToolTip(tr("Filters that are kept"));
    m_kept->setAccessibleName(tr("Filters that are kept"));
    m_kept->setMenu(m_keptMenu);
    connect(m_keptMenu, &QMenu::aboutToShow, this, &FilterEdit::fillKept);
    refreshEffect();
}

void FilterEdit::refreshEffect()
{
    const bool dims = m_shared->filterDims();
    m_effect->setVisible(m_shared->filter() != nullptr);
    m_effect->setText(dims ? tr("dims") : tr("hides"));
    m_effect->setToolTip(
        dims ? tr("What does not pass is shown in faint letters among the messages; "
                  "click to hide it")
             : tr("What does not pass is not shown; click to show it in faint letters"));
    m_effect->setAccessibleName(dims ? tr("The filter dims") : tr("The filter hides"));
    m_effect->setAccessibleDescription(m_effect->toolTip());
}

void FilterEdit::setHistory(const QStringList& texts)
{
    m_history = texts;
    m_edit->setHistory(texts);
}

void FilterEdit::remember(const QString& text)
{
    if (text.isEmpty() || (!m_history.isEmpty() && m_history.front() == text))
        return;
    QStringList all = m_history;
    all.removeAll(text);
    all.prepend(text);
    all.resize(std::min(all.size(), kMostOfBefore));
    setHistory(all);
    Q_EMIT historyChanged();
}

void FilterEdit::fillKept()
{
    m_keptMenu->clear();
    QAction* keepThis = m_keptMenu->addAction(tr("&Keep this filter…"), this, &FilterEdit::keep);
    keepThis->setEnabled(!m_edit->text().trimmed().isEmpty());
    const auto book = FilterBook::load(FilterBook::usualPath());
    if (!book) {
        m_keptMenu->addAction(book.error().message)->setEnabled(false);
        return;
    }
    if (!book->filters().empty())
        m_keptMenu->addSeparator();
    for (const NamedFilter& filter : book->filters()) {
        QAction* action = m_keptMenu->addAction(u'@' + filter.name, this, [this, filter] {
            setText(u'@' + filter.name);
            apply();
        });
        action->setToolTip(filter.text);
    }
    m_keptMenu->addSeparator();
    if (!book->filters().empty()) {
        QMenu* forget = m_keptMenu->addMenu(tr("&Forget"));
        for (const NamedFilter& filter : book->filters())
            forget->addAction(u'@' + filter.name, this, [this, name = filter.name] {
                auto now = FilterBook::load(FilterBook::usualPath());
                Status done = now ? Status(Done{}) : Status(now.error());
                if (now && now->remove(name))
                    done = now->save(FilterBook::usualPath());
                if (!done)
                    Q_EMIT failed(done.error());
            });
        m_keptMenu->addAction(tr("&Hand them on as a file…"), this, &FilterEdit::exportKept);
    }
    m_keptMenu->addAction(tr("&Take those of a file…"), this, &FilterEdit::importKept);
}

void FilterEdit::keep()
{
    const auto parsed = parse();
    if (!parsed || !*parsed) {
        if (!parsed)
            showError(parsed.error().message);
        return;
    }
    QStringList known;
    if (const auto book = FilterBook::load(FilterBook::usualPath()))
        for (const NamedFilter& filter : book->filters())
            known << filter.name;
    const auto meaning = [known](const QString& name) {
        if (name.isEmpty())
            return tr("A word; @word then stands for this filter, here and in --where.");
        if (!FilterBook::isName(name))
            return tr("A letter first, then letters, digits, - and _.");
        return known.contains(name) ? tr("Replaces the filter of that name.")
                                    : tr("@%1 will stand for this filter.").arg(name);
    };
    auto* dialog = new NameDialog(tr("Keep this filter as"), {}, known, meaning, window());
    connect(dialog, &NameDialog::named, this, &FilterEdit::keepAs);
    dialog->open();
}

void FilterEdit::keepAs(const QString& name)
{
    auto book = FilterBook::load(FilterBook::usualPath());
    Status done = book ? book->put({name, m_edit->text()}) : Status(book.error());
    if (done)
        done = book->save(FilterBook::usualPath());
    if (!done)
        Q_EMIT failed(done.error());
}

void FilterEdit::exportKept()
{
    auto* dialog = new QFileDialog(window(), tr("Hand on the filters that are kept"),
                                   QDir::homePath() + u"/filters.json"_s);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        const auto book = FilterBook::load(FilterBook::usualPath());
        const Status done = book ? book->save(path) : Status(book.error());
        if (!done)
            Q_EMIT failed(done.error());
    });
    dialog->open();
}

void FilterEdit::importKept()
{
    auto* dialog = new QFileDialog(window(), tr("Take the filters of a file"), QDir::homePath(),
                                   tr("Filters (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        auto book = FilterBook::load(FilterBook::usualPath());
        const auto other = FilterBook::load(path);
        Status done = book && other ? Status(Done{}) : Status(book ? other.error() : book.error());
        if (done) {
            book->take(*other);
            done = book->save(FilterBook::usualPath());
        }
        if (!done)
            Q_EMIT failed(done.error());
    });
    dialog->open();
}

} // namespace murmur
