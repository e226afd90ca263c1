// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/heatmap/latencyview.h"

#include "views/base/emptynote.h"
#include "views/base/markeroverlay.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/heatmap/heatkey.h"
#include "views/heatmap/latencyplot.h"

#include <QApplication>
#include <QClipboard>
#include <QDataStream>
#include <QInputDialog>
#include <QKeyEvent>
#include <QMenu>
#include <QVBoxLayout>

#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kMarkLimit = 20'000;
constexpr double kPixelsPerBucket = 4;
constexpr nanoseconds kShortestSlo = std::chrono::microseconds(100);
constexpr nanoseconds kLongestSlo = std::chrono::seconds(100);

nanoseconds inNs(std::uint64_t ns)
{
    return nanoseconds(static_cast<std::int64_t>(ns));
}

} // namespace

std::int64_t unansweredIn(const StateSlice& state, TimeRange window)
{
    std::int64_t open = 0;
    for (const AgentState& agent : state.agents) {
        open += std::ranges::count_if(agent.waitingFor, [&](const OpenCall& call) {
            return window.contains(fromNs(call.since));
        });
    }
    return open;
}

LatencyView::LatencyView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Latency, request → reply"), this))
    , m_plot(new LatencyPlot(this))
    , m_key(new HeatKey(m_plot))
    , m_note(new EmptyNote(m_plot))
    , m_onlyButton(new QToolButton(this))
    , m_boxBar(new QFrame(m_plot))
{
    makeControls();
    m_plot->setGutters(Theme::current().axisLeft, Theme::current().axisRight);
    setFocusPolicy(Qt::StrongFocus);
    m_plot->setFocusProxy(this);
    new MarkerOverlay(context.shared, m_plot, [this] {
        return MarkerOverlay::Place{m_plot->timeAxis(), m_plot->cellArea()};
    });
    setAccessibleName(tr("Latency heatmap"));
    setAccessibleDescription(
        tr("Calls by the time of their reply and by latency. Left and right move the window, plus "
           "and minus zoom, Home shows everything, Page Up and Page Down move the SLO line. Shift "
           "and drag picks a rectangle: Return shows its messages, D asks what differs there."));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_plot, 1);

    SharedView* view = shared();
    connect(view, &SharedView::sessionChanged, this, &LatencyView::onSessionChanged);
    connect(view, &SharedView::windowChanged, this, &LatencyView::onWindowChanged);
    connect(view, &SharedView::dataGrew, this, &LatencyView::onDataGrew);
    m_note->follow(view);
    connect(view, &SharedView::silenceChanged, this, &LatencyView::updateNote);
    connect(view, &SharedView::filterChanged, this, [this] {
        m_tiles.cancel(); // the answer would be to another question
        refresh();
    });
    connect(view, &SharedView::playheadChanged, this,
            [this] { m_plot->setPlayhead(shared()->playhead()); });
    connect(view, &SharedView::sloChanged, this, [this] { m_plot->setSlo(shared()->slo()); });

    connect(m_plot, &LatencyPlot::windowDragged, view, &SharedView::setWindow);
    connect(m_plot, &LatencyPlot::sloDragged, this, [this](nanoseconds slo) {
        shared()->setSlo(std::clamp(slo, kShortestSlo, kLongestSlo));
    });
    connect(m_plot, &LatencyPlot::pointPicked, this,
            [this](TimePoint time, const LatencyBox& cell) {
                setFocus();
                clearBox();
                shared()->setPlayhead(time);
                if (!cell.time.isEmpty())
                    selectSlowest(cell);
            });
    connect(m_plot, &LatencyPlot::boxPicked, this, &LatencyView::pickBox);
    connect(view, &SharedView::regionChanged, this, [this] {
        if (!shared()->region())
            clearBox();
    });
    connect(m_plot, &LatencyPlot::menuWanted, this, &LatencyView::showMenu);
    onSessionChanged();
}

LatencyView::~LatencyView() = default;

void LatencyView::setGutter(int left)
{
    m_plot->setGutters(left, m_plot->rightGutter());
    placeKey();
}

void LatencyView::setRightGutter(int right)
{
    m_plot->setGutters(m_plot->leftGutter(), right);
    placeKey();
}

void LatencyView::onSessionChanged()
{
    m_tiles.cancel();
    m_state.cancel();
    m_marks.cancel();
    m_lanes.cancel();
    setOnly({}, {});
    clearBox();
    m_slice.reset();
    m_unanswered.reset();
    m_failure.clear();
    m_seenEnd = {};
    m_plot->resetSpan();
    m_plot->setSlice(nullptr);
    m_plot->setSlo(shared()->slo());
    m_plot->setWindow(shared()->window());
    refresh();
    m_plot->setPlayhead(shared()->session() != nullptr ? std::optional(shared()->playhead())
                                                       : std::nullopt);
}

