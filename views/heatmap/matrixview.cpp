// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/heatmap/matrixview.h"

#include "query/messagefield.h"
#include "views/base/emptynote.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"
#include "views/heatmap/matrixgrid.h"

#include <QApplication>
#include <QClipboard>
#include <QDataStream>
#include <QKeyEvent>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr int kMostRowsAsked = 200;
constexpr int kPixelsPerTime = 8;
constexpr int kMostConditions = 40; // in one filter
constexpr auto kLiveEvery = 1s;

/// What the messages are that a measure counts; empty: all.
QString conditionFor(MatrixMeasure measure)
{
    switch (measure) {
    case MatrixMeasure::Errors:
        return u"kind == error"_s;
    case MatrixMeasure::TokensIn:
        return u"tokens_in exists"_s;
    case MatrixMeasure::TokensOut:
        return u"tokens_out exists"_s;
    case MatrixMeasure::Cost:
        return u"cost exists"_s;
    default:
        return {};
    }
}

bool isOfCalls(MatrixMeasure measure)
{
    return measure == MatrixMeasure::P50 || measure == MatrixMeasure::P99 ||
           measure == MatrixMeasure::Slowest;
}

QToolButton* headerButton(const QString& name, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setProperty("flat", true);
    button->setFocusPolicy(Qt::TabFocus);
    button->setToolTip(name);
    return button;
}

} // namespace

MatrixView::MatrixView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Matrix"), this))
    , m_rowButton(headerButton(tr("What there is a row for"), this))
    , m_columnButton(headerButton(tr("What there is a column for"), this))
    , m_measureButton(headerButton(tr("What the colour of a cell shows"), this))
    , m_grid(new MatrixGrid(this))
    , m_note(new EmptyNote(m_grid))
{
    m_grid->setGutters(Theme::current().axisLeft, Theme::current().axisRight);
    setFocusProxy(m_grid);
    setAccessibleName(tr("Matrix"));
    m_grid->setAccessibleName(tr("Matrix"));
    setAccessibleDescription(tr(
        "Messages by two of their fields. Arrow keys move from cell to cell, Shift picks several, "
        "Return shows their messages, D asks what differs there."));
    m_header->addWidget(m_measureButton);
    m_header->addWidget(m_rowButton);
    m_header->addWidget(m_columnButton);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_grid, 1);

    m_soon.setSingleShot(true);
    m_soon.setInterval(120ms);
    connect(&m_soon, &QTimer::timeout, this, &MatrixView::ask);
    m_partials.setInterval(150ms);
    connect(&m_partials, &QTimer::timeout, this, &MatrixView::takePartial);
    const auto menuOf = [this](QToolButton* button, auto fill) {
        auto* menu = new QMenu(button);
        button->setMenu(menu);
        button->setPopupMode(QToolButton::InstantPopup);
        connect(menu, &QMenu::aboutToShow, this, [menu, fill] {
            qDeleteAll(menu->findChildren<QMenu*>(Qt::FindDirectChildrenOnly));
            menu->clear();
            fill(*menu);
        });
    };
    menuOf(m_rowButton, [this](QMenu& menu) { fillFields(menu, true); });
    menuOf(m_columnButton, [this](QMenu& menu) { fillFields(menu, false); });
    menuOf(m_measureButton, [this](QMenu& menu) { fillMeasures(menu); });

    SharedView* view = shared();
    connect(view, &SharedView::sessionChanged, this, [this] {
        m_job.cancel();
        m_matrix.reset();
        m_failure.clear();
        m_grid->present(nullptr, m_measure, {});
        soon();
    });
    connect(view, &SharedView::windowChanged, this, &MatrixView::soon);
    connect(view, &SharedView::filterChanged, this, &MatrixView::soon);
    connect(view, &SharedView::namesChanged, this, &MatrixView::soon);
    connect(view, &SharedView::dataGrew, this, &MatrixView::onDataGrew);
    connect(view, &SharedView::sloChanged, this, [this] { m_grid->setSlo(shared()->slo()); });
    connect(view, &SharedView::laneKeyChanged, this, [this] {
        showKeys();
        if (m_rows.isEmpty())
            soon();
    });
    connect(view, &SharedView::regionChanged, this, [this] {
        if (!shared()->region())
            m_grid->select(std::nullopt);
    });
    m_note->follow(view);
    connect(view, &SharedView::silenceChanged, this, &MatrixView::updateHeader);
    connect(m_grid, &MatrixGrid::picked, this, &MatrixView::onPicked);
    connect(m_grid, &MatrixGrid::activated, this, &MatrixView::showRegion);
    connect(m_grid, &MatrixGrid::menuWanted, this, &MatrixView::showMenu);
    connect(m_grid, &MatrixGrid::zoomWanted, this, [this](double factor, double share) {
        const TimeRange window = shared()->window();
        const auto length = static_cast<double>(window.length().count());
        const TimePoint at = window.begin + nanoseconds(std::llround(length * share));
        const nanoseconds now(std::llround(length * factor));
        const TimePoint begin =
            at - nanoseconds(std::llround(static_cast<double>(now.count()) * share));
        shared()->setWindow({begin, begin + now});
    });
    m_grid->setSlo(view->slo());
    showKeys();
    updateHeader();
}

