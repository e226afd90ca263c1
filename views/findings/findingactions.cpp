// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a person can do with a finding: the menu of the list, its keys, and what they make of it.

#include "views/base/picks.h"
#include "views/base/sharedview.h"
#include "views/base/shownzone.h"
#include "views/findings/findingmodel.h"
#include "views/findings/findingsfeed.h"
#include "views/findings/findingsview.h"
#include "views/findings/findingtrail.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QInputDialog>
#include <QKeyEvent>
#include <QListView>
#include <QMenu>
#include <QTextBrowser>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QString textOf(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

constexpr std::int64_t kShortestRun = 1'000'000'000; // ns
constexpr std::int64_t kLongestRun = 30'000'000'000;

/// Asks for a line; `then` gets it unless the person thinks better of it.
template<typename Then>
void ask(QWidget* parent, const QString& title, const QString& question, const QString& text,
         Then then)
{
    auto* dialog = new QInputDialog(parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title);
    dialog->setLabelText(question);
    dialog->setTextValue(text);
    QObject::connect(dialog, &QInputDialog::textValueSelected, parent, std::move(then));
    dialog->open();
}

} // namespace

void FindingsView::replay(std::uint64_t id)
{
    const Incident* incident = m_feed->incident(id);
    if (incident == nullptr)
        return;
    showIncident(id);
    // What led to it is seen, too.
    const std::int64_t length = incident->end - incident->start;
    const std::int64_t before = std::clamp<std::int64_t>(length / 4, kShortestRun, kLongestRun);
    shared()->setPlayhead(fromNs(incident->start - before));
    shared()->play();
}

std::optional<Region> FindingsView::picked() const
{
    const Finding* finding = m_model->finding(m_list->currentIndex());
    const Incident* incident = m_model->incident(m_list->currentIndex());
    if (incident == nullptr || shared()->session() == nullptr)
        return std::nullopt;
    // The agents at that time, against all else around it.
    auto region =
        regionOfAgents(*shared(), finding != nullptr ? finding->agents : incident->agents);
    if (!region)
        region = Region{};
    region->time = finding != nullptr
                       ? TimeRange{fromNs(finding->start), fromNs(finding->end + 1)}
                       : TimeRange{fromNs(incident->start), fromNs(incident->end + 1)};
    region->title = finding != nullptr
                        ? textOf(finding->detector)
                        : tr("incident %1").arg(shownClock(fromNs(incident->start), 0));
    return region;
}

void FindingsView::offerAll(std::uint64_t id, const QPoint& globalPosition)
{
    m_list->setCurrentIndex(m_model->indexOfIncident(id));
    showMenu(globalPosition);
}

void FindingsView::openMenu(const QPoint& place)
{
    showMenu(m_list->viewport()->mapToGlobal(place));
}

void FindingsView::showMenu(const QPoint& globalPosition)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    fillPickedMenu(*menu);
    menu->popup(globalPosition);
}

void FindingsView::fillPickedMenu(QMenu& menu)
{
    const std::uint64_t id = currentIncident();
    if (id != 0) {
        const QModelIndex index = m_list->currentIndex();
        menu.addAction(tr("Show\tReturn"), this, [this, index] { pick(index); });
        const Finding* finding = m_model->finding(index);
        menu.addAction(tr("Why\tW"), this, [this, id, at = finding != nullptr ? finding->id : 0] {
            if (const Finding* one = m_model->finding(m_model->indexOf(at)))
                explain(*one);
            else
                explain(id);
        });
        if (finding != nullptr) {
            const auto go = [this, at = finding->id](auto way) {
                if (const Finding* one = m_model->finding(m_model->indexOf(at)))
                    (m_trail->*way)(*one, m_feed->report().first);
            };
            menu.addAction(tr("First cause\tR"), this, [go] { go(&FindingTrail::goToFirstCause); });
            menu.addAction(tr("What followed from it\tF"), this,
                           [go] { go(&FindingTrail::showEffects); });
        }
        menu.addAction(tr("Affected agents only\tA"), this, [this, id] { showAffected(id); });
        menu.addAction(tr("Compare with before\tB"), this, [this, id] { compare(id); });
        menu.addAction(tr("Play from before it\tP"), this, [this, id] { replay(id); });
        menu.addAction(tr("Make a check…"), this, [this, id] { makeCheck(id); });
        if (finding != nullptr)
            menu.addAction(tr("Make a trigger…"), this, [this, what = textOf(finding->detector)] {
                Q_EMIT triggerWanted(u"finding:"_s + what);
            });
        menu.addSeparator();
        addPickActions(menu, this);
        menu.addSeparator();
        // Of an incident it is about its first cause.
        if (finding != nullptr)
            addJudging(menu, *finding);
        else if (const Incident* incident = m_feed->incident(id))
            addJudging(menu, m_feed->report().findings[incident->cause()]);
        menu.addSeparator();
    }
    QAction* quiet = menu.addAction(tr("List what is muted, accepted or held back"));
    quiet->setCheckable(true);
    quiet->setChecked(m_showsQuiet);
    connect(quiet, &QAction::toggled, this, [this](bool shows) {
        m_showsQuiet = shows;
        present();
    });
}

