// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/replay/playbackmenu.h"

#include "views/base/playback.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"

#include <QActionGroup>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr nanoseconds kIdles[] = {0s, 1s, 5s, 30s, 5min};

} // namespace

PlaybackMenu::PlaybackMenu(SharedView* shared, bool hasKeys, QWidget* parent)
    : QMenu(tr("&How it plays"), parent)
    , m_shared(shared)
    , m_backwards(addAction(tr("&Backwards")))
    , m_loop(addAction(tr("&Loop what is selected")))
    , m_pauseAt(addAction(tr("&Pause where…")))
    , m_silences(addMenu(tr("&Skip silences")))
    , m_units(addMenu(tr("&Step by")))
{
    m_backwards->setCheckable(true);
    m_loop->setCheckable(true);
    m_pauseAt->setCheckable(true);
    if (hasKeys) {
        m_backwards->setShortcut(QKeySequence(u"Ctrl+Shift+Space"_s));
        m_loop->setShortcut(QKeySequence(u"Ctrl+Shift+L"_s));
        m_pauseAt->setShortcut(QKeySequence(u"Ctrl+Alt+P"_s));
    }
    Playback* playback = shared->playback();
    connect(m_backwards, &QAction::triggered, playback, &Playback::setBackwards);
    connect(m_loop, &QAction::triggered, playback, &Playback::toggleLoop);
    connect(m_pauseAt, &QAction::triggered, this, [this] {
        refresh(); // the check follows what is so, not the click
        // Of the window, not of the menu: that is hidden, and what belongs to it goes behind.
        const QWidget* owner = this;
        while (owner && (owner->windowType() == Qt::Popup || !owner->isWindow()))
            owner = owner->parentWidget();
        (new PauseAtDialog(m_shared, owner ? owner->window() : nullptr))->open();
    });
    buildSilences();
    addUnits(shared, m_units);
    connect(playback, &Playback::changed, this, &PlaybackMenu::refresh);
    // Keys work whether the menu was opened or not.
    connect(shared, &SharedView::sessionChanged, this, &PlaybackMenu::refresh);
    connect(shared, &SharedView::regionChanged, this, &PlaybackMenu::refresh);
    connect(this, &QMenu::aboutToShow, this, &PlaybackMenu::refresh);
    refresh();
}

void PlaybackMenu::buildSilences()
{
    auto* group = new QActionGroup(m_silences);
    for (const nanoseconds idle : kIdles) {
        QAction* action = m_silences->addAction(
            idle == 0s ? tr("&No, play them") : tr("Longer than %1").arg(durationText(idle)));
        action->setCheckable(true);
        action->setData(static_cast<qint64>(idle.count()));
        group->addAction(action);
        connect(action, &QAction::triggered, m_shared->playback(),
                [playback = m_shared->playback(), idle] { playback->setLongestIdle(idle); });
    }
}

void PlaybackMenu::addUnits(SharedView* shared, QMenu* menu)
{
    auto* group = new QActionGroup(menu);
    for (const Playback::Unit unit : Playback::kUnits) {
        QAction* action = menu->addAction(Playback::unitName(unit));
        action->setCheckable(true);
        group->addAction(action);
        connect(action, &QAction::triggered, shared->playback(),
                [playback = shared->playback(), unit] { playback->setUnit(unit); });
        const auto show = [action, playback = shared->playback(), unit] {
            action->setVisible(playback->has(unit));
            action->setChecked(playback->unit() == unit);
        };
        connect(shared->playback(), &Playback::changed, action, show);
        show();
    }
}

void PlaybackMenu::refresh()
{
    const Playback* playback = m_shared->playback();
    m_backwards->setChecked(playback->isBackwards());
    m_loop->setChecked(playback->loop().has_value());
    m_loop->setText(playback->loop()
                        ? tr("&Loop of %1").arg(durationText(playback->loop()->length()))
                    : m_shared->region() ? tr("&Loop what is selected")
                                         : tr("&Loop this window"));
    const QString condition = playback->pauseAt();
    m_pauseAt->setChecked(!condition.isEmpty());
    m_pauseAt->setText(condition.isEmpty() ? tr("&Pause where…")
                                           : tr("&Pause where %1…").arg(condition));
    for (QAction* action : m_silences->actions())
        action->setChecked(action->data().toLongLong() == playback->longestIdle().count());
    for (QAction* action : {m_loop, m_pauseAt})
        action->setEnabled(m_shared->session() != nullptr);
}

PauseAtDialog::PauseAtDialog(SharedView* shared, QWidget* parent)
    : QDialog(parent)
    , m_shared(shared)
    , m_edit(new QLineEdit(this))
    , m_problem(new QLabel(this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Pause the replay"));
    const QString was = shared->playback()->pauseAt();
    m_edit->setText(was.isEmpty() && shared->filter() ? shared->filter()->text() : was);
    m_edit->setPlaceholderText(tr("kind == error"));
    m_edit->setAccessibleName(tr("Pause at messages for which this holds"));
    m_edit->setFont(Theme::current().numberFont());
    m_edit->setMinimumWidth(420);
    m_edit->selectAll();
    m_problem->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(this);
    QPushButton* accept = buttons->addButton(tr("Pause there"), QDialogButtonBox::AcceptRole);
    accept->setDefault(true);
    QPushButton* never = buttons->addButton(tr("At none"), QDialogButtonBox::ResetRole);
    buttons->addButton(QDialogButtonBox::Cancel);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(new QLabel(
        tr("The replay pauses at the next message for which this holds (a filter):"), this));
    layout->addWidget(m_edit);
    layout->addWidget(m_problem);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &PauseAtDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(never, &QPushButton::clicked, this, [this] {
        m_edit->clear();
        this->accept();
    });
    connect(m_edit, &QLineEdit::textEdited, m_problem, &QLabel::clear);
}

QString PauseAtDialog::problem() const
{
    return m_problem->text();
}

void PauseAtDialog::accept()
{
    const Status set = m_shared->playback()->setPauseAt(m_edit->text());
    if (set)
        QDialog::accept();
    else
        m_problem->setText(set.error().message);
}

} // namespace murmur
