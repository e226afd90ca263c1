// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "filteredit.h"

#include "views/base/numbers.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/filter/filterline.h"
#include "views/filter/recordingvalues.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QRegularExpression>
#include <QToolButton>

namespace murmur {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto kPause = 300ms;
/// Matches are counted in portions, so that memory stays small and the number grows visibly.
constexpr std::int64_t kPortion = 200'000;

} // namespace

int columnOf(QStringView message)
{
    static const QRegularExpression column(u"\\bcolumn (\\d+)"_s,
                                           QRegularExpression::CaseInsensitiveOption);
    const auto match = column.match(message.toString());
    return match.hasMatch() ? match.captured(1).toInt() : 0;
}

FilterEdit::FilterEdit(SharedView* shared, QWidget* parent)
    : QWidget(parent)
    , m_shared(shared)
    , m_edit(new FilterLine(this))
    , m_values(new RecordingValues(shared, this))
    , m_effect(new QToolButton(this))
    , m_kept(new QToolButton(this))
    , m_keptMenu(nullptr)
    , m_count(new QLabel(this))
    , m_error(nullptr)
{
    const Theme& theme = Theme::current();
    m_edit->setPlaceholderText(tr("Filter:  kind == error and latency > 200ms"));
    m_edit->setAccessibleName(tr("Filter"));
    m_edit->setToolTip(tr("Down: filters of before and those that are kept"));
    m_edit->setSource([this] { return m_values->source(); });
    connect(m_values, &RecordingValues::grew, m_edit, &FilterLine::refreshList);
    connect(m_edit, &FilterLine::listShown, this, [this] {
        if (m_error)
            m_error->hide();
    });
    m_edit->setMinimumHeight(30);
    m_edit->installEventFilter(this);
    m_count->setFont(theme.numberFont(9));
    m_count->setForegroundRole(QPalette::PlaceholderText);
    m_count->hide();

    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(8);
    line->addWidget(m_edit, 1);
    line->addWidget(m_count);
    line->addWidget(m_effect);
    line->addWidget(m_kept);
    setFocusProxy(m_edit);
    buildKept();

    m_pause.setSingleShot(true);
    m_pause.setInterval(kPause);
    m_growth.setSingleShot(true);
    m_growth.setInterval(1s);
    connect(m_edit, &QLineEdit::textChanged, this, [this] {
        showError({});
        m_pause.start();
        if (m_edit->text().isEmpty())
            m_shared->setFilter(nullptr);
    });
    connect(&m_pause, &QTimer::timeout, this, &FilterEdit::check);
    connect(m_edit, &QLineEdit::returnPressed, this, &FilterEdit::apply);
    connect(m_shared, &SharedView::filterChanged, this, [this] {
        // Views set filters too: what holds is what stands here.
        const QString text = m_shared->filter() ? m_shared->filter()->text() : QString();
        if (text.trimmed() != m_edit->text().trimmed()) {
            const QSignalBlocker blocker(m_edit);
            m_edit->setText(text);
            m_edit->setCursorPosition(0);
            m_edit->colour();
            m_pause.stop();
            showError({});
        }
        refreshEffect();
        restartCount();
    });
    connect(m_shared, &SharedView::dataGrew, this, [this] {
        if (m_shared->filter() && !m_growth.isActive())
            m_growth.start();
    });
    connect(&m_growth, &QTimer::timeout, this, &FilterEdit::countOn);
}

FilterEdit::~FilterEdit()
{
    m_stop.request_stop();
}

QString FilterEdit::text() const
{
    return m_edit->text();
}

void FilterEdit::setText(const QString& text)
{
    m_edit->setText(text);
}

void FilterEdit::clear()
{
    m_edit->setText({}); // and nothing to take back: what was typed is in the history
    m_pause.stop();
    showError({});
    m_shared->setFilter(nullptr);
}

