// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "query/filter.h"
#include "session/lanekey.h"
#include "session/session.h"

#include <QObject>
#include <QString>

#include <functional>
#include <memory>
#include <optional>

class QUndoStack;

namespace murmur {

class Playback;

/// Messages that a person has picked out of a picture: those of a stretch of time for which a
/// condition holds. A rectangle in a heatmap, a cell of a matrix.
struct Region
{
    TimeRange time;
    QString condition; ///< in the language of filters; empty: all of that time
    QString among;     ///< what they are compared with must have that, too; empty: all others
    QString title;     ///< "100–200 ms, 02:14:05 – 02:14:09"
    /// Condition and time as one filter.
    [[nodiscard]] QString filterText() const;
    friend bool operator==(const Region&, const Region&) = default;
};

/// What all views of a window share: the session, the time window, the playhead, the selection, the
/// filter and the mode. Views read it, follow its signals and set it; they never talk to each
/// other. GUI thread only.
class SharedView : public QObject
{
    Q_OBJECT
public:
    /// Live follows the newest message; Paused stands still; Replay moves the playhead through the
    /// past in the window.
    enum class Mode { Live, Paused, Replay };

    /// A steady clock, read by replay; tests pass their own.
    using Clock = std::function<nanoseconds()>;

    explicit SharedView(QObject* parent = nullptr);
    explicit SharedView(Clock clock, QObject* parent = nullptr);
    ~SharedView() override;

    /// Shared so that running jobs may finish; null before the first recording is opened.
    [[nodiscard]] Session* session() const { return m_session.get(); }
    void setSession(std::shared_ptr<Session> session);

    [[nodiscard]] TimeRange window() const { return m_window; }
    [[nodiscard]] TimePoint playhead() const { return m_playhead; }
    [[nodiscard]] Seq selectedMessage() const { return m_message; }
    [[nodiscard]] AgentId selectedAgent() const { return m_agent; }
    [[nodiscard]] FilterPtr filter() const { return m_filter; }
    /// Tables show what does not pass the filter, too, in faint letters.
    [[nodiscard]] bool filterDims() const { return m_filterDims; }
    [[nodiscard]] Mode mode() const { return m_mode; }
    [[nodiscard]] double speed() const { return m_speed; }
    [[nodiscard]] nanoseconds slo() const { return m_slo; }
    /// What lanes and heatmaps are by, where they have no key of their own.
    [[nodiscard]] const LaneKey& laneKey() const { return m_laneKey; }
    [[nodiscard]] const std::optional<Region>& region() const { return m_region; }
    /// Why a live session that is empty stays so, a sentence; empty while it is not silent.
    [[nodiscard]] QString silence() const { return m_silence; }
    /// What can be done about it, the text of a button; empty: nothing.
    [[nodiscard]] QString silenceAction() const { return m_silenceAction; }
    void setSilence(const QString& sentence, const QString& action = {});
    /// The person wants that.
    void takeSilenceAction() { Q_EMIT silenceActionTaken(); }
    /// How far the playhead lies behind the newest message.
    [[nodiscard]] nanoseconds behindLive() const;

    /// Sets the window by hand: stops following live (mode becomes Paused, the playhead stays where
    /// it was, clamped into the window). A replay goes on while its playhead stays in the window.
    void setWindow(TimeRange window);
    /// Moves the playhead by hand: stops following live (a replay goes on from there); scrolls the
    /// window when the playhead would leave it.
    void setPlayhead(TimePoint t);
    void selectMessage(Seq seq);
    void selectAgent(AgentId agent);
    void setFilter(FilterPtr filter);
    void setFilterDims(bool dims);
    /// What passes the filter and `condition`, too, in a way that can be taken back. WrongUse where
    /// that is none.
    Status narrow(const QString& condition);
    /// setFilter() that can be taken back; `what` is the word for it.
    void changeFilter(FilterPtr filter, const QString& what);
    void setSlo(nanoseconds slo);
    void setLaneKey(const LaneKey& key);
    void setRegion(std::optional<Region> region);
    /// "What is different here?" of the region, else of what passes the filter, else of the window.
    void askWhatDiffers() { Q_EMIT differencesWanted(); }
    /// The address of what is shown now, for the clipboard.
    void askForLink() { Q_EMIT linkWanted(); }
    /// Calls or groups agents otherwise, in a way that can be taken back. `what` is the word for
    /// it: "rename planner-7f3".
    void setNaming(const Naming& naming, const QString& what);
    /// What can be taken back of this session.
    [[nodiscard]] QUndoStack* undoStack() const;

    void goLive(); ///< follows the newest message; on a closed recording: shows the end, Paused
    void pause();
    void play(); ///< Replay from the playhead at speed(); from the start when it stands at the end
    void setSpeed(double speed); ///< 0.01 … 100
    /// Steps the playhead to the next (+1) or previous (-1) message and selects it.
    void step(int direction);
    /// How it goes: backwards, over silences, in a loop, up to what is looked for.
    [[nodiscard]] Playback* playback() const;
    /// Shows the whole session.
    void showAll();

Q_SIGNALS:
    void sessionChanged();
    void windowChanged();
    void playheadChanged();
    void messageSelected();
    void agentSelected();
    void filterChanged();
    void modeChanged();
    void sloChanged();
    void laneKeyChanged();
    void regionChanged();
    void differencesWanted();
    void linkWanted();
    void namesChanged();
    /// What people call the agents holds, but is lost when the recording is closed: a sentence.
    void namesNotKept(const murmur::Error& error);
    void silenceChanged();
    void silenceActionTaken();
    /// More data (coalesced to at most 20 times a second). Views that show live data ask again.
    void dataGrew();

private:
    [[nodiscard]] TimePoint newest() const;
    void setMode(Mode mode);
    void runTicker();
    void moveWindow(TimeRange window);
    void movePlayhead(TimePoint t);
    void reveal(TimePoint t);
    void followNewest();
    void tick();
    void scrollWith(TimePoint playhead);

    struct Private;
    std::unique_ptr<Private> d;
    std::shared_ptr<Session> m_session;
    TimeRange m_window;
    TimePoint m_playhead;
    Seq m_message = 0;
    AgentId m_agent{};
    FilterPtr m_filter;
    bool m_filterDims = false;
    QString m_silence;
    QString m_silenceAction;
    Mode m_mode = Mode::Paused;
    double m_speed = 1;
    nanoseconds m_slo = std::chrono::milliseconds(200);
    LaneKey m_laneKey;
    std::optional<Region> m_region;
};

} // namespace murmur