void LatencyView::onWindowChanged()
{
    m_plot->setWindow(shared()->window());
    placeBoxBar();
    m_windowChanged = true;
    refresh();
}

void LatencyView::onDataGrew()
{
    const Session* session = shared()->session();
    if (session == nullptr || (m_slice && m_slice->through == session->seen().last))
        return;
    // Growth behind the window's end changes nothing that is shown; a second of grace is for
    // messages that come out of order.
    const TimePoint end = shared()->window().end + std::chrono::seconds(1);
    if (m_slice && m_seenEnd > end)
        return;
    m_seenEnd = session->seen().time.end;
    refresh();
}

/// One question at a time: while it is under way the cells that are there move with the window, and
/// the answer is followed by one more question if something changed meanwhile.
void LatencyView::refresh()
{
    Session* session = shared()->session();
    if (session == nullptr || session->seen().last == 0 || !isVisible()) {
        updateNote();
        updateHeader();
        return;
    }
    // While everything moves by itself nothing is cut off: a slow answer would never come.
    const bool isStill = shared()->mode() == SharedView::Mode::Paused;
    if (m_tiles.isBusy() && !(isStill && m_windowChanged && m_tiles.isSlow())) {
        m_isStale = true;
        return;
    }
    m_isStale = false;
    m_windowChanged = false;
    TileRequest request;
    request.range = shared()->window();
    request.columns =
        std::max(16, static_cast<int>(m_plot->timeAxis().width() / kPixelsPerBucket / 2));
    request.perAgent = false;
    request.latency = true;
    request.filter = shownFilter();
    m_tiles.start(
        this,
        [&](std::stop_token stop) {
            request.stop = std::move(stop);
            return session->tiles(request);
        },
        [this](const Result<TileSlice>& answer) { present(answer); });
    askUnanswered();
    updateNote();
}

void LatencyView::present(const Result<TileSlice>& answer)
{
    if (answer) {
        m_failure.clear();
        m_slice = std::make_shared<const TileSlice>(*answer);
        m_plot->setSlice(m_slice);
    } else if (answer.error().code != ErrorCode::Cancelled) {
        m_failure = answer.error().message;
        m_slice.reset();
        m_plot->setSlice(nullptr);
    }
    updateHeader();
    updateNote();
    placeKey();
    if (m_isStale)
        refresh();
}

void LatencyView::askUnanswered()
{
    // Open calls are known for everything or not at all: with a filter the number would be wrong.
    if (shownFilter()) {
        m_state.cancel();
        m_unanswered.reset();
        return;
    }
    if (m_state.isBusy())
        return;
    Session* session = shared()->session();
    const TimeRange window = shared()->window();
    StateRequest request;
    request.at = std::min(window.end, session->seen().time.end) - nanoseconds(1);
    m_state.start(
        this,
        [&](std::stop_token stop) {
            request.stop = std::move(stop);
            return session->state(request);
        },
        [this, window](const Result<StateSlice>& answer) {
            if (answer)
                m_unanswered = unansweredIn(*answer, window);
            else
                m_unanswered.reset();
            updateHeader();
        });
}

QString LatencyView::facts() const
{
    if (!m_slice)
        return {};
    const LatencyHistogram& all = m_slice->latencyTotal;
    QStringList parts;
    if (all.count() > 0) {
        parts << u"p50 "_s + durationText(inNs(all.quantile(0.50)))
              << u"p95 "_s + durationText(inNs(all.quantile(0.95)))
              << u"p99 "_s + durationText(inNs(all.quantile(0.99)))
              << tr("max %1").arg(durationText(inNs(all.max())));
    }
    if (m_unanswered && *m_unanswered > 0)
        parts << tr("%1 unanswered").arg(numberText(*m_unanswered));
    if (!parts.isEmpty()) {
        const auto calls = static_cast<std::int64_t>(all.count());
        parts << (calls == 1 ? tr("1 call in view")
                             : tr("%1 calls in view").arg(numberText(calls)));
    }
    if (m_slice->isPartial)
        parts << tr("not all read");
    return parts.join(u"  "_s);
}

void LatencyView::updateHeader()
{
    m_header->setFacts(facts());
    m_plot->setAccessibleName(facts());
    m_key->setMaximum(m_plot->grid().maxCount);
}