MatrixView::~MatrixView() = default;

QString MatrixView::rows() const
{
    if (!m_rows.isEmpty())
        return m_rows;
    const LaneKey& key = shared()->laneKey();
    if (key.what != LaneKey::What::Agent)
        return fieldOfLanes(key);
    // Against receivers an agent is who sends.
    return m_columns == u"to" ? u"from"_s : u"agent"_s;
}

void MatrixView::setRows(const QString& field)
{
    m_rows = field;
    showKeys();
    ask();
}

void MatrixView::setColumns(const QString& field)
{
    m_columns = field;
    showKeys();
    ask();
}

void MatrixView::setMeasure(MatrixMeasure measure)
{
    const bool needsMore = isOfModels(measure) && !isOfModels(m_measure);
    m_measure = measure;
    showKeys();
    // The lines are chosen by what is shown; until they are chosen anew the old ones show it.
    if (m_matrix && !needsMore)
        m_grid->present(m_matrix, m_measure, m_asked);
    ask();
}

void MatrixView::showKeys()
{
    m_rowButton->setText(tr("by %1 ▾").arg(rows()));
    m_columnButton->setText(tr("× %1 ▾").arg(m_columns));
    m_measureButton->setText(tr("%1 ▾").arg(titleOf(m_measure)));
    for (QToolButton* button : {m_rowButton, m_columnButton, m_measureButton})
        button->setAccessibleName(button->toolTip() + u": "_s + button->text().remove(u'▾'));
}

void MatrixView::soon()
{
    if (!m_soon.isActive())
        m_soon.start();
    updateHeader();
}

void MatrixView::onDataGrew()
{
    const Session* session = shared()->session();
    if (session == nullptr || m_job.isBusy() || session->seen().last == m_askedThrough)
        return;
    // Growth behind the window changes nothing that is shown.
    if (m_matrix && shared()->mode() != SharedView::Mode::Live &&
        session->seen().time.end > shared()->window().end && m_asked == shared()->window())
        return;
    if (m_sinceAsked.isValid() && !m_sinceAsked.hasExpired(kLiveEvery.count() * 1000))
        return;
    ask();
}

void MatrixView::ask()
{
    m_soon.stop();
    Session* session = shared()->session();
    if (session == nullptr || session->seen().last == 0 || !isVisible()) {
        updateHeader();
        return;
    }
    // While everything moves by itself an answer is worth more than the latest question.
    if (m_job.isBusy() && shared()->mode() == SharedView::Mode::Live && !m_job.isSlow(3000) &&
        m_asked.length() == shared()->window().length() && m_matrix) {
        m_soon.start();
        return;
    }
    MatrixRequest request;
    request.range = shared()->window();
    request.rows = rows();
    request.columns = m_columns;
    request.measure = m_measure;
    request.hasModels = isOfModels(m_measure);
    request.mostRows = kMostRowsAsked;
    request.mostColumns = std::max(4, m_grid->fittingColumns() - 2);
    request.timeColumns = std::clamp(m_grid->widthOfCells() / kPixelsPerTime, 8, 400);
    request.filter = shared()->filter();
    m_mailbox = std::make_shared<Mailbox>();
    request.partial = [mailbox = m_mailbox](Matrix matrix) {
        const std::lock_guard lock(mailbox->mutex);
        mailbox->partial = std::move(matrix);
    };
    m_asked = request.range;
    m_askedThrough = session->seen().last;
    m_sinceAsked.start();
    m_partials.start();
    m_job.start(
        this,
        [&](std::stop_token stop) {
            request.stop = std::move(stop);
            return matrixOf(*session, std::move(request));
        },
        [this](const Result<Matrix>& answer) { take(answer); });
    updateHeader();
}

