// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "commandline.h"
#include "keptnote.h"
#include "views/base/theme.h"

#include <QMainWindow>

#include <functional>
#include <memory>
#include <optional>

class QScrollArea;
class QStackedWidget;

namespace murmur {

struct AttachWish;
class Banner;
class FilterEdit;
class HistoryGate;
class FirstLook;
class FirstPage;
class IncidentGuide;
class Legend;
class Menus;
class RecentBuses;
class StudioSettings;
class SharedView;
class StartPlan;
class StatusLine;
class StudioSession;
class TopBar;
class ViewHistory;
class WaitingNote;
class WindowGroup;
class Workspace;

/// The window: puts the parts together and asks before something would be lost.
class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    struct Options
    {
        QString recordingsFolder;
        /// Nobody sits there: no questions, nothing remembered.
        bool isUnattended = false;
        /// The palette that the desktop gave the program, for the "system" theme.
        bool systemIsDark = true;
        /// One more window on what that one has open; it outlives this one.
        MainWindow* first = nullptr;
    };

    MainWindow(StudioSettings& settings, Options options, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// The windows on this session.
    [[nodiscard]] WindowGroup* group() const;
    /// One more, not shown yet; for the group.
    [[nodiscard]] MainWindow* makeAnother();
    [[nodiscard]] bool isFirst() const { return m_options.first == nullptr; }
    [[nodiscard]] ViewHistory* history() const { return m_history; }

    /// Opens what the command line names.
    void start(const StudioArguments& arguments);

    [[nodiscard]] SharedView* shared() const { return m_shared.get(); }
    [[nodiscard]] StudioSession* session() const { return m_session.get(); }
    [[nodiscard]] Workspace* workspace() const { return m_workspace; }
    [[nodiscard]] FilterEdit* filterEdit() const;
    [[nodiscard]] FirstPage* firstPage() const { return m_firstPage; }
    [[nodiscard]] Banner* banner() const { return m_banner; }
    [[nodiscard]] IncidentGuide* incidents() const { return m_incidents; }
    [[nodiscard]] StatusLine* statusLine() const { return m_status; }
    [[nodiscard]] StartPlan* plan() const { return m_plan; }
    [[nodiscard]] TopBar* topBar() const { return m_top; }
    [[nodiscard]] StudioSettings& settings() const { return m_settings; }
    [[nodiscard]] bool isUnattended() const { return m_options.isUnattended; }
    [[nodiscard]] Menus* menus() const { return m_menus; }
    [[nodiscard]] QString recordingsFolder() const { return m_options.recordingsFolder; }
    /// Nothing that was asked for is still on its way.
    [[nodiscard]] bool isSettled() const;
    /// The last failure that was shown; the exit code of an unattended run follows from it.
    [[nodiscard]] std::optional<Error> lastError() const { return m_lastError; }

    void openDialog();
    void openFile(const QString& path) { openFiles({path}); }
    /// Several recordings are opened as one session; files of other formats are imported.
    void openFiles(const QStringList& paths, const SessionOptions& options = {});
    void attachDialog();
    void attach(const AttachWish& wish, const QString& file = {});
    /// With an empty `query` nothing goes wrong; by itself a planner runs wild a quarter of a
    /// minute later.
    void startDemo(const QString& query = QStringLiteral("?fault=retry-storm@13s-45s"));
    void closeRecording();
    void showFailure(const Error& error);
    void setTheme(ThemeChoice theme);
    /// How large letters and rows are, now and from the next start.
    void setSize(Theme::Size size);
    void setFullScreen(bool isFull);
    void toggleLegend();
    /// The title tells no file.
    void setHidesNames(bool hides);
    [[nodiscard]] bool hidesNames() const { return m_hidesNames; }
    /// Ends a recording in order, keeps it and leaves, without asking (signals).
    void keepAndQuit();
    /// Closes all windows on the session; asks where the last one would.
    void quit();

Q_SIGNALS:
    /// The window has closed and nothing is being written any more.
    void finished();

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void build();
    void placeWindow();
    void keepPlace();
    void connectSession();
    /// Runs `then` once no recording runs: asks when one does, ends it, says what was kept.
    void whenFree(const QString& keepText, std::function<void()> then);
    void runAfterStop();
    void showKept(const Kept& kept);
    void forgetFailure();
    void offerWayOut(const Error& error);
    void showPage();
    void narrowDialog(const QStringList& urls);
    void showTitle();

    StudioSettings& m_settings;
    const Options m_options;
    std::unique_ptr<SharedView> m_shared;
    std::shared_ptr<StudioSession> m_session; ///< one for all windows
    TopBar* m_top = nullptr;
    RecentBuses* m_buses = nullptr;
    WaitingNote* m_waiting = nullptr;
    HistoryGate* m_gate = nullptr;
    Banner* m_banner = nullptr;
    IncidentGuide* m_incidents = nullptr;
    QStackedWidget* m_pages = nullptr;
    QScrollArea* m_welcome = nullptr;
    FirstPage* m_firstPage = nullptr;
    Workspace* m_workspace = nullptr;
    StatusLine* m_status = nullptr;
    StartPlan* m_plan = nullptr;
    FirstLook* m_firstLook = nullptr;
    Menus* m_menus = nullptr;
    Legend* m_legend = nullptr;
    ViewHistory* m_history = nullptr;
    bool m_quitWhenDone = false;
    bool m_closesAll = false; ///< the other windows, too
    bool m_hidesNames = false;
    QString m_withheld; ///< what failed while names were hidden
    QString m_recorded; ///< the file of the recording that runs, as long as it has that name
    std::function<void()> m_afterStop;
    std::function<void()> m_wayOut; ///< of the failure that stands in the banner
    std::optional<Kept> m_kept;     ///< what the last word will be about
    std::optional<Error> m_lastError;
    std::unique_ptr<WindowGroup> m_group; ///< of the first
};

} // namespace murmur