void LatencyView::updateNote()
{
    const Session* session = shared()->session();
    m_plot->setHasData(session != nullptr && session->seen().last > 0);
    if (session == nullptr) {
        m_note->say(tr("No recording"),
                    tr("Attach to a bus, start the demo or open a recording: calls appear here."));
    } else if (!m_failure.isEmpty()) {
        m_note->say(tr("Latency cannot be shown"), m_failure);
    } else if (session->seen().last == 0) {
        m_note->say(
            tr("No message yet"),
            shared()->silence().isEmpty()
                ? tr("Calls appear here as soon as a reply names the request that it answers.")
                : shared()->silence());
    } else if (!m_slice) {
        m_note->say(m_tiles.isBusy() ? tr("Reading the recording …") : QString());
    } else if (m_slice->latencyTotal.count() == 0 && m_plot->grid().calls == 0) {
        m_note->say(
            shownFilter() ? tr("No call matches the filter here") : tr("No call in this window"),
            shownFilter() ? tr("Clear the filter or zoom out with the wheel.")
                          : tr("A call is a request and the reply that carries its id. F shows the "
                               "whole session."));
    } else {
        m_note->say({});
    }
}

void LatencyView::placeKey()
{
    m_key->resize(m_key->sizeHint());
    m_key->move(m_plot->cellArea().right() - m_key->width(), m_plot->cellArea().top() + 2);
    m_plot->keepClear(m_key->isVisibleTo(m_plot) ? m_key->geometry() : QRect());
}

/// A cell or a rectangle stands for messages: the slowest of them is selected, so that the
/// inspector says why.
void LatencyView::selectSlowest(const LatencyBox& box)
{
    Session* session = shared()->session();
    if (session == nullptr)
        return;
    m_marks.start(
        this,
        [&](std::stop_token stop) { return session->marks(box.time, kMarkLimit, std::move(stop)); },
        [this, box](const Result<MarkSlice>& answer) {
            if (!answer)
                return;
            const Mark* slowest = nullptr;
            for (const Mark& mark : answer->marks) {
                const nanoseconds latency(mark.latency);
                if (mark.latency < 0 || latency < box.low || latency >= box.high)
                    continue;
                if (slowest == nullptr || mark.latency > slowest->latency)
                    slowest = &mark;
            }
            if (slowest == nullptr)
                return;
            shared()->setPlayhead(fromNs(slowest->time));
            shared()->selectMessage(slowest->seq);
        });
}

void LatencyView::showMenu(const QPoint& globalPosition, nanoseconds latency)
{
    QMenu menu(this);
    offerBox(menu);
    const double raw = static_cast<double>(latency.count());
    const double step = std::pow(10.0, std::floor(std::log10(std::max(10.0, raw))) - 1);
    const nanoseconds here(std::llround(std::round(raw / step) * step));
    menu.addAction(tr("SLO here: %1").arg(durationText(here)), this,
                   [this, here] { shared()->setSlo(std::clamp(here, kShortestSlo, kLongestSlo)); });
    offerRest(menu);
    menu.exec(globalPosition);
}

void LatencyView::fillPickedMenu(QMenu& menu)
{
    offerBox(menu);
    offerRest(menu);
}

void LatencyView::offerBox(QMenu& menu)
{
    if (m_plot->box()) {
        menu.addAction(tr("Show these messages"), this, &LatencyView::showBoxMessages);
        menu.addAction(tr("What differs here?"), shared(), &SharedView::askWhatDiffers);
        menu.addAction(tr("Zoom to the rectangle"), this,
                       [this, time = m_plot->box()->time] { shared()->setWindow(time); });
        menu.addSeparator();
    }
}

void LatencyView::offerRest(QMenu& menu)
{
    QMenu* presets = menu.addMenu(tr("SLO"));
    for (const int ms : {10, 50, 100, 200, 500, 1000, 2000, 5000}) {
        const nanoseconds slo = std::chrono::milliseconds(ms);
        QAction* action =
            presets->addAction(durationText(slo), this, [this, slo] { shared()->setSlo(slo); });
        action->setCheckable(true);
        action->setChecked(slo == shared()->slo());
    }
    menu.addAction(tr("Set the SLO …"), this, &LatencyView::askSlo);
    menu.addSeparator();
    QAction* linear = menu.addAction(tr("Linear colours"));
    linear->setCheckable(true);
    linear->setChecked(m_plot->isLinear());
    linear->setShortcut(Qt::Key_C);
    connect(linear, &QAction::toggled, this, &LatencyView::setLinear);
    menu.addAction(tr("Show everything"), shared(), &SharedView::showAll);
    menu.addSeparator();
    menu.addAction(tr("Copy as text"), this,
                   [this] { QApplication::clipboard()->setText(asText()); });
    menu.addAction(tr("Copy picture"), this,
                   [this] { QApplication::clipboard()->setPixmap(grab()); });
}

