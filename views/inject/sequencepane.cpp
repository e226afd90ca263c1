// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/inject/sequencepane.h"

#include "replay/injectionsequence.h"
#include "views/base/theme.h"
#include "views/inject/composermemory.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

enum SequenceColumn { StateColumn, PauseColumn, ReplyColumn, TopicColumn, PayloadColumn };

constexpr qsizetype kShownPayload = 120;

QString payloadLine(const InjectionDraft& draft)
{
    if (draft.isTombstone)
        return SequencePane::tr("no value");
    return draft.payload.isValidUtf8()
               ? QString::fromUtf8(draft.payload.left(kShownPayload)).simplified()
               : bytesText(draft.payload.size());
}

} // namespace

SequencePane::SequencePane(ComposerMemory& memory, QWidget* parent)
    : QWidget(parent)
    , m_memory(memory)
    , m_hint(new QLabel(this))
    , m_name(new QLineEdit(this))
    , m_menu(new QMenu(this))
    , m_list(new QTreeWidget(this))
{
    m_name->setPlaceholderText(tr("name, to keep it"));
    m_name->setMinimumWidth(60);
    m_name->setAccessibleName(tr("Name of the sequence"));
    auto* kept = new QToolButton(this);
    kept->setText(tr("Kept"));
    kept->setPopupMode(QToolButton::InstantPopup);
    kept->setMenu(m_menu);
    connect(m_menu, &QMenu::aboutToShow, this, &SequencePane::fillMenu);
    m_list->setAccessibleName(tr("Messages of the sequence"));
    m_list->setHeaderLabels({tr("#"), tr("Pause"), tr("After reply"), tr("Topic"), tr("Payload")});
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->header()->setStretchLastSection(true);
    m_list->installEventFilter(this);
    m_list->header()->setSectionsMovable(false);
    connect(m_list, &QTreeWidget::itemChanged, this, &SequencePane::takeItem);
    connect(m_list, &QTreeWidget::currentItemChanged, this, &SequencePane::showButtons);
    connect(m_list, &QTreeWidget::itemDoubleClicked, this,
            [this](QTreeWidgetItem* item, int column) {
                if (column == PauseColumn)
                    m_list->editItem(item, column);
                else if (column != ReplyColumn)
                    m_edit->click();
            });
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(6, 6, 6, 6);
    column->setSpacing(4);
    m_hint->setText(
        tr("Add puts what stands in the composer here; all of it is then sent in order."));
    m_hint->setWordWrap(true);
    column->addWidget(buildTop(kept));
    column->addWidget(m_hint);
    column->addWidget(m_list, 1);
    column->addWidget(buildButtons());
    fill(-1);
}

QToolButton* SequencePane::button(QWidget* box, const QString& text, const QString& tip)
{
    auto* made = new QToolButton(box);
    made->setText(text);
    made->setToolTip(tip);
    made->setAccessibleName(tip);
    box->layout()->addWidget(made);
    return made;
}

QWidget* SequencePane::buildTop(QWidget* kept)
{
    auto* box = new QWidget(this);
    auto* line = new QHBoxLayout(box);
    line->setContentsMargins({});
    line->setSpacing(4);
    m_up = button(box, u"↑"_s, tr("Earlier"));
    m_down = button(box, u"↓"_s, tr("Later"));
    m_remove = button(box, u"✕"_s, tr("Take this row out"));
    connect(m_up, &QToolButton::clicked, this, [this] { move(-1); });
    connect(m_down, &QToolButton::clicked, this, [this] { move(1); });
    connect(m_remove, &QToolButton::clicked, this, &SequencePane::remove);
    line->addWidget(m_name, 1);
    line->addWidget(kept);
    return box;
}

QWidget* SequencePane::buildButtons()
{
    auto* box = new QWidget(this);
    auto* line = new QHBoxLayout(box);
    line->setContentsMargins({});
    line->setSpacing(4);
    auto* add = button(box, tr("Add"), tr("Add what stands in the composer"));
    m_replace = button(box, tr("Replace"), tr("Put what stands in the composer in this row"));
    m_edit = button(box, tr("Edit"), tr("Take this row into the composer"));
    connect(add, &QToolButton::clicked, this, &SequencePane::addWanted);
    connect(m_replace, &QToolButton::clicked, this, &SequencePane::replaceWanted);
    connect(m_edit, &QToolButton::clicked, this, [this] {
        if (row() >= 0)
            Q_EMIT editWanted(m_steps[static_cast<std::size_t>(row())].draft);
    });
    line->addStretch(1);
    m_send = new QPushButton(box);
    connect(m_send, &QPushButton::clicked, this, &SequencePane::sendWanted);
    line->addWidget(m_send);
    return box;
}