void MatrixView::takePartial()
{
    std::optional<Matrix> partial;
    {
        const std::lock_guard lock(m_mailbox->mutex);
        partial.swap(m_mailbox->partial);
    }
    // What stands there already is more than the first per cent of what comes.
    if (!partial || (m_matrix && m_matrix->progress >= 1 && partial->progress < 0.5))
        return updateHeader();
    m_matrix = std::make_shared<const Matrix>(std::move(*partial));
    m_grid->present(m_matrix, m_measure, m_asked);
    updateHeader();
}

void MatrixView::take(const Result<Matrix>& answer)
{
    m_partials.stop();
    if (answer) {
        m_failure.clear();
        m_matrix = std::make_shared<const Matrix>(*answer);
    } else if (answer.error().code != ErrorCode::Cancelled) {
        m_failure = answer.error().message;
        m_matrix.reset();
    }
    m_grid->present(m_matrix, m_measure, m_asked);
    updateHeader();
    if (m_asked != shared()->window())
        soon();
}

QString MatrixView::facts() const
{
    QStringList parts;
    if (m_matrix) {
        const auto total = m_matrix->total.value(m_measure);
        if (total)
            parts << u"%1 %2"_s.arg(measureText(m_measure, total), titleOf(m_measure));
        if (m_matrix->progress < 1)
            parts << tr("%1 % read").arg(static_cast<int>(m_matrix->progress * 100));
        if (m_matrix->isBounded)
            parts << tr("not all calls");
        if (m_matrix->unreadable > 0)
            parts << tr("%1 cannot be read").arg(numberText(m_matrix->unreadable));
    }
    return parts.join(u"  "_s);
}

void MatrixView::updateHeader()
{
    m_header->setFacts(m_failure.isEmpty() ? facts() : m_failure,
                       m_failure.isEmpty() ? QColor() : Theme::current().bad);
    const Session* session = shared()->session();
    if (session == nullptr)
        m_note->say(tr("No recording"), tr("Attach to a bus, start the demo or open a recording: "
                                           "its messages are put into rows and columns here."));
    else if (!m_failure.isEmpty())
        m_note->say(tr("The matrix cannot be shown"), m_failure);
    else if (session->seen().last == 0)
        m_note->say(tr("No message yet"), shared()->silence().isEmpty()
                                              ? tr("It fills as soon as agents talk.")
                                              : shared()->silence());
    else if (!m_matrix)
        m_note->say(m_job.isBusy() ? tr("Reading the messages of the window …") : QString());
    else if (m_matrix->rows.empty())
        m_note->say(tr("Nothing with %1 in this window").arg(titleOf(m_measure)),
                    isOfModels(m_measure)
                        ? tr("No message here tells what a call to a model took.")
                        : tr("Choose something else above, or zoom out with the wheel."));
    else
        m_note->say({});
}

QString MatrixView::rowCondition(const CellRange& cells) const
{
    QStringList all;
    for (int row = cells.firstRow; row <= cells.lastRow; ++row)
        all << m_matrix->rows[static_cast<std::size_t>(row)].condition;
    const bool isWhole =
        cells.firstRow == 0 && cells.lastRow == static_cast<int>(m_matrix->rows.size()) - 1;
    all.removeAll(QString());
    if (isWhole || all.size() > kMostConditions)
        return {};
    return all.size() > 1 ? u'(' + all.join(u" or "_s) + u')' : all.value(0);
}

QString MatrixView::columnCondition(const CellRange& cells) const
{
    QStringList all;
    for (int column = cells.firstColumn; column <= cells.lastColumn; ++column)
        all << m_matrix->columns[static_cast<std::size_t>(column)].condition;
    const bool isWhole = cells.firstColumn == 0 &&
                         cells.lastColumn == static_cast<int>(m_matrix->columns.size()) - 1;
    all.removeAll(QString());
    if (isWhole || all.size() > kMostConditions)
        return {};
    return all.size() > 1 ? u'(' + all.join(u" or "_s) + u')' : all.value(0);
}

