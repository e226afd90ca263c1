// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/lanekey.h"
#include "views/base/frametimer.h"
#include "views/base/latestjob.h"
#include "views/base/menuowner.h"
#include "views/base/timeaxis.h"
#include "views/base/view.h"
#include "views/timeline/lanelayout.h"
#include "views/timeline/laneorder.h"
#include "views/timeline/lanepainter.h"
#include "views/timeline/timelinedata.h"
#include "views/timeline/topicrail.h"

#include <QImage>
#include <QSet>

#include <optional>

class QLineEdit;
class QMenu;
class QScrollBar;
class QToolButton;

namespace murmur {

class AgentNaming;
class EmptyNote;
class FindingBoard;
class LagBand;
class LaneSet;
class ZoneButton;

/// A lane per agent, or per whatever else is chosen, over the shared window: marks by kind and
/// shape while they can be told apart, density otherwise; calls as bars, arrows where there is
/// room, our gaps and their silence.
class TimelineView : public View, public MenuOwner
{
    Q_OBJECT
public:
    explicit TimelineView(const ViewContext& context, QWidget* parent = nullptr);
    ~TimelineView() override;

    [[nodiscard]] QString asText() const override;
    [[nodiscard]] QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    [[nodiscard]] bool isSettled() const override;
    [[nodiscard]] std::optional<Region> picked() const override; ///< the lanes that are selected
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

    /// By which label lanes are grouped; nothing: by site, else crew, else tenant.
    enum class Grouping { Automatic, Site, Crew, Role, Tenant, None };
    void setGrouping(Grouping grouping);
    /// What there is a lane for. Those that do not stand in the recording's tiles are found by a
    /// scan, with progress; going back to another key ends it.
    void setLaneKey(const LaneKey& key);
    [[nodiscard]] const LaneKey& laneKey() const { return m_key; }
    /// Null while lanes are agents or groups.
    [[nodiscard]] const LaneSet* laneSet() const { return m_lanes.get(); }
    /// Where what is said to nobody ends.
    [[nodiscard]] const TopicRail& topicRail() const { return m_rail; }
    [[nodiscard]] QRect railRect() const;
    void setShowsTopics(bool shows);
    /// The lanes that naming and grouping is about: those that were picked, else that of the
    /// selected agent.
    [[nodiscard]] std::vector<AgentId> pickedAgents() const;
    void setFolded(const QString& group, bool folded);
    /// All that can be chosen about lanes.
    void fillMenu(QMenu& menu);
    void fillPickedMenu(QMenu& menu) override;
    /// In which order lanes of agents stand within their groups.
    void setSort(LaneSort sort);
    void setPinned(const std::vector<AgentId>& agents, bool isPinned);
    [[nodiscard]] const LaneOrder& order() const { return m_order; }
    /// Opens the line in which lanes are narrowed by their names as they are typed.
    void filterLanes();

    /// A second cursor; what lies between it and the playhead is measured. Nothing: none.
    void setCursorAt(std::optional<TimePoint> time);
    [[nodiscard]] std::optional<TimePoint> cursorTime() const { return m_cursor; }
    [[nodiscard]] QString measureText() const; ///< "Δ 1.2 s"; empty without a second cursor
    /// The region that was picked, else the selected message with its call.
    void zoomToSelection();
    /// All of the conversation (else trace, else correlation) of the selected message.
    void zoomToConversation();

