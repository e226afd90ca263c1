// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/wall/wallview.h"

#include "views/base/agentfigures.h"
#include "views/base/agentnaming.h"
#include "views/base/agenttable.h"
#include "views/base/emptynote.h"
#include "views/base/names.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/paneparts.h"
#include "views/base/picks.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"
#include "views/base/viewwishes.h"
#include "views/wall/wallcanvas.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QDataStream>
#include <QGuiApplication>
#include <QHeaderView>
#include <QIODevice>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QScopedValueRollback>
#include <QShortcut>
#include <QStackedLayout>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kPreview = 90; ///< bytes of the last message

QString kindWord(Kind kind)
{
    const std::string_view name = kindName(kind);
    return QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size()));
}

} // namespace

WallView::WallView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Wall"), this))
    , m_filter(new QLineEdit(this))
    , m_tableButton(makePaneButton(tr("Table"), tr("The same as a table (T)"), this))
    , m_body(new QWidget(this))
    , m_stack(new QStackedLayout(m_body))
    , m_canvas(new WallCanvas(m_body))
    , m_table(new QTableView(m_body))
    , m_model(
          new AgentTable({tr("group"), tr("agent"), tr("health"), tr("status"), tr("messages/s"),
                          tr("in flight"), tr("mailbox"), tr("p99"), tr("errors")},
                         4, this))
    , m_note(new EmptyNote(m_body))
    , m_figures(AgentFigures::of(context.shared))
    , m_naming(new AgentNaming(context.shared, this))
{
    setAccessibleName(tr("Wall"));
    setAccessibleDescription(
        tr("One tile per agent, by group, the worst first. Arrows go from tile to tile, Return "
           "shows the agent in the timeline, T shows a table."));
    m_filter->setPlaceholderText(tr("Filter"));
    m_filter->setAccessibleName(tr("Filter agents of the wall"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setFixedWidth(fontMetrics().averageCharWidth() * 22);
    m_tableButton->setCheckable(true);
    m_header->addWidget(m_filter);
    m_header->addWidget(m_tableButton);
    m_table->setModel(m_model);
    m_table->setAccessibleName(tr("How agents do"));
    makeQuietTable(*m_table);
    m_table->setColumnWidth(1, 180);
    m_table->setColumnWidth(3, 240);
    m_stack->addWidget(m_canvas);
    m_stack->addWidget(m_table);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_body, 1);
    // A table takes letters for a search.
    auto* toggle = new QShortcut(Qt::Key_T, m_table, {}, {}, Qt::WidgetShortcut);
    connect(toggle, &QShortcut::activated, this, [this] { setTable(false); });
    setFocusProxy(m_canvas);
    // The picture is what a person comes for.
    setTabOrder(m_canvas, m_filter);
    setTabOrder(m_filter, m_tableButton);

    connect(m_tableButton, &QToolButton::toggled, this, &WallView::setTable);
    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_canvas->setFilter(text);
        fillTable();
        updateNote();
    });
    const auto pick = [this](AgentId agent) {
        const QScopedValueRollback guard(m_isPicking, true);
        shared()->selectAgent(agent);
    };
    connect(m_canvas, &WallCanvas::agentPicked, this, pick);
    connect(m_canvas, &WallCanvas::agentOpened, this, [this, pick](AgentId agent) {
        pick(agent);
        ViewWishes::of(shared())->show(u"timeline"_s);
    });
    connect(m_canvas, &WallCanvas::agentHovered, this, &WallView::askLast);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this, pick](const QModelIndex& index) {
                if (!index.isValid() || m_isPicking)
                    return;
                const AgentId agent = m_model->lines()[static_cast<std::size_t>(index.row())].agent;
                m_canvas->select(agent, true);
                pick(agent);
            });
    connect(shared(), &SharedView::agentSelected, this,
            [this] { m_canvas->select(shared()->selectedAgent(), !m_isPicking); });
    m_note->follow(shared());
    connect(shared(), &SharedView::silenceChanged, this, &WallView::updateNote);
    connect(m_figures, &AgentFigures::changed, this, &WallView::present);
    connect(m_figures, &AgentFigures::restarted, this, [this] {
        m_lastJob.cancel();
        m_canvas->show({});
        fillTable();
    });
    m_figures->serve(this);
    present();
    m_canvas->select(shared()->selectedAgent(), true);
}

WallView::~WallView() = default;

void WallView::present()
{
    if (isVisible()) {
        m_canvas->show(m_figures->rows());
        fillTable();
    }
    updateNote();
}

std::vector<AgentTable::Line> WallView::lines() const
{
    std::vector<AgentTable::Line> lines;
    for (const WallGroup& group : m_canvas->plan().groups()) {
        for (int i = group.first; i < group.first + group.count; ++i) {
            const AgentRow& row = *m_canvas->rowOf(i);
            lines.push_back({row.agent,
                             {group.name, row.name, healthText(row.health, row.errors), row.status,
                              shortNumberText(row.rate), numberText(row.open), numberText(row.owed),
                              row.p99.count() < 0 ? QString() : durationText(row.p99),
                              numberText(row.errors)}});
        }
    }
    return lines;
}

void WallView::fillTable()
{
    const QScopedValueRollback guard(m_isPicking, true); // rows move under the selection
    // Laid out only while somebody reads it: the picture is what most look at.
    m_model->update(m_tableButton->isChecked() ? lines() : std::vector<AgentTable::Line>());
}