bool SequencePane::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_list || event->type() != QEvent::KeyPress || row() < 0)
        return QWidget::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Delete)
        remove();
    else if (key == Qt::Key_F2)
        m_list->editItem(m_list->currentItem(), PauseColumn);
    else
        return QWidget::eventFilter(watched, event);
    return true;
}

int SequencePane::row() const
{
    return m_list->indexOfTopLevelItem(m_list->currentItem());
}

void SequencePane::choose(int row)
{
    m_list->setCurrentItem(m_list->topLevelItem(row));
}

void SequencePane::fill(int chosen)
{
    m_hint->setVisible(m_steps.empty());
    m_list->setHeaderHidden(m_steps.empty());
    {
        const QSignalBlocker blocker(m_list);
        m_list->clear();
        const int rowHeight = std::max(Theme::current().tableRow, fontMetrics().height() + 6);
        for (std::size_t i = 0; i < m_steps.size(); ++i) {
            const InjectionStep& step = m_steps[i];
            auto* item = new QTreeWidgetItem(m_list);
            item->setText(StateColumn, QString::number(i + 1));
            item->setSizeHint(StateColumn, QSize(0, rowHeight));
            item->setText(PauseColumn,
                          step.pause > nanoseconds(0) ? durationText(step.pause) : tr("none"));
            item->setToolTip(PauseColumn, tr("Double-click: so long before it, as 200ms or 2s"));
            item->setText(TopicColumn, QString::fromUtf8(step.draft.topic));
            item->setText(PayloadColumn, payloadLine(step.draft));
            Qt::ItemFlags flags = item->flags() | Qt::ItemIsEditable;
            if (i > 0) {
                flags |= Qt::ItemIsUserCheckable;
                item->setCheckState(ReplyColumn, step.isAfterReply ? Qt::Checked : Qt::Unchecked);
                item->setToolTip(ReplyColumn, tr("Wait for the reply to the one before; "
                                                 "{{reply.payload.PATH}} is of it"));
            }
            item->setFlags(flags);
        }
        for (const int column : {StateColumn, PauseColumn, ReplyColumn, TopicColumn})
            m_list->resizeColumnToContents(column);
    }
    choose(std::min(chosen, static_cast<int>(m_steps.size()) - 1));
    showButtons();
}

void SequencePane::showButtons()
{
    const int at = row();
    for (QToolButton* button : {m_replace, m_edit, m_remove})
        button->setEnabled(at >= 0);
    m_up->setEnabled(at > 0);
    m_down->setEnabled(at >= 0 && at + 1 < static_cast<int>(m_steps.size()));
    m_send->setText(m_isRunning ? tr("Stop") : tr("Send all"));
    m_send->setEnabled(m_isRunning || !m_steps.empty());
}

/// Who is waited for asks for a reply, and nobody waits before the first.
void SequencePane::changed(int chosen)
{
    m_file.clear();
    for (std::size_t i = 0; i < m_steps.size(); ++i) {
        if (i == 0)
            m_steps[i].isAfterReply = false;
        else if (m_steps[i].isAfterReply)
            m_steps[i - 1].draft.wantsReply = true;
    }
    fill(chosen);
    Q_EMIT edited();
}

void SequencePane::takeItem(QTreeWidgetItem* item, int column)
{
    const int at = m_list->indexOfTopLevelItem(item);
    if (at < 0)
        return;
    InjectionStep& step = m_steps[static_cast<std::size_t>(at)];
    if (column == ReplyColumn) {
        step.isAfterReply = item->checkState(ReplyColumn) == Qt::Checked;
    } else if (column == PauseColumn) {
        const QString text = item->text(PauseColumn).remove(u' ');
        const auto pause = durationFromText(text);
        if (text.isEmpty() || text == u"0"_s || text == tr("none"))
            step.pause = nanoseconds(0);
        else if (pause && *pause >= nanoseconds(0) && *pause <= std::chrono::hours(24))
            step.pause = *pause;
        else
            Q_EMIT failed(tr("“%1” is no pause up to 24h. Write it as 200ms or 2s.").arg(text));
    }
    // The list must not be made anew while it tells of a change.
    QMetaObject::invokeMethod(
        this, [this, at] { changed(at); }, Qt::QueuedConnection);
}