    // Where things are, for tests and for whoever points at them.
    [[nodiscard]] const LaneLayout& layoutOfLanes() const { return m_layout; }
    [[nodiscard]] QRect plotRect() const;
    [[nodiscard]] TimeAxis axis() const;
    [[nodiscard]] QRect laneRect(AgentId agent) const; ///< in the plot; empty when scrolled away
    /// Lanes that are drawn mark by mark now.
    [[nodiscard]] bool showsMarks(AgentId agent) const;
    [[nodiscard]] const FrameTimer& frames() const { return m_frames; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    /// A row as it was painted last, for hit testing.
    struct ShownRow
    {
        std::size_t row = 0;
        QRect lane; ///< in widget coordinates, plot part only
        std::vector<PlacedMark> marks;
        std::vector<PlacedCall> calls;
        bool isDensity = false;
        std::vector<Mark> ofAll{}; ///< of a group: its members' marks, by time
    };
    /// All that decides what the layer looks like. Nothing else may.
    struct LayerKey
    {
        TimeRange window;
        QSize size;
        qreal pixelRatio = 0;
        quint64 data = 0;
        quint64 layout = 0;
        const Theme* theme = nullptr;
        int scroll = 0;
        AgentId agent{};
        Seq message = 0;
        nanoseconds slo{0};
        int rail = 0;
        quint64 picks = 0;
        quint64 findings = 0;
        quint64 lags = 0;
        friend bool operator==(const LayerKey&, const LayerKey&) = default;
    };
    /// Findings whose signs stand at one place of a lane, the worst first.
    struct ShownFinding
    {
        std::vector<std::size_t> findings; ///< places in the board
        QRect sign;
        QRect room; ///< for words, right of the sign
    };
    struct ShownTrouble
    {
        std::size_t finding = 0;
        QRect band;
    };
    enum class Drag { None, Undecided, Pan, Zoom, Measure };
    struct Hover
    {
        QPoint at;
        QString text;
        QRect plate;
    };

    [[nodiscard]] QRect axisRect() const;
    [[nodiscard]] int lagHeight() const;   ///< of the band below the lanes
    [[nodiscard]] QRect lanesRect() const; ///< names and plot, below the axis
    [[nodiscard]] std::vector<AgentId> visibleAgents() const;
    [[nodiscard]] std::int64_t messagesIn(const LaneRow& row, std::int64_t& errors) const;
    [[nodiscard]] QString summary() const;

    void refreshSession();
    void refreshAgents();
    /// The lanes of m_lanes; false while they are not known.
    void refreshLanes();
    void takeLaneKey();
    void makeLanes();
    void onLanesChanged();
    void showKey();
    void askForMember();
    void offerMembers(const std::vector<MessageDetail>& messages);
    void fillKeyMenu(QMenu& menu);
    void fillRowMenu(QMenu& menu, const LaneRow& row, std::vector<AgentId> agents);
    [[nodiscard]] AgentId selectedLane() const;
    void selectLane(AgentId lane);
    /// Whose lane the selected message is on.
    [[nodiscard]] std::optional<std::size_t> selectedRow() const;
    void pick(AgentId agent);
    [[nodiscard]] QString sentenceOf(const Mark& mark) const;
    void updateRail();
    void rebuildLayout();
    void refresh(); ///< asks for what is visible and repaints
    void placeChildren();
    void scrollTo(AgentId agent);
    void scrollTo(std::size_t index); ///< a row of the layout
    void fetchSelected();
    void describe();

    void ensureLayer();
    void paintLayer(QPainter& painter);
    void paintRow(QPainter& painter, ShownRow& shown, const MarkIndexPtr& marks,
                  const DensityPtr& density, std::uint32_t highest);
    /// The members' buckets added up, kept while density and rows stay the same.
    const LaneCounts& groupCounts(std::size_t row, const DensityPtr& density);
    void paintName(QPainter& painter, const LaneRow& row, QRect rect) const;
    void paintGaps(QPainter& painter) const;
    void paintSilences(QPainter& painter) const;
    /// Under the traffic of topics: how far those that read them are behind.
    void paintLags(QPainter& painter) const;
    /// Of a lane that is a topic, else nothing.
    [[nodiscard]] QString topicOf(const LaneRow& row) const;
    /// What lies under the traffic of lanes that a finding is about.
    void paintTroubles(QPainter& painter);
    void paintFindings(QPainter& painter) const;
    void placeFindings();
    [[nodiscard]] bool isSilenceFound(AgentId agent, std::int64_t since) const;
    [[nodiscard]] const ShownFinding* findingAt(QPoint position) const;
    [[nodiscard]] QString findingsSentence(const ShownFinding& shown) const;
    /// The next of those that stand at one place, at each click.
    void pickFinding(const ShownFinding& shown, bool showsAll);
    void paintArrowsOf(QPainter& painter, const MarkIndexPtr& marks) const;
    void paintRail(QPainter& painter) const;
    void paintProgress(QPainter& painter) const;
    void paintSelected(QPainter& painter) const;
    void paintPlayhead(QPainter& painter) const;
    void paintHover(QPainter& painter) const;
    void paintMeasure(QPainter& painter) const;
    void buildLaneFilter();
    void endLaneFilter();
    void askForFigures();
    void addOrderTo(QMenu& menu);

    [[nodiscard]] const ShownRow* shownAt(QPoint position) const;
    [[nodiscard]] const Mark* hit(const ShownRow& shown, QPointF position) const;
    void select(QPointF position);
    void selectNear(AgentId agent, TimePoint time);
    void updateHover(QPoint position);
    void clearHover();
    void moveLane(int direction);
    void showGroupingMenu();

    TimelineData m_data;
    LanePainter m_painter;
    FrameTimer m_frames{QStringLiteral("timeline")};
    QScrollBar* m_scroll;
    QToolButton* m_groupButton;
    ZoneButton* m_zone;
    LagBand* m_lags;
    EmptyNote* m_note;
    EmptyNote* m_laneNote; ///< while lanes are looked for
    AgentNaming* m_naming;
    FindingBoard* m_findings; // the window's
    QTimer m_describe;

    LaneKey m_key;
    std::unique_ptr<LaneSet> m_lanes; ///< null: agents
    LaneKey m_keyBefore;              ///< where Esc goes while lanes are looked for
    AgentId m_lane{};                 ///< selected, where lanes are no agents
    QSet<quint32> m_inSight;          ///< lanes, where others are left out
    QSet<quint32> m_picked;           ///< lanes that were picked with Ctrl
    quint64 m_picks = 0;
    TopicRail m_rail;
    bool m_showsTopics = true;

    std::vector<LaneAgent> m_agents; // as in the dictionary
    Dictionaries::Counts m_known;
    quint64 m_knownLabels = 0;
    bool m_showsUnknown = false;
    LaneLayout m_layout;
    quint64 m_layoutRevision = 0;
    LaneLayout::Folds m_folds;
    Grouping m_grouping = Grouping::Automatic;
    LaneOrder m_order;
    LaneFigures m_figures;
    LatestJob m_figuresJob;
    QLineEdit* m_laneFilter;
    std::optional<TimePoint> m_cursor;

    QImage m_layer;
    LayerKey m_layerKey;
    MarkIndexPtr m_shownMarks; ///< keeps alive what ShownRow points into
    std::vector<ShownRow> m_shown;
    std::vector<ShownFinding> m_shownFindings;
    std::vector<ShownTrouble> m_troubles;
    std::uint64_t m_pickedFinding = 0;
    DensityPtr m_groupDensity; ///< that m_groupCounts were made from
    quint64 m_groupLayout = 0;
    std::unordered_map<std::size_t, LaneCounts> m_groupCounts; // by row

    std::optional<MessageRow> m_selected;
    bool m_wantsSender = false; ///< the sender of the selected message is to be selected, too
    Drag m_drag = Drag::None;
    QPoint m_pressed;
    TimeRange m_pressedWindow;
    int m_pressedScroll = 0;
    QPoint m_dragged;
    std::optional<Hover> m_hover;
    quint64 m_clicks = 0;
};

} // namespace murmur