/// What the hovered agent said last.
void WallView::askLast(AgentId agent)
{
    Session* session = shared()->session();
    const AgentRow* row = m_figures->row(agent);
    if (session == nullptr || row == nullptr || row->last == 0) {
        m_lastJob.cancel();
        return;
    }
    m_lastJob.start(
        this,
        [&](std::stop_token stop) {
            RowRequest request;
            request.seqs = {row->last};
            request.previewBytes = m_hidesPayloads ? 0 : kPreview;
            request.stop = std::move(stop);
            return session->rows(std::move(request));
        },
        [this, agent](const Result<std::vector<MessageRow>>& rows) {
            const Session* now = shared()->session();
            if (!rows || rows->empty() || now == nullptr)
                return;
            const MessageRow& last = rows->front();
            const auto names = now->dictionaries();
            const QString topic = QString::fromStdString(names->topicName(last.topic));
            const QString text =
                tr("last: %1 on %2, %3").arg(kindWord(last.kind), topic, shownClock(last.time));
            m_canvas->setHoverNote(agent, last.preview.isEmpty()
                                              ? text
                                              : text + u'\n' + QString::fromUtf8(last.preview));
        });
}

void WallView::updateNote()
{
    const Session* session = shared()->session();
    const WallPlan& plan = m_canvas->plan();
    const auto counts = plan.counts();
    QStringList facts;
    int ill = 0;
    for (std::size_t i = counts.size(); i-- > 0;) {
        const auto health = static_cast<Health>(i);
        if (counts[i] == 0)
            continue;
        facts << u"%1 %2 %3"_s.arg(healthLetter(health), numberText(counts[i]),
                                   healthGroupText(health));
        ill += health > Health::Well ? counts[i] : 0;
    }
    m_header->setFacts(facts.join(u" · "_s), ill > 0 ? Theme::current().warning : QColor());
    if (session == nullptr)
        m_note->say(tr("No recording"), tr("Agents appear here once messages are heard."));
    else if (!m_figures->failure().isEmpty() && m_canvas->rows().empty())
        m_note->say(tr("The agents cannot be shown"), m_figures->failure());
    else if (session->seen().last == 0)
        m_note->say(tr("No agent yet"),
                    shared()->silence().isEmpty()
                        ? tr("Whoever sends a message, or is named as its receiver, appears here.")
                        : shared()->silence());
    else if (m_canvas->rows().empty())
        m_note->say(m_figures->isSettled() ? tr("No agent") : tr("Reading …"));
    else if (plan.tiles().empty())
        m_note->say(tr("No agent matches"), tr("Clear the filter to see all of them."));
    else
        m_note->say({});
}

bool WallView::isSettled() const
{
    return m_figures->isSettled();
}

void WallView::setTable(bool isTable)
{
    m_tableButton->setChecked(isTable);
    QWidget* shown = isTable ? static_cast<QWidget*>(m_table) : m_canvas;
    const bool hasFocus = m_canvas->hasFocus() || m_table->hasFocus();
    m_stack->setCurrentWidget(shown);
    setFocusProxy(shown);
    fillTable();
    if (hasFocus)
        shown->setFocus();
    m_note->raise();
}

QString WallView::asText() const
{
    return m_canvas->plan().tiles().empty()
               ? m_note->title() + u'\n' + m_note->sentence()
               : m_header->title() + u'\t' + m_header->facts() + u'\n' + m_model->asText(lines());
}

QByteArray WallView::saveState() const
{
    QByteArray bytes;
    QDataStream out(&bytes, QIODevice::WriteOnly);
    const auto size = m_canvas->tileSize();
    out << qint32(1) << m_tableButton->isChecked() << qint32(size ? static_cast<int>(*size) : -1);
    return bytes;
}

void WallView::restoreState(const QByteArray& state)
{
    QDataStream in(state);
    qint32 version = 0, size = -1;
    bool isTable = false;
    in >> version >> isTable >> size;
    if (version != 1 || in.status() != QDataStream::Ok)
        return;
    setTable(isTable);
    if (size >= 0 && size <= static_cast<int>(TileSize::Full))
        m_canvas->setTileSize(static_cast<TileSize>(size));
}

std::optional<Region> WallView::picked() const
{
    const AgentId agent = shared()->selectedAgent();
    return murmur::index(agent) == 0 ? std::nullopt : regionOfAgents(*shared(), {agent});
}

void WallView::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu(this);
    fillPickedMenu(menu);
    if (!menu.isEmpty())
        menu.exec(event->globalPos());
}

void WallView::fillPickedMenu(QMenu& menu)
{
    const AgentId agent = shared()->selectedAgent();
    if (murmur::index(agent) == 0)
        return;
    m_naming->addTo(menu, {agent});
    menu.addSeparator();
    addPickActions(menu, this);
}

void WallView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy)) {
        QGuiApplication::clipboard()->setText(asText());
    } else if (event->key() == Qt::Key_T && event->modifiers() == Qt::NoModifier) {
        setTable(!m_tableButton->isChecked());
    } else if (event->key() == Qt::Key_Slash) {
        m_filter->setFocus(Qt::ShortcutFocusReason);
    } else if (event->key() == Qt::Key_Escape && !m_filter->text().isEmpty()) {
        m_filter->clear();
        m_canvas->setFocus();
    } else {
        View::keyPressEvent(event);
    }
}

void WallView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        m_canvas->applyTheme();
    View::changeEvent(event);
}

} // namespace murmur
