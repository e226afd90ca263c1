// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/heatmap/differencesview.h"

#include "views/base/emptynote.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/heatmap/differencemodel.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QTableView>
#include <QVBoxLayout>

#include <chrono>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

DifferencesView::DifferencesView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("What differs"), this))
    , m_model(new DifferenceModel(this))
    , m_table(new QTableView(this))
    , m_note(new EmptyNote(m_table))
{
    setFocusProxy(m_table);
    setAccessibleName(tr("What differs"));
    m_table->setAccessibleName(tr("What differs"));
    setAccessibleDescription(tr("Fields that tell some messages from the others. Return shows only "
                                "messages with that value, Delete hides them."));
    m_table->setModel(m_model);
    m_table->setItemDelegateForColumn(DifferenceModel::Here, new ShareDelegate(m_table));
    m_table->setItemDelegateForColumn(DifferenceModel::Others, new ShareDelegate(m_table));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(Theme::current().tableRow);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setStretchLastSection(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_table, 1);

    m_soon.setSingleShot(true);
    m_soon.setInterval(250ms);
    connect(&m_soon, &QTimer::timeout, this, &DifferencesView::ask);
    m_ticker.setInterval(150ms);
    connect(&m_ticker, &QTimer::timeout, this, &DifferencesView::updateHeader);
    connect(m_table, &QTableView::doubleClicked, this, [this] { narrow(false); });
    connect(m_table, &QWidget::customContextMenuRequested, this,
            [this](const QPoint& at) { showMenu(m_table->viewport()->mapToGlobal(at)); });

    SharedView* view = shared();
    connect(view, &SharedView::sessionChanged, this, [this] {
        m_job.cancel();
        m_found.reset();
        m_model->present({});
        onChanged();
    });
    connect(view, &SharedView::regionChanged, this, &DifferencesView::onChanged);
    connect(view, &SharedView::filterChanged, this, &DifferencesView::onChanged);
    connect(view, &SharedView::namesChanged, this, &DifferencesView::onChanged);
    connect(view, &SharedView::windowChanged, this, [this] {
        // What follows live would be asked about for ever.
        if (shared()->mode() != SharedView::Mode::Live)
            onChanged();
    });
    connect(view, &SharedView::differencesWanted, this, [this] {
        m_isStale = true;
        m_soon.start(); // by then this view is the one in front
    });
    m_note->follow(view);
    updateHeader();
}

DifferencesView::~DifferencesView() = default;

void DifferencesView::onChanged()
{
    m_isStale = true;
    if (isVisible())
        m_soon.start();
    updateHeader();
}

std::optional<DifferenceRequest> DifferencesView::question(QString& title) const
{
    const Session* session = shared()->session();
    if (session == nullptr || session->seen().last == 0)
        return std::nullopt;
    DifferenceRequest request;
    const TimeRange all = session->seen().time;
    const TimeRange window = shared()->window();
    const auto inside = [](TimeRange part, TimeRange whole) {
        return whole.begin <= part.begin && part.end <= whole.end;
    };
    request.here = window;
    request.around = window;
    if (const auto& region = shared()->region()) {
        const auto condition = parseFilter(region->condition, all);
        const auto among = parseFilter(region->among, all);
        if (!condition || !among)
            return std::nullopt;
        request.here = region->time;
        request.condition = *condition;
        // Both sides pass the filter that a person has set, and what makes them comparable.
        request.among = *among ? *among : shared()->filter();
        if (*among && shared()->filter()) {
            const auto both = parseFilter(
                u"(%1) and (%2)"_s.arg((*among)->text(), shared()->filter()->text()), all);
            request.among = both ? *both : *among;
        }
        const bool isAllOfWindow =
            !*condition && region->time.begin <= window.begin && window.end <= region->time.end;
        if (!inside(region->time, window) || isAllOfWindow)
            request.around = {std::min(all.begin, region->time.begin),
                              std::max(all.end, region->time.end)};
        title = region->title;
        return request;
    }
    if (shared()->filter()) {
        request.condition = shared()->filter();
        title = tr("what passes the filter");
        return request;
    }
    if (inside(all, window))
        return std::nullopt;
    request.around = all;
    title = tr("this window, against the rest");
    return request;
}

void DifferencesView::ask()
{
    m_soon.stop();
    Session* session = shared()->session();
    if (!isVisible() || !m_isStale)
        return;
    m_isStale = false;
    m_failure.clear();
    m_found.reset();
    auto request = question(m_title);
    if (!request) {
        m_job.cancel();
        m_model->present({});
        m_title.clear();
        updateHeader();
        return;
    }
    m_passed = std::make_shared<Passed>();
    request->progress = [passed = m_passed](std::int64_t done, std::int64_t total) {
        passed->done = done;
        passed->total = total;
    };
    m_ticker.start();
    m_job.start(
        this,
        [&](std::stop_token stop) {
            request->stop = std::move(stop);
            return differencesOf(*session, *request);
        },
        [this](const Result<Differences>& answer) { take(answer); });
    updateHeader();
}

