// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The sequence beside the composer.

#include "bus/endpoint.h"
#include "views/inject/answerpane.h"
#include "views/inject/composerview.h"
#include "views/inject/draftfields.h"
#include "views/inject/headertable.h"
#include "views/inject/sequencepane.h"

#include <QLineEdit>
#include <QSpinBox>
#include <QSplitter>
#include <QToolButton>

#include <algorithm>

namespace murmur {

using namespace Qt::StringLiterals;

void ComposerView::connectSequence()
{
    connect(m_showsSequence, &QToolButton::toggled, this, [this](bool isShown) {
        m_sequence->setVisible(isShown);
        // The room of headers that are not there; who wants some draws it open again.
        auto* const editors = qobject_cast<QSplitter*>(m_extras->parentWidget());
        if (isShown && m_fields->isHidden() && m_headers->headers().empty())
            editors->setSizes({1, 0});
        else if (!isShown && editors->sizes().value(1) == 0)
            editors->setSizes({5 * width(), 2 * width()});
        if (isShown)
            m_columns->setSizes({width() * 9 / 20, width() * 8 / 20, width() * 3 / 20});
        onEdited();
    });
    connect(m_sequence, &SequencePane::addWanted, this, [this] { m_sequence->add(draft()); });
    connect(m_sequence, &SequencePane::replaceWanted, this,
            [this] { m_sequence->replace(draft()); });
    connect(m_sequence, &SequencePane::editWanted, this, [this](const InjectionDraft& step) {
        InjectionDraft taken = step;
        taken.target = target();
        setDraft(taken);
    });
    connect(m_sequence, &SequencePane::edited, this, &ComposerView::onEdited);
    connect(m_sequence, &SequencePane::failed, m_answers, &AnswerPane::showProblem);
    connect(m_sequence, &SequencePane::sendWanted, this, [this] {
        if (m_desk->isRunning())
            m_desk->stop();
        else
            sendSequence();
    });
    connect(m_desk, &InjectionDesk::happened, this, [this](const InjectionEvent& event) {
        if (m_isSequenceSent)
            m_sequence->note(event);
    });
}

void ComposerView::showSequence(bool isShown)
{
    m_showsSequence->setChecked(isShown);
}

void ComposerView::sendSequence()
{
    if (m_desk->isRunning() || m_sequence->steps().empty())
        return;
    InjectionRun wish = run();
    wish.sequence = m_sequence->steps();
    for (InjectionStep& step : wish.sequence)
        step.draft.target = wish.draft.target;
    submit(wish, m_isSequencePreviewed);
}

QString ComposerView::command() const
{
    if (m_sequence->isHidden() || m_sequence->steps().empty())
        return injectCommand(draft());
    const QString file = m_sequence->file();
    return u"murmur inject --to %1 --sequence %2 --arm"_s.arg(
        shellWord(shownUrl(target())), shellWord(file.isEmpty() ? u"SAVED.json"_s : file));
}

/// Also on a machine of one's own more than one message to where agents hear it is confirmed.
void ComposerView::showHost()
{
    const bool hasSequence = !m_sequence->isHidden() && !m_sequence->steps().empty();
    const bool areMany = m_repeat->value() > 1 || hasSequence;
    const bool isSource = areMany && std::ranges::any_of(m_sources, [this](const QUrl& url) {
                              return mayBeSameBus(url, target());
                          });
    m_host->setVisible(!target().scheme().isEmpty() &&
                       (environment() != Environment::Dev || isSource));
}

} // namespace murmur