void FilterEdit::focusText()
{
    m_edit->setFocus(Qt::ShortcutFocusReason);
    m_edit->selectAll();
}

QString FilterEdit::countText() const
{
    return m_count->isHidden() ? QString() : m_count->text();
}

Result<FilterPtr> FilterEdit::parse() const
{
    const Session* session = m_shared->session();
    return parseFilter(m_edit->text(), session ? session->seen().time : TimeRange{});
}

void FilterEdit::check()
{
    const auto filter = parse();
    // What is still being chosen is not wrong yet.
    showError(filter || m_edit->isChoosing() ? QString() : filter.error().message);
}

bool FilterEdit::apply()
{
    m_pause.stop();
    const auto filter = parse();
    showError(filter ? QString() : filter.error().message);
    if (!filter)
        return false;
    m_shared->setFilter(*filter);
    remember(m_edit->text().trimmed());
    return true;
}

void FilterEdit::showError(const QString& message)
{
    m_errorText = message;
    m_edit->setAccessibleDescription(message);
    if (message.isEmpty()) {
        if (m_error)
            m_error->hide();
        return;
    }
    if (!m_error) {
        m_error = new QLabel(window());
        m_error->setFocusPolicy(Qt::NoFocus);
        m_error->setAutoFillBackground(true);
        m_error->setMargin(6);
    }
    const Theme& theme = Theme::current();
    m_error->setStyleSheet(
        u"background: %1; color: %2; border: 1px solid %3; border-radius: 4px;"_s.arg(
            theme.plate.name(), theme.text.name(), theme.bad.name()));
    m_error->setText(
        u"<span style='color:%1'>▲</span> %2"_s.arg(theme.bad.name(), message.toHtmlEscaped()));
    placeError();
    m_error->show();
    m_error->raise();
}

void FilterEdit::placeError()
{
    if (!m_error)
        return;
    m_error->adjustSize();
    const int column = columnOf(m_errorText);
    const int before = QFontMetrics(m_edit->font())
                           .horizontalAdvance(m_edit->text().left(std::max(0, column - 1)));
    const QPoint below = m_edit->mapTo(window(), QPoint(0, m_edit->height() + 3));
    // The triangle of the message points at the column.
    const int wanted = below.x() + std::min(before, m_edit->width() - 20) + 2;
    const int rightmost = window()->width() - m_error->width() - 8;
    m_error->move(std::max(8, std::min(wanted, rightmost)), below.y());
}

void FilterEdit::restartCount()
{
    m_stop.request_stop();
    m_stop = {};
    ++m_generation;
    m_counted = 0;
    m_matches = 0;
    m_isCounting = false;
    m_count->hide();
    countOn();
}

void FilterEdit::countOn()
{
    Session* session = m_shared->session();
    if (!session || !m_shared->filter() || m_isCounting)
        return;
    m_isCounting = true;
    MatchRequest request;
    request.filter = m_shared->filter();
    request.first = m_counted + 1;
    request.limit = kPortion;
    request.stop = m_stop.get_token();
    const quint64 generation = m_generation;
    session->search(request).then(this, [this, generation](const Result<MatchList>& found) {
        if (generation != m_generation)
            return;
        m_isCounting = false;
        if (!found)
            return;
        m_matches += static_cast<std::int64_t>(found->seqs.size());
        const bool hasMore = !found->isComplete && !found->seqs.empty();
        m_counted = hasMore ? found->seqs.back() : std::max(m_counted, found->through);
        showCount();
        if (hasMore)
            countOn();
    });
}

void FilterEdit::showCount()
{
    m_count->setText(m_matches == 0 ? tr("no match") : tr("%1 match").arg(numberText(m_matches)));
    m_count->show();
}

bool FilterEdit::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_edit && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape && !m_edit->isChoosing()) {
        clear();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void FilterEdit::resizeEvent(QResizeEvent*)
{
    placeError();
}

} // namespace murmur