void MatrixView::onPicked(const CellRange& cells)
{
    if (!m_matrix || cells.lastRow < cells.firstRow) {
        shared()->setRegion(std::nullopt);
        return;
    }
    Region region;
    region.time = m_asked;
    const MatrixLine& from = m_matrix->columns[static_cast<std::size_t>(cells.firstColumn)];
    const MatrixLine& to = m_matrix->columns[static_cast<std::size_t>(cells.lastColumn)];
    if (from.is == MatrixLine::Is::Time)
        region.time = {std::max(m_asked.begin, from.time.begin),
                       std::min(m_asked.end, to.time.end)};
    QStringList conditions{rowCondition(cells), columnCondition(cells), conditionFor(m_measure)};
    // Answers tell how long a call took; they are sent by who was asked.
    if (isOfCalls(m_measure) && rows() == u"agent" && m_columns == u"time") {
        conditions << u"latency exists"_s;
        region.among = u"latency exists"_s;
    } else if (isOfModels(m_measure)) {
        region.among = conditionFor(m_measure);
    }
    conditions.removeAll(QString());
    region.condition = conditions.join(u" and "_s);
    QString title = m_grid->nameOf(m_matrix->rows[static_cast<std::size_t>(cells.firstRow)]);
    if (cells.lastRow > cells.firstRow)
        title = tr("%1 rows").arg(cells.lastRow - cells.firstRow + 1);
    const bool isOneColumn = cells.firstColumn == cells.lastColumn;
    if (from.is != MatrixLine::Is::Time)
        title += isOneColumn ? u" → "_s + m_grid->nameOf(from)
                             : tr(", %1 columns").arg(cells.lastColumn - cells.firstColumn + 1);
    else
        title +=
            u", %1 – %2"_s.arg(shownClock(region.time.begin, 0), shownClock(region.time.end, 0));
    region.title = title;
    shared()->setRegion(std::move(region));
    if (from.is == MatrixLine::Is::Time && isOneColumn)
        shared()->setPlayhead(region.time.begin);
}

QString MatrixView::asText() const
{
    if (!m_matrix)
        return m_note->title();
    QStringList lines;
    QStringList head{rows() + u" × "_s + m_columns, tr("all")};
    for (const MatrixLine& column : m_matrix->columns)
        head << m_grid->nameOf(column);
    lines << titleOf(m_measure) << head.join(u'\t');
    for (std::size_t row = 0; row < m_matrix->rows.size(); ++row) {
        QStringList cells{m_grid->nameOf(m_matrix->rows[row]),
                          measureText(m_measure, m_matrix->rows[row].total.value(m_measure))};
        for (std::size_t column = 0; column < m_matrix->columns.size(); ++column)
            cells << measureText(m_measure, m_matrix->at(row, column).value(m_measure));
        lines << cells.join(u'\t');
    }
    return lines.join(u'\n');
}

QByteArray MatrixView::saveState() const
{
    QByteArray state;
    QDataStream stream(&state, QIODevice::WriteOnly);
    stream << qint32(1) << m_rows << m_columns << measureWord(m_measure) << m_grid->isLinear();
    return state;
}

void MatrixView::restoreState(const QByteArray& state)
{
    QDataStream stream(state);
    qint32 version = 0;
    QString rowField;
    QString columnField;
    QString word;
    bool isLinear = false;
    stream >> version >> rowField >> columnField >> word >> isLinear;
    const auto shown = measureFromText(word);
    if (stream.status() != QDataStream::Ok || version != 1 || !shown ||
        (!rowField.isEmpty() && !MessageField::named(rowField)) ||
        (columnField != u"time" && !MessageField::named(columnField)))
        return;
    m_rows = rowField;
    m_columns = columnField;
    m_measure = *shown;
    m_grid->setLinear(isLinear);
    showKeys();
    soon();
}

bool MatrixView::isSettled() const
{
    return !m_job.isBusy() && !m_soon.isActive();
}

void MatrixView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        m_grid->update();
    View::changeEvent(event);
}

void MatrixView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy))
        QApplication::clipboard()->setText(asText());
    else if (event->key() == Qt::Key_D && event->modifiers() == Qt::NoModifier &&
             shared()->region())
        shared()->askWhatDiffers();
    else
        View::keyPressEvent(event);
}

void MatrixView::resizeEvent(QResizeEvent* event)
{
    View::resizeEvent(event);
    if (event->size().width() != event->oldSize().width())
        soon();
}

void MatrixView::showEvent(QShowEvent* event)
{
    View::showEvent(event);
    if (!m_matrix || m_asked != shared()->window())
        soon();
}

} // namespace murmur