void LatencyView::askSlo()
{
    auto* dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("SLO"));
    dialog->setLabelText(tr("Calls above this latency are drawn in the warning colour, for example "
                            "200ms or 1.5s:"));
    dialog->setTextValue(durationText(shared()->slo()).remove(u' '));
    connect(dialog, &QInputDialog::textValueSelected, this, [this](const QString& text) {
        if (const auto slo = durationFromText(text); slo && slo->count() > 0)
            shared()->setSlo(std::clamp(*slo, kShortestSlo, kLongestSlo));
    });
    dialog->open();
}

QString LatencyView::asText() const
{
    QString text = facts() + u'\n' + tr("SLO %1").arg(durationText(shared()->slo())) + u'\n' +
                   tr("time\tcalls\tabove SLO\tp50\tp99") + u'\n';
    const HeatGrid& grid = m_plot->grid();
    const LatencyLines& lines = m_plot->lines();
    for (std::size_t column = 0; column < grid.columns; ++column) {
        std::int64_t calls = 0;
        std::int64_t above = 0;
        for (std::size_t row = 0; row < grid.rows(); ++row) {
            calls += grid.at(column, row);
            if (row >= grid.firstAboveSlo)
                above += grid.at(column, row);
        }
        if (calls == 0)
            continue;
        text += u"%1\t%2\t%3\t%4\t%5\n"_s.arg(
            isoTime(grid.rangeOf(column).begin), QString::number(calls), QString::number(above),
            durationText(nanoseconds(std::llround(lines.p50[column]))),
            durationText(nanoseconds(std::llround(lines.p99[column]))));
    }
    return text;
}

void LatencyView::setLinear(bool isLinear)
{
    m_plot->setLinear(isLinear);
    m_key->setLinear(isLinear);
    placeKey();
}

QByteArray LatencyView::saveState() const
{
    QByteArray state;
    QDataStream stream(&state, QIODevice::WriteOnly);
    stream << qint32(2) << qint64(shared()->slo().count()) << m_plot->isLinear();
    return state;
}

void LatencyView::restoreState(const QByteArray& state)
{
    QDataStream stream(state);
    qint32 version = 0;
    qint64 slo = 0;
    stream >> version >> slo;
    if (stream.status() != QDataStream::Ok || version < 1 || version > 2 || slo <= 0)
        return;
    shared()->setSlo(std::clamp(nanoseconds(slo), kShortestSlo, kLongestSlo));
    bool isLinear = false;
    if (version == 2)
        stream >> isLinear;
    setLinear(isLinear);
}

bool LatencyView::isSettled() const
{
    return !m_tiles.isBusy() && !m_state.isBusy() && !m_marks.isBusy();
}

void LatencyView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        m_plot->applyTheme();
        m_key->update();
    }
    View::changeEvent(event);
}

void LatencyView::keyPressEvent(QKeyEvent* event)
{
    const TimeAxis axis = m_plot->timeAxis();
    const double middle = axis.left() + axis.width() / 2;
    const double step = axis.width() / 10;
    const auto scaleSlo = [this](double factor) {
        const double ns = static_cast<double>(shared()->slo().count()) * factor;
        const double round = std::pow(10.0, std::floor(std::log10(ns)) - 1);
        shared()->setSlo(std::clamp(nanoseconds(std::llround(std::round(ns / round) * round)),
                                    kShortestSlo, kLongestSlo));
    };
    if (event->matches(QKeySequence::Copy)) {
        QApplication::clipboard()->setText(asText());
        return;
    }
    switch (event->key()) {
    case Qt::Key_Left:
        shared()->setWindow(axis.panned(-step));
        break;
    case Qt::Key_Right:
        shared()->setWindow(axis.panned(step));
        break;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        shared()->setWindow(axis.zoomed(middle, 0.8));
        break;
    case Qt::Key_Minus:
        shared()->setWindow(axis.zoomed(middle, 1.25));
        break;
    case Qt::Key_Home:
        shared()->showAll();
        break;
    case Qt::Key_D:
        shared()->askWhatDiffers();
        break;
    case Qt::Key_C:
        setLinear(!m_plot->isLinear());
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        showBoxMessages();
        break;
    case Qt::Key_Escape:
        if (!m_plot->box())
            return View::keyPressEvent(event);
        shared()->setRegion(std::nullopt);
        break;
    case Qt::Key_PageUp:
        scaleSlo(1.25);
        break;
    case Qt::Key_PageDown:
        scaleSlo(0.8);
        break;
    default:
        View::keyPressEvent(event);
    }
}

void LatencyView::resizeEvent(QResizeEvent* event)
{
    View::resizeEvent(event);
    placeKey();
    placeBoxBar();
    refresh();
}

void LatencyView::showEvent(QShowEvent* event)
{
    View::showEvent(event);
    refresh();
}

} // namespace murmur
