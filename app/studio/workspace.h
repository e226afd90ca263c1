// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "docks.h"
#include "views/base/view.h"

#include <QByteArray>
#include <QTimer>
#include <QWidget>

#include <array>
#include <functional>
#include <optional>
#include <vector>

class QAction;
class QMenu;
class QSplitter;
class QTabWidget;

namespace murmur {

class FloatingPane;
class PaneDragger;
class StudioSettings;
struct DropSpot;
struct LayoutPreset;

/// The panes of the window: findings, agents and facets on the left, everything with a time axis in
/// the middle, what is selected on the right. In a narrow window, or with large letters, the right
/// folds into tabs, then the left, and in a low one all but the overview.
/// Each pane can be moved to another place by its tab, its header, a menu or keys, and taken out
/// into a window of its own, for a second screen; closing that brings it back.
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

    /// Where it stands; in a narrow window what belongs to the right is in the tabs of the middle.
    [[nodiscard]] Dock dock(QStringView id) const;
    /// Puts a pane elsewhere, in front of `before` or behind all that stand there.
    void movePane(QStringView id, Dock to, QStringView before = {});
    /// A step to another place; false where there is none.
    bool movePane(QStringView id, DockStep step);
    /// The places, a window of its own, and away with it.
    void fillPaneMenu(QMenu& menu, const QString& id);

    void save(StudioSettings& settings) const;
    void restore(const StudioSettings& settings);
    /// Those of a window beside another: what views show as there, nothing that acts by itself.
    void saveBeside(StudioSettings& settings) const;
    void restoreBeside(const Workspace& other, const StudioSettings& settings);
    void resetLayout();
    /// Which panes are shown and where, which one is in front, which have a window of their own,
    /// and the shares of each; bytes for setLayoutState().
    [[nodiscard]] QByteArray layoutState() const;
    /// False where they say nothing that this version knows; then nothing has changed.
    bool setLayoutState(const QByteArray& bytes);
    /// Another theme or size of letters is about to be set: while panes are polished anew they want
    /// other heights for a moment, and the shares would stay as that made them.
    void holdShares();
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

Q_SIGNALS:
    /// The person has arranged panes otherwise; `before` is what layoutState() was, `what` the word
    /// for it.
    void arranged(const QByteArray& before, const QString& what);

protected:
    void changeEvent(QEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    struct Pane
    {
        const ViewEntry* entry = nullptr;
        View* view = nullptr;
        QAction* toggle = nullptr;
        FloatingPane* floating = nullptr;
        Dock dock = Dock::MiddleTabs;
    };
    struct Column
    {
        QSplitter* stack = nullptr; ///< its panes, and the tabs below them
        QTabWidget* tabs = nullptr;
    };
    [[nodiscard]] Pane* pane(QStringView id);
    [[nodiscard]] const Pane* pane(QStringView id) const;
    void addPane(const ViewEntry& entry, const ViewContext& context);
    void makeColumn(Column& column, const QString& name);
    void listTabs(QMenu* list);
    /// How much room there is, measured in letters.
    struct Shape
    {
        int columns = 3; ///< 2: what belongs to the right is in the tabs of the middle; 1: all is
        bool isLow = false; ///< only the overview stands above the tabs
        friend bool operator==(const Shape&, const Shape&) = default;
    };
    [[nodiscard]] static Shape shapeFor(const QSize& size);
    void setShape(const Shape& shape);
    [[nodiscard]] bool isShown(const Pane& pane) const;
    [[nodiscard]] Dock dockOf(const Pane& pane) const;
    void place();
    void showPanes(const std::function<bool(const Pane&)>& isShown);
    void showInTabs(const Pane& pane);
    void fillStack(QSplitter* stack, const std::vector<Pane*>& panes);
    /// Puts what goes there into the tabs anew; the one in front stays there.
    void fillTabs(QTabWidget* tabs, const std::vector<Pane*>& panes, QWidget* front);
    /// `lowerShare`: of the lower panes, in hundredths of what is shared.
    void shareHeights(int lowerShare);
    void shareColumn(int column);
    void placeUsually();
    void bringHome();
    void takeOut(Pane& pane, const QByteArray& geometry);
    void putBefore(Pane& pane, const Pane* before);
    [[nodiscard]] std::optional<DropSpot> spotAt(const QPoint& point) const;
    [[nodiscard]] DropSpot spotIn(int column, const QPoint& point) const;
    void onDropped(const QString& id, const DropSpot& spot);
    [[nodiscard]] QByteArray layoutWith(const QAction* flipped) const;
    [[nodiscard]] QStringList placesAsText() const;
    void setPlaces(const QStringList& places);

    std::vector<Pane> m_panes;
    std::vector<Pane*> m_order; ///< in which they stand where they stand; into m_panes
    std::vector<QAction*> m_toggles;
    QSplitter* m_across;
    std::array<Column, 3> m_columns; ///< left, middle, right
    QTabWidget* m_tabs = nullptr;    ///< those of the middle
    PaneDragger* m_dragger;
    QByteArray m_beforeToggle;
    QString m_chosen; ///< brought to the front, and in no lower tab; or empty
    Shape m_shape;
    bool m_isWithheld = false;
    bool m_isArranging = false;
    bool m_wasSeen = false;
    bool m_isShared = false; ///< the heights were given by the person or once by us
    int m_lowerShare = 45;   ///< of the last layout
    QTimer m_settle;         ///< while a new layout may still get another size
};

} // namespace murmur
