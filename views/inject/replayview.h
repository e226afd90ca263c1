// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/connectioninfo.h"
#include "views/base/latestjob.h"
#include "views/base/view.h"
#include "views/inject/replaydesk.h"

#include <QTimer>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTreeWidget;

namespace murmur {

class PaneHeader;
class ReplayForm;
class ReplayReportPane;

/// Where what was recorded is sent to a bus again: first it is looked what would be, without a
/// writer, then it is armed and sent, and how it goes is told while it does. Replays that did not
/// finish go on where they stopped.
class ReplayView : public View
{
    Q_OBJECT
public:
    /// `makeFilter`: see ReplayForm.
    explicit ReplayView(const ViewContext& context, QWidget* parent = nullptr,
                        const std::function<QLineEdit*()>& makeFilter = {});
    ReplayView(const ViewContext& context, Injector::MakePublisher make, QWidget* parent,
               const std::function<QLineEdit*()>& makeFilter = {});
    ~ReplayView() override;

    [[nodiscard]] QString asText() const override;
    [[nodiscard]] QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    [[nodiscard]] bool isSettled() const override
    {
        return !m_lookJob.isBusy() && !m_seqJob.isBusy() && !m_infoJob.isBusy();
    }
    [[nodiscard]] QSize sizeHint() const override { return {760, 320}; }

    /// One bus is armed at a time, whoever sends: the arming that is shared with others.
    void setArming(InjectionDesk* arming);
    /// What a bus asks for, by its URL.
    void setSecrets(std::function<ConnectionOptions(const QUrl&)> secrets);
    /// The buses that are attached now.
    void setConnections(const std::vector<ConnectionInfo>& connections);
    /// Offered beside those of the recording.
    void setOtherTargets(const QStringList& urls);

    /// What would be sent, or what is wrong. Sends nothing, opens no writer.
    void look();
    /// Looks, or arms what may be armed so, or sends: whatever is next.
    void goOn();
    void toggleArmed();
    void pauseOrResume();
    void cancel() { m_desk->cancel(); }
    /// The job of that place in jobs() again, behind what is settled.
    void takeJob(int row);

    [[nodiscard]] ReplayDesk* desk() const { return m_desk; }
    [[nodiscard]] ReplayForm* form() const { return m_form; }
    [[nodiscard]] QComboBox* targets() const { return m_target; }
    [[nodiscard]] QLineEdit* host() const { return m_host; }
    [[nodiscard]] QLineEdit* sameTopics() const { return m_same; }
    [[nodiscard]] QPushButton* sendButton() const { return m_send; }
    [[nodiscard]] QPushButton* armButton() const { return m_arm; }
    [[nodiscard]] QPushButton* slowerButton() const { return m_slower; }
    [[nodiscard]] QPushButton* fasterButton() const { return m_faster; }
    [[nodiscard]] QLineEdit* commandLine() const { return m_command; }
    [[nodiscard]] QString facts() const;
    [[nodiscard]] QTreeWidget* jobs() const { return m_jobs; }
    [[nodiscard]] const std::optional<ReplayForecast>& forecast() const { return m_forecast; }
    [[nodiscard]] ReplayWish wish() const;
    [[nodiscard]] QString command() const;
    void showCommand();

Q_SIGNALS:
    void looked();

private:
    void build(const std::function<QLineEdit*()>& makeFilter);
    QWidget* buildTarget();
    QWidget* buildButtons();
    void connectParts();
    void onSessionChanged();
    void readInfo();
    void readJobs();
    void showJobs();
    void offerTargets();
    void onEdited();
    void showTarget();
    void showState();
    void lockFields();
    void changePace();
    void showProblem(const QString& sentence);
    [[nodiscard]] QUrl target() const;
    /// The one that is sent to, else the one in the field.
    [[nodiscard]] QUrl armable() const;
    [[nodiscard]] Environment environment() const;
    [[nodiscard]] InjectionDesk* arming() const { return m_desk->arming(); }
    [[nodiscard]] Result<ReplayOrder> order() const;
    [[nodiscard]] QString unresolvedNumber() const;
    void resolve(const QString& number);
    void foresee(const ReplayOrder& order);
    void send();

    PaneHeader* m_header;
    QComboBox* m_target = nullptr;
    std::function<void()> m_showForecast; ///< once more, as it is now; of m_forecast
    QLineEdit* m_secret = nullptr;
    QLabel* m_environment = nullptr;
    QLineEdit* m_host = nullptr; ///< to arm it
    QLineEdit* m_same = nullptr; ///< to send to the very topics that were recorded there
    QPushButton* m_arm = nullptr;
    ReplayForm* m_form = nullptr;
    QPushButton* m_send = nullptr;
    QPushButton* m_pause = nullptr;
    QPushButton* m_slower = nullptr;
    QPushButton* m_faster = nullptr;
    QPushButton* m_cancel = nullptr;
    QPushButton* m_resume = nullptr;
    QLineEdit* m_command = nullptr;
    ReplayReportPane* m_report = nullptr;
    QTreeWidget* m_jobs = nullptr;

    ReplayDesk* m_desk;
    std::unique_ptr<InjectionDesk> m_ownArming; ///< until another one is shared
    std::function<ConnectionOptions(const QUrl&)> m_secrets;
    QStringList m_files; ///< of the session
    QString m_recording; ///< where jobs are kept
    QStringList m_heard; ///< URLs of the recording
    QStringList m_attached;
    QStringList m_others;
    std::vector<ReplayJobRecord> m_kept;
    std::optional<ReplayJobRecord> m_resumed; ///< goes on
    std::map<QString, Result<Seq>> m_numbers; ///< of messages, as people write them
    std::optional<ReplayForecast> m_forecast; ///< of what stands in the fields now
    std::int64_t m_expected = 0;              ///< messages of what is sent
    std::shared_ptr<std::atomic<int>> m_percent = std::make_shared<std::atomic<int>>(0);
    QTimer m_ticker; ///< while it is looked
    QThreadPool m_pool;
    LatestJob m_lookJob;
    LatestJob m_seqJob;
    LatestJob m_infoJob;
    LatestJob m_jobsJob;
};

} // namespace murmur
