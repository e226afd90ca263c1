// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/lagband.h"

#include "views/base/numbers.h"
#include "views/base/sharedview.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"
#include "views/timeline/lanepainter.h"
#include "views/timeline/navigation.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolButton>
#include <QToolTip>

#include <algorithm>
#include <tuple>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr int kHeader = 22;
constexpr int kInset = 4;
constexpr int kPatience = 20; ///< times what an answer took
constexpr std::chrono::milliseconds kSoonest = 1s;
constexpr std::chrono::milliseconds kLatest = 30s;

} // namespace

LagBand::LagBand(SharedView* shared, QWidget* parent)
    : QWidget(parent)
    , m_shared(shared)
    , m_fold(new QToolButton(this))
{
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Consumers behind"));
    m_fold->setProperty("flat", true);
    m_fold->setFocusPolicy(Qt::TabFocus);
    m_fold->setToolTip(tr("How far consumers of others are behind, as their bus says"));
    connect(m_fold, &QToolButton::clicked, this, [this] { setFolded(!m_isFolded); });
    m_slow.setSingleShot(true);
    m_slow.setInterval(kSoonest);
    connect(&m_slow, &QTimer::timeout, this, [this] {
        m_range = {};
        askWho();
        askValues();
    });
    connect(shared, &SharedView::sessionChanged, this, &LagBand::reset);
    connect(shared, &SharedView::windowChanged, this, &LagBand::askValues);
    connect(shared, &SharedView::playheadChanged, this, [this] {
        setAccessibleDescription(asText());
        update();
    });
    connect(shared, &SharedView::dataGrew, this, [this] {
        if (!m_slow.isActive())
            m_slow.start();
    });
    updateTitle();
    reset();
}

void LagBand::reset()
{
    m_whoJob.cancel();
    m_valuesJob.cancel();
    m_slow.stop();
    m_values.clear();
    m_range = {};
    m_knows = false;
    m_knownUntil = kNoTime;
    if (!std::exchange(m_rows, {}).empty())
        Q_EMIT heightChanged();
    touch();
    askWho();
}

void LagBand::askWho()
{
    Session* const session = m_shared->session();
    if (!session || m_whoJob.isBusy())
        return;
    // The whole session and what comes behind its last message, then only what is new since; of
    // each consumer a few values.
    const TimePoint from = m_knownUntil == kNoTime
                               ? session->seen().time.begin - nanoseconds(kLagHolds)
                               : fromNs(m_knownUntil);
    const LagRequest request{{from, TimePoint::max()}, 1};
    m_whoJob.start(
        this, [&](const std::stop_token&) { return session->lags(request); },
        [this](const Result<std::vector<Lag>>& lags) {
            m_knows = true;
            if (lags)
                takeWho(*lags);
        });
}

void LagBand::takeWho(const std::vector<Lag>& lags)
{
    bool isOther = false;
    for (const LagTrack& track : lagTracks(lags)) {
        m_knownUntil = std::max(m_knownUntil, track.values.back().time);
        if (track.highest <= 0)
            continue;
        const auto known =
            std::ranges::find_if(m_rows, [&](const LagTrack& row) { return row.isOf(track); });
        if (known != m_rows.end()) {
            known->highest = std::max(known->highest, track.highest);
            continue;
        }
        LagTrack& row = m_rows.emplace_back(track);
        row.values.clear();
        isOther = true;
    }
    if (isOther) {
        std::ranges::sort(m_rows, [](const LagTrack& a, const LagTrack& b) {
            return std::tie(a.connection, a.topic, a.consumer) <
                   std::tie(b.connection, b.topic, b.consumer);
        });
        askValues();
        Q_EMIT heightChanged();
    }
    touch();
    update();
}

std::vector<std::int64_t> LagBand::columnsOf(const QString& topic, const TimeAxis& axis,
                                             int width) const
{
    const Session* const session = m_shared->session();
    std::vector<std::int64_t> columns;
    for (const LagTrack& row : m_rows) {
        if (row.topic != topic || !session)
            continue;
        auto more = lagColumns(valuesOf(row), axis, width, session->seen().time.end);
        if (columns.empty())
            columns = std::move(more);
        else
            std::ranges::transform(columns, more, columns.begin(),
                                   [](auto a, auto b) { return std::max(a, b); });
    }
    return columns;
}

