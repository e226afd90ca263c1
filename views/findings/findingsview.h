// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/latestjob.h"
#include "views/base/menuowner.h"
#include "views/base/view.h"

#include "session/judgements.h"

class QListView;
class QMenu;
class QTextBrowser;

namespace murmur {

class EmptyNote;
class FindingBoard;
class FindingModel;
class FindingsFeed;
class FindingTrail;
class PaneHeader;

/// What went wrong in the recording, by incident and in the order of cause, told while it grows.
/// Picking a finding shows its stretch of time, its first message and the agent that it is about in
/// all views. Says why, who is affected, how it was before; takes what people make of it.
class FindingsView : public View, public MenuOwner
{
    Q_OBJECT
public:
    explicit FindingsView(const ViewContext& context, QWidget* parent = nullptr);
    ~FindingsView() override;

    [[nodiscard]] QString asText() const override;
    [[nodiscard]] bool isSettled() const override;
    [[nodiscard]] std::optional<Region> picked() const override;
    void fillPickedMenu(QMenu& menu) override;
    [[nodiscard]] FindingModel* model() const { return m_model; }
    [[nodiscard]] QListView* list() const { return m_list; }
    [[nodiscard]] FindingsFeed* feed() const { return m_feed; }
    [[nodiscard]] QTextBrowser* details() const { return m_details; }
    [[nodiscard]] FindingTrail* trail() const { return m_trail; }
    [[nodiscard]] QSize sizeHint() const override { return {250, 320}; }

    // What can be done with an incident; of an id that is none, nothing.
    /// Its stretch of time, its first message and its first agent in all views.
    void showIncident(std::uint64_t id);
    /// The same of a finding.
    void showFinding(std::uint64_t id);
    /// Only lets the list and the playhead stand at it.
    void pointAt(std::uint64_t id);
    /// The same of a finding.
    void pointAtFinding(std::uint64_t id);
    void explain(std::uint64_t id);
    void showAffected(std::uint64_t id);
    void compare(std::uint64_t id);
    /// Plays from shortly before it.
    void replay(std::uint64_t id);
    /// Everything that can be done, as a menu at that place of the screen.
    void offerAll(std::uint64_t id, const QPoint& globalPosition);
    void makeCheck(std::uint64_t id);
    /// The detectors of the incident, into that file of rules.
    Status makeCheck(std::uint64_t id, const QString& path);

Q_SIGNALS:
    /// Something was done that leaves no mark in the window: a sentence.
    void noted(const QString& sentence);
    void failed(const murmur::Error& error);
    /// A trigger that waits for such a finding.
    void triggerWanted(const QString& when);

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void present();
    void fillBoard();
    void updateNote();
    void pick(const QModelIndex& index);
    void reveal(std::int64_t start, std::int64_t end, AgentId agent, Seq message);
    void explain(const Finding& finding);
    void showDetails(const QString& text);
    void openMenu(const QPoint& place);
    void showMenu(const QPoint& globalPosition);
    void addJudging(QMenu& menu, const Finding& finding);
    void stand(const Finding& finding, Standing standing);
    void muteLike(const Finding& finding);
    void comment(const Finding& finding);
    void reopen(const Finding& finding);
    [[nodiscard]] std::uint64_t currentIncident() const;

    PaneHeader* m_header;
    QListView* m_list;
    FindingModel* m_model;
    EmptyNote* m_note;
    QTextBrowser* m_details;
    FindingsFeed* m_feed;
    bool m_showsQuiet = false;
    FindingTrail* m_trail;
    FindingBoard* m_board; // the window's
    LatestJob m_comparison;
};

} // namespace murmur
