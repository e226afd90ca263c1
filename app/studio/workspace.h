// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/view.h"

#include <QTimer>
#include <QWidget>

#include <functional>
#include <map>
#include <vector>

class QAction;
class QSplitter;
class QTabWidget;

namespace murmur {

class FloatingPane;
class StudioSettings;
struct LayoutPreset;

/// The panes of the window: findings, agents and facets on the left, everything with a time axis in
/// the middle, what is selected on the right. In a narrow window the right pane folds into tabs.
/// Each pane can be taken out into a window of its own, for a second screen; closing that brings it
/// back.
class Workspace : public QWidget
{
    Q_OBJECT
public:
    explicit Workspace(const ViewContext& context, QWidget* parent = nullptr);

    [[nodiscard]] View* view(QStringView id) const; ///< null when there is none
    [[nodiscard]] bool isSettled() const;
    /// Shows the view and gives it the keyboard; false when there is none of that id.
    bool bringToFront(QStringView id);
    /// One checkable action per view: shown or not.
    [[nodiscard]] const std::vector<QAction*>& paneActions() const { return m_toggles; }

    void save(StudioSettings& settings) const;
    void restore(const StudioSettings& settings);
    void resetLayout();
    /// Which panes are shown, which one is in front, and the shares of each; bytes for setLayout().
    [[nodiscard]] QByteArray layoutState() const;
    /// False where they say nothing that this version knows; then nothing has changed.
    bool setLayoutState(const QByteArray& bytes);
    void usePreset(const LayoutPreset& preset);
    /// The view that has the keyboard, else the one of the tabs that is in front.
    [[nodiscard]] QString currentView() const;
    /// What a link leads to: the one of the lower tabs that is in front, unless another pane was
    /// brought to the front since, or one in a window of its own has the keyboard.
    [[nodiscard]] QString chosenView() const;
    /// Takes a pane out into a window of its own; brings it back where it is out already.
    void toggleFloating(QStringView id);
    [[nodiscard]] bool isFloating(QStringView id) const;
    /// Panes that show payloads, hosts or ids are not there, whatever is asked for.
    void setWithheld(bool isWithheld);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    struct Pane
    {
        const ViewEntry* entry = nullptr;
        View* view = nullptr;
        QAction* toggle = nullptr;
        FloatingPane* floating = nullptr;
    };
    [[nodiscard]] Pane* pane(QStringView id);
    [[nodiscard]] const Pane* pane(QStringView id) const;
    void addPane(const ViewEntry& entry, const ViewContext& context);
    void setCompact(bool isCompact);
    [[nodiscard]] bool isShown(const Pane& pane) const;
    void place();
    void showPanes(const std::function<bool(const Pane&)>& isShown);
    void showInTabs(const Pane& pane);
    /// Puts what goes there into the tabs anew; the one in front stays there.
    void fillTabs(QTabWidget* tabs, const std::vector<const Pane*>& panes, QWidget* front);
    /// `lowerShare`: of the lower panes, in hundredths of what is shared.
    void shareHeights(int lowerShare);

    std::vector<Pane> m_panes;
    std::vector<QAction*> m_toggles;
    QSplitter* m_across;
    QSplitter* m_left;
    QSplitter* m_middle;
    QSplitter* m_right;
    QTabWidget* m_leftTabs; ///< what stands on the left below the first
    QTabWidget* m_tabs;
    QString m_chosen; ///< brought to the front, and in no lower tab; or empty
    bool m_isCompact = false;
    bool m_isWithheld = false;
    bool m_isArranging = false;
    bool m_wasSeen = false;
    bool m_isShared = false; ///< the heights were given by the person or once by us
    int m_lowerShare = 45;   ///< of the last layout
    QTimer m_settle;         ///< while a new layout may still get another size
};

} // namespace murmur