void SequencePane::setSteps(std::vector<InjectionStep> steps)
{
    m_steps = std::move(steps);
    changed(0);
}

void SequencePane::add(const InjectionDraft& draft)
{
    InjectionStep step;
    step.draft = draft;
    step.draft.repeat = 1;
    m_steps.push_back(std::move(step));
    changed(static_cast<int>(m_steps.size()) - 1);
}

void SequencePane::replace(const InjectionDraft& draft)
{
    if (row() < 0)
        return;
    InjectionStep& step = m_steps[static_cast<std::size_t>(row())];
    step.draft = draft;
    step.draft.repeat = 1;
    changed(row());
}

void SequencePane::move(int by)
{
    const int from = row();
    const int to = from + by;
    if (from < 0 || to < 0 || to >= static_cast<int>(m_steps.size()))
        return;
    std::swap(m_steps[static_cast<std::size_t>(from)], m_steps[static_cast<std::size_t>(to)]);
    changed(to);
}

void SequencePane::remove()
{
    if (row() < 0)
        return;
    const int at = row();
    m_steps.erase(m_steps.begin() + at);
    changed(at);
}

void SequencePane::setRunning(bool isRunning)
{
    m_isRunning = isRunning;
    showButtons();
}

void SequencePane::begin()
{
    const QSignalBlocker blocker(m_list);
    for (int i = 0; i < m_list->topLevelItemCount(); ++i)
        m_list->topLevelItem(i)->setText(StateColumn, QString::number(i + 1));
}

void SequencePane::note(const InjectionEvent& event)
{
    const QSignalBlocker blocker(m_list);
    QTreeWidgetItem* item = m_list->topLevelItem(static_cast<int>(event.number) - 1);
    if (!item)
        return;
    const QString mark = event.is == InjectionEvent::Is::Failed     ? u"✕"_s
                         : event.is == InjectionEvent::Is::Answered ? u"✓ ↩"_s
                                                                    : u"✓"_s;
    item->setText(StateColumn, u"%1 %2"_s.arg(event.number).arg(mark));
    m_list->resizeColumnToContents(StateColumn);
    m_list->viewport()->update();
}

Status SequencePane::open(const QString& file)
{
    auto steps = sequenceFromFile(file);
    if (!steps)
        return steps.error();
    m_steps = std::move(*steps);
    changed(0);
    m_file = file;
    Q_EMIT edited();
    return Done{};
}

Status SequencePane::save(const QString& file)
{
    Status written = writeSequence(file, m_steps);
    if (written) {
        m_file = file;
        Q_EMIT edited();
    }
    return written;
}

void SequencePane::keep(const QString& name)
{
    m_memory.keepSequence(name, m_steps);
}

void SequencePane::askForFile(bool isToSave)
{
    const QString kinds = tr("Sequences (*.json)");
    const QString file = isToSave
                             ? QFileDialog::getSaveFileName(this, tr("Save the sequence"),
                                                            m_name->text() + u".json"_s, kinds)
                             : QFileDialog::getOpenFileName(this, tr("Open a sequence"), {}, kinds);
    if (file.isEmpty())
        return;
    if (const Status done = isToSave ? save(file) : open(file); !done)
        Q_EMIT failed(done.error().message);
}

void SequencePane::fillMenu()
{
    m_menu->clear();
    for (const QString& name : m_memory.sequenceNames()) {
        connect(m_menu->addAction(u"★ "_s + name), &QAction::triggered, this, [this, name] {
            m_name->setText(name);
            if (const auto* steps = m_memory.sequence(name))
                setSteps(*steps);
        });
    }
    const QString name = m_name->text().trimmed();
    QAction* kept = m_menu->addAction(name.isEmpty() ? tr("Keep this under its name")
                                                     : tr("Keep this as “%1”").arg(name));
    kept->setEnabled(!name.isEmpty() && !m_steps.empty());
    connect(kept, &QAction::triggered, this, [this, name] { keep(name); });
    if (m_memory.sequence(name)) {
        connect(m_menu->addAction(tr("Forget “%1”").arg(name)), &QAction::triggered, this,
                [this, name] { m_memory.forgetSequence(name); });
    }
    m_menu->addSeparator();
    connect(m_menu->addAction(tr("Open a file…")), &QAction::triggered, this,
            [this] { askForFile(false); });
    QAction* saved = m_menu->addAction(tr("Save as a file…"));
    saved->setEnabled(!m_steps.empty());
    connect(saved, &QAction::triggered, this, [this] { askForFile(true); });
}

} // namespace murmur