QString LagBand::textOf(const QString& topic, TimePoint time) const
{
    QStringList lines;
    for (const LagTrack& row : m_rows) {
        const LagTrack& values = valuesOf(row);
        if (row.topic == topic && values.at(time) != nullptr)
            lines << lagSentence(row, values, time);
    }
    return lines.join(u'\n');
}

void LagBand::touch()
{
    ++m_revision;
    Q_EMIT valuesChanged();
}

void LagBand::askValues()
{
    Session* const session = m_shared->session();
    if (!session || m_rows.empty())
        return; // while it is folded lanes may show them
    const TimeRange window = m_shared->window();
    const nanoseconds step = axis().perPixel();
    // A finer answer than needed is as good, within bounds.
    const bool isKnown = m_range.begin <= window.begin && window.end <= m_range.end &&
                         m_step <= step && m_step >= step / 4;
    update();
    if (isKnown)
        return;
    const nanoseconds pad = window.length() / 2;
    const TimeRange range{window.begin - pad, window.end + pad};
    const LagRequest request{range, std::max(1, 2 * plotRect().width())};
    m_asked.start();
    m_valuesJob.start(
        this, [&](const std::stop_token&) { return session->lags(request); },
        [this, range, step](const Result<std::vector<Lag>>& lags) {
            if (!lags)
                return;
            pace();
            m_values = lagTracks(*lags);
            m_range = range;
            m_step = step;
            touch();
            setAccessibleDescription(asText());
            update();
        });
}

void LagBand::pace()
{
    // Days of a recording take a while to look through: then they are looked at less often.
    m_slow.setInterval(std::clamp<std::chrono::milliseconds>(
        std::chrono::milliseconds(kPatience * m_asked.elapsed()), kSoonest, kLatest));
}

bool LagBand::isSettled() const
{
    return !m_shared->session() || (m_knows && !m_valuesJob.isBusy());
}

void LagBand::setFolded(bool folded)
{
    if (folded == m_isFolded)
        return;
    m_isFolded = folded;
    updateTitle();
    askValues();
    Q_EMIT heightChanged();
    update();
}

void LagBand::updateTitle()
{
    m_fold->setText((m_isFolded ? u"▸ %1"_s : u"▾ %1"_s).arg(tr("Consumers behind")));
    m_fold->setFont(Theme::current().interfaceFont(9));
}

int LagBand::headerHeight() const
{
    return std::max(kHeader, QFontMetrics(Theme::current().interfaceFont(9)).height() + 6);
}

int LagBand::rowHeight() const
{
    const Theme& theme = Theme::current();
    return std::max(theme.laneHeight, QFontMetrics(theme.interfaceFont(9.5)).height() +
                                          QFontMetrics(theme.interfaceFont(8)).height() + 4);
}

int LagBand::wantedHeight(int most) const
{
    if (m_rows.empty())
        return 0;
    const int header = headerHeight() + 1;
    if (m_isFolded)
        return header;
    const int fit = std::max(1, (most - header) / rowHeight());
    return header + std::min(static_cast<int>(m_rows.size()), fit) * rowHeight();
}