void DifferencesView::take(const Result<Differences>& answer)
{
    m_ticker.stop();
    if (answer) {
        m_found = *answer;
        m_model->present(m_found->ranked);
    } else {
        m_model->present({});
        if (answer.error().code != ErrorCode::Cancelled)
            m_failure = answer.error().message;
    }
    updateHeader();
}

QString DifferencesView::facts() const
{
    if (m_job.isBusy() && m_passed)
        return tr("comparing, %1 %")
            .arg(m_passed->done * 100 / std::max<std::int64_t>(1, m_passed->total));
    if (!m_found)
        return {};
    QString text = tr("%1 messages here, %2 others")
                       .arg(numberText(m_found->here), numberText(m_found->others));
    if (m_found->isSampled)
        text += tr(", a sample");
    return text;
}

void DifferencesView::updateHeader()
{
    m_header->setTitle(m_title.isEmpty() ? tr("What differs")
                                         : tr("What differs: %1").arg(m_title));
    m_header->setFacts(facts());
    const Session* session = shared()->session();
    if (session == nullptr)
        m_note->say(tr("No recording"), tr("Attach to a bus, start the demo or open a recording."));
    else if (!m_failure.isEmpty())
        m_note->say(tr("Nothing to compare"), m_failure);
    else if (m_job.isBusy())
        m_note->say(m_model->rowCount() == 0 ? tr("Comparing …") : QString());
    else if (m_found && m_found->ranked.empty())
        m_note->say(tr("Nothing tells these messages from the others"),
                    tr("No field has other values here than elsewhere."));
    else if (!m_found)
        m_note->say(
            tr("What is different here?"),
            tr("Pick a rectangle in the latency heatmap (Shift and drag) or cells of the "
               "matrix, set a filter, or zoom in: what tells these messages from the others "
               "stands here, the strongest first."));
    else
        m_note->say({});
}

void DifferencesView::narrow(bool hides)
{
    if (const Difference* row = m_model->at(m_table->currentIndex().row()))
        narrowTo(row->condition, hides);
}

void DifferencesView::narrowTo(const QString& condition, bool hides)
{
    const auto done = shared()->narrow(hides ? u"not (%1)"_s.arg(condition) : condition);
    if (!done) {
        m_failure = done.error().message;
        updateHeader();
    }
}

void DifferencesView::showMenu(const QPoint& globalPosition)
{
    QMenu menu(this);
    fillPickedMenu(menu);
    menu.exec(globalPosition);
}

void DifferencesView::fillPickedMenu(QMenu& menu)
{
    if (const Difference* row = m_model->at(m_table->currentIndex().row())) {
        const QString name = menu.fontMetrics()
                                 .elidedText(row->condition, Qt::ElideRight, 320)
                                 .replace(u"&"_s, u"&&"_s);
        const QString condition = row->condition;
        menu.addAction(tr("Only %1").arg(name), this,
                       [this, condition] { narrowTo(condition, false); })
            ->setShortcut(Qt::Key_Return);
        menu.addAction(tr("Hide %1").arg(name), this,
                       [this, condition] { narrowTo(condition, true); })
            ->setShortcut(Qt::Key_Delete);
        menu.addAction(tr("Copy the condition"), this, [condition = row->condition] {
            QApplication::clipboard()->setText(condition);
        });
        menu.addSeparator();
    }
    menu.addAction(tr("Copy as text"), this,
                   [this] { QApplication::clipboard()->setText(asText()); });
}

QString DifferencesView::asText() const
{
    QStringList lines{m_header->title(), facts()};
    for (int row = 0; row < m_model->rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < DifferenceModel::ColumnCount; ++column)
            cells << m_model->index(row, column).data().toString();
        cells << m_model->index(row, 0).data(DifferenceModel::ConditionRole).toString();
        lines << cells.join(u'\t');
    }
    return lines.join(u'\n');
}

bool DifferencesView::isSettled() const
{
    return !m_job.isBusy() && !m_soon.isActive();
}

void DifferencesView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy))
        QApplication::clipboard()->setText(asText());
    else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        narrow(false);
    else if (event->key() == Qt::Key_Delete)
        narrow(true);
    else if (event->key() == Qt::Key_Escape && shared()->region())
        shared()->setRegion(std::nullopt);
    else
        View::keyPressEvent(event);
}

void DifferencesView::resizeEvent(QResizeEvent* event)
{
    View::resizeEvent(event);
    const int room = event->size().width() - 16; // without the scroll bar
    m_table->setColumnWidth(DifferenceModel::FieldName, room * 24 / 100);
    m_table->setColumnWidth(DifferenceModel::Value, room * 30 / 100);
    m_table->setColumnWidth(DifferenceModel::Here, room * 23 / 100);
}

void DifferencesView::showEvent(QShowEvent* event)
{
    View::showEvent(event);
    if (m_isStale && shared()->mode() != SharedView::Mode::Live)
        m_soon.start();
}

} // namespace murmur