void FindingsView::addJudging(QMenu& menu, const Finding& finding)
{
    // What grows may be elsewhere by the time that it is chosen.
    const auto add = [&](const QString& text, void (FindingsView::*what)(const Finding&)) {
        menu.addAction(text, this, [this, id = finding.id, what] {
            if (const Finding* one = m_model->finding(m_model->indexOf(id)))
                (this->*what)(*one);
        });
    };
    const Judgements& judgements = m_feed->judgements();
    const bool isJudged =
        !judgements.of(finding.id).isNone() || finding.standing == Standing::Muted;
    menu.addAction(tr("Accept as known…\tK"), this, [this, id = finding.id] {
        if (const Finding* one = m_model->finding(m_model->indexOf(id)))
            stand(*one, Standing::Accepted);
    });
    menu.addAction(tr("Mute this finding\tM"), this, [this, id = finding.id] {
        if (const Finding* one = m_model->finding(m_model->indexOf(id)))
            stand(*one, Standing::Muted);
    });
    const auto names = shared()->session()->dictionaries();
    const QString whose = finding.agents.empty()
                              ? QString::fromStdString(names->topicName(finding.topic))
                              : QString::fromStdString(names->agentName(finding.agents.front()));
    if (!whose.isEmpty())
        add(tr("Mute %1 of %2").arg(textOf(finding.detector), whose), &FindingsView::muteLike);
    add(tr("Comment…"), &FindingsView::comment);
    if (isJudged)
        add(tr("Take back what was said of it"), &FindingsView::reopen);
}

void FindingsView::stand(const Finding& finding, Standing standing)
{
    const auto set = [this, id = finding.id, standing,
                      detector = textOf(finding.detector)](const QString& reason) {
        Judgements judgements = m_feed->judgements();
        judgements.set(id, {standing, reason, judgements.of(id).comment});
        m_feed->judge(judgements, standing == Standing::Muted ? tr("mute %1").arg(detector)
                                                              : tr("accept %1").arg(detector));
    };
    if (standing == Standing::Muted)
        set({});
    else
        ask(this, tr("Accept as known"), tr("Why is it no trouble?"),
            m_feed->judgements().of(finding.id).reason, set);
}

void FindingsView::muteLike(const Finding& finding)
{
    const auto names = shared()->session()->dictionaries();
    Judgements judgements = m_feed->judgements();
    MuteRule rule;
    rule.detector = textOf(finding.detector);
    if (!finding.agents.empty())
        rule.agent = QString::fromStdString(names->agentName(finding.agents.front()));
    else
        rule.topic = QString::fromStdString(names->topicName(finding.topic));
    const QString whose = rule.agent.isEmpty() ? rule.topic : rule.agent;
    const QString what = tr("mute %1 of %2").arg(rule.detector, whose);
    judgements.mute(std::move(rule));
    m_feed->judge(judgements, what);
}

void FindingsView::comment(const Finding& finding)
{
    ask(this, tr("Comment"), tr("What is to be known of it?"),
        m_feed->judgements().of(finding.id).comment, [this, id = finding.id](const QString& text) {
            Judgements judgements = m_feed->judgements();
            Judgement judgement = judgements.of(id);
            judgement.comment = text;
            judgements.set(id, judgement);
            m_feed->judge(judgements, tr("comment on a finding"));
        });
}

void FindingsView::reopen(const Finding& finding)
{
    Judgements judgements = m_feed->judgements();
    judgements.set(finding.id, {});
    const auto names = shared()->session()->dictionaries();
    std::erase_if(judgements.rules,
                  [&](const MuteRule& rule) { return fits(rule, finding, *names); });
    m_feed->judge(judgements, tr("take back what was said of %1").arg(textOf(finding.detector)));
}

void FindingsView::keyPressEvent(QKeyEvent* event)
{
    const Finding* finding = m_model->finding(m_list->currentIndex());
    if (event->matches(QKeySequence::Copy)) {
        QGuiApplication::clipboard()->setText(finding != nullptr
                                                  ? QString::fromStdString(finding->summary) +
                                                        u'\n' + findingFacts(*finding)
                                                  : asText());
        return;
    }
    const std::uint64_t id = currentIncident();
    if (event->key() == Qt::Key_Escape && m_details->isVisible())
        m_details->hide();
    else if (event->key() == Qt::Key_Menu)
        openMenu(m_list->visualRect(m_list->currentIndex()).center());
    else if (id != 0 && event->modifiers() == Qt::NoModifier && event->key() == Qt::Key_W)
        finding != nullptr ? explain(*finding) : explain(id);
    else if (id != 0 && event->modifiers() == Qt::NoModifier && event->key() == Qt::Key_A)
        showAffected(id);
    else if (id != 0 && event->modifiers() == Qt::NoModifier && event->key() == Qt::Key_B)
        compare(id);
    else if (id != 0 && event->modifiers() == Qt::NoModifier && event->key() == Qt::Key_P)
        replay(id);
    else if (finding != nullptr && event->modifiers() == Qt::NoModifier &&
             event->key() == Qt::Key_R)
        m_trail->goToFirstCause(*finding, m_feed->report().first);
    else if (finding != nullptr && event->modifiers() == Qt::NoModifier &&
             event->key() == Qt::Key_F)
        m_trail->showEffects(*finding, m_feed->report().first);
    else if (finding != nullptr && event->modifiers() == Qt::NoModifier &&
             event->key() == Qt::Key_M)
        stand(*finding, Standing::Muted);
    else if (finding != nullptr && event->modifiers() == Qt::NoModifier &&
             event->key() == Qt::Key_K)
        stand(*finding, Standing::Accepted);
    else
        View::keyPressEvent(event);
}

} // namespace murmur