std::vector<std::size_t> LagBand::shownRows() const
{
    std::vector<std::size_t> rows(m_rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = i;
    const auto fit =
        static_cast<std::size_t>(std::max(0, (height() - headerHeight() - 1) / rowHeight()));
    if (rows.size() > fit) {
        // Who was farthest behind is shown; where each stands does not change.
        std::ranges::stable_sort(rows, std::greater{},
                                 [this](std::size_t i) { return m_rows[i].highest; });
        rows.resize(fit);
        std::ranges::sort(rows);
    }
    return rows;
}

QRect LagBand::plotRect() const
{
    const Theme& theme = Theme::current();
    return {theme.axisLeft, headerHeight() + 1,
            std::max(0, width() - theme.axisLeft - theme.axisRight),
            std::max(0, height() - headerHeight() - 1)};
}

TimeAxis LagBand::axis() const
{
    const QRect plot = plotRect();
    return TimeAxis(m_shared->window(), plot.left(), plot.width());
}

QRect LagBand::rowRect(const QString& topic, const QString& consumer) const
{
    const QRect plot = plotRect();
    int y = plot.top();
    for (const std::size_t i : shownRows()) {
        if (m_rows[i].topic == topic && m_rows[i].consumer == consumer)
            return {plot.left(), y, plot.width(), rowHeight()};
        y += rowHeight();
    }
    return {};
}

const LagTrack& LagBand::valuesOf(const LagTrack& row) const
{
    static const LagTrack none;
    const auto found =
        std::ranges::find_if(m_values, [&](const LagTrack& track) { return track.isOf(row); });
    return found == m_values.end() ? none : *found;
}

std::int64_t LagBand::top() const
{
    std::int64_t highest = 0;
    for (const LagTrack& row : m_rows)
        highest = std::max(highest, row.highest);
    return lagTop(highest);
}

void LagBand::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.ground);
    painter.fillRect(0, 0, width(), headerHeight(), theme.pane);
    painter.fillRect(0, 0, theme.axisLeft, height(), theme.pane);
    painter.fillRect(0, 0, width(), 1, theme.hairline);
    painter.fillRect(0, headerHeight(), width(), 1, theme.hairline);
    paintHeader(painter);
    const QRect plot = plotRect();
    int y = plot.top();
    for (const std::size_t i : shownRows()) {
        paintRow(painter, m_rows[i], {plot.left(), y, plot.width(), rowHeight()});
        y += rowHeight();
    }
    painter.fillRect(theme.axisLeft - 1, headerHeight(), 1, height(), theme.hairline);
    const double x = axis().xAt(m_shared->playhead());
    if (!m_isFolded && x >= plot.left() && x <= plot.right() + 1)
        painter.fillRect(std::min(static_cast<int>(x), plot.right()), plot.top(), 1, plot.height(),
                         theme.interaction);
}

void LagBand::paintHeader(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    QStringList facts;
    int behind = 0;
    for (const LagTrack& row : m_rows) {
        const Lag* lag = valuesOf(row).at(m_shared->playhead());
        behind += lag != nullptr && lag->behind() > 0;
    }
    if (!m_isFolded) {
        facts << tr("%1 of %2 behind").arg(behind).arg(m_rows.size())
              << tr("scale: logarithm, to %1").arg(shortNumberText(double(top())));
        if (const std::size_t shown = shownRows().size(); shown < m_rows.size())
            facts << tr("%1 more do not fit").arg(m_rows.size() - shown);
    } else {
        facts << countText(static_cast<std::int64_t>(m_rows.size()), tr("1 consumer"),
                           tr("%1 consumers"));
    }
    painter.setFont(theme.interfaceFont(8.5));
    painter.setPen(theme.faint);
    painter.drawText(QRect(theme.axisLeft + 6, 1, plotRect().width() - 12, headerHeight() - 1),
                     Qt::AlignVCenter | Qt::AlignLeft, facts.join(u" · "_s));
}

void LagBand::paintRow(QPainter& painter, const LagTrack& row, QRect rect) const
{
    const Theme& theme = Theme::current();
    const LagTrack& values = valuesOf(row);
    const QColor line = mixed(theme.hairline, theme.ground, 0.5);
    painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, line);

    const QColor edge = QColor(theme.heat[200]);
    const QColor fill = mixed(edge, theme.ground, 0.35);
    const QRect room = rect.adjusted(0, kInset, 0, -1);
    const std::int64_t scale = top();
    const Session* const session = m_shared->session();
    const auto columns = lagColumns(values, axis(), rect.width(),
                                    session ? session->seen().time.end : TimePoint::max());
    const auto topOf = [&](std::int64_t value) {
        return room.bottom() -
               static_cast<int>(lagHeight(value, scale) * (room.height() - 1) + 0.5);
    };
    // Columns of one value are one box.
    for (std::size_t from = 0; from < columns.size();) {
        std::size_t to = from + 1;
        while (to < columns.size() && columns[to] == columns[from])
            ++to;
        if (columns[from] >= 0) {
            const int x = rect.left() + static_cast<int>(from);
            const int width = static_cast<int>(to - from);
            const int y = topOf(columns[from]);
            if (columns[from] > 0)
                painter.fillRect(x, y, width, room.bottom() - y, fill);
            painter.fillRect(x, y, width, 1, columns[from] > 0 ? edge : theme.faint);
        }
        from = to;
    }

    // The number at the playhead, then the names beside it.
    const Lag* lag = values.at(m_shared->playhead());
    const QRect names(0, rect.top(), theme.axisLeft, rect.height());
    painter.fillRect(names.left(), names.bottom(), names.width(), 1,
                     mixed(theme.hairline, theme.pane, 0.5));
    const QString number = lag != nullptr ? shortNumberText(double(lag->behind())) : u"–"_s;
    const QFont numberFont = theme.numberFont(9.5);
    const int width = QFontMetrics(numberFont).horizontalAdvance(number);
    painter.setFont(numberFont);
    painter.setPen(lag != nullptr && lag->behind() > 0 ? theme.text : theme.faint);
    painter.drawText(names.adjusted(0, 0, -8, 0), Qt::AlignVCenter | Qt::AlignRight, number);
    // A shape and a colour for whether it gets worse.
    if (const double trend = values.trend(m_shared->playhead()); trend != 0) {
        const QPoint tip(names.right() - 8 - width - 9, rect.center().y());
        const int dy = trend > 0 ? -3 : 3;
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(trend > 0 ? theme.warning : theme.good);
        painter.drawPolygon(
            QPolygon({tip + QPoint(0, dy), tip + QPoint(4, -dy), tip + QPoint(-4, -dy)}));
        painter.setRenderHint(QPainter::Antialiasing, false);
    }
    const QRect text = names.adjusted(theme.gutter, 2, -width - 26, -2);
    const QFont name = theme.interfaceFont(9.5);
    const QFont small = theme.interfaceFont(8);
    painter.setFont(name);
    painter.setPen(theme.text);
    painter.drawText(text, Qt::AlignTop | Qt::AlignLeft,
                     QFontMetrics(name).elidedText(row.consumer, Qt::ElideMiddle, text.width()));
    painter.setFont(small);
    painter.setPen(theme.faint);
    painter.drawText(text, Qt::AlignBottom | Qt::AlignLeft,
                     QFontMetrics(small).elidedText(row.topic, Qt::ElideMiddle, text.width()));
}

QString LagBand::asText() const
{
    QStringList lines;
    for (const LagTrack& row : m_rows)
        lines << lagSentence(row, valuesOf(row), m_shared->playhead());
    return lines.join(u'\n');
}

bool LagBand::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const Session* session = m_shared->session();
    for (const LagTrack& row : m_rows) {
        const QRect rect = rowRect(row.topic, row.consumer);
        if (!session || rect.isEmpty() || help->pos().y() < rect.top() ||
            help->pos().y() > rect.bottom())
            continue;
        const bool isOnPlot = rect.contains(help->pos());
        const TimePoint time = isOnPlot ? axis().timeAt(help->pos().x()) : m_shared->playhead();
        const ConnectionEntry connection = session->dictionaries()->connectionEntry(row.connection);
        QToolTip::showText(
            help->globalPos(),
            tr("%1\n%2 · highest so far %3\n%4")
                .arg(lagSentence(row, valuesOf(row), time), shownClock(time, 0),
                     numberText(row.highest),
                     QString::fromStdString(connection.name.empty() ? connection.url
                                                                    : connection.name)),
            this);
        return true;
    }
    QToolTip::hideText();
    return true;
}

void LagBand::wheelEvent(QWheelEvent* event)
{
    event->accept();
    navigateByWheel(*m_shared, axis(), *event);
}

void LagBand::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && plotRect().contains(event->position().toPoint()))
        m_shared->setPlayhead(axis().timeAt(event->position().x()));
}

void LagBand::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    m_fold->setGeometry(2, 1, Theme::current().axisLeft - 4, headerHeight() - 1);
    askValues();
}

void LagBand::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        updateTitle();
        Q_EMIT heightChanged();
        update();
    }
    QWidget::changeEvent(event);
}

} // namespace murmur
