// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/connectioninfo.h"
#include "views/base/latestjob.h"
#include "views/base/view.h"
#include "views/inject/composermemory.h"
#include "views/inject/injectiondesk.h"

#include <QSet>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QMenu;
class QPushButton;
class QSpinBox;
class QSplitter;
class QToolButton;

namespace murmur {

class AnswerPane;
class DraftFields;
class HeaderTable;
class LearntShape;
class PaneHeader;
class PayloadEdit;
class SequencePane;

/// Where a message is written, or a recorded one edited, and sent. Observe only until armed; on a
/// machine of one's own Return arms and sends. What was sent is selected once it is heard.
class ComposerView : public View
{
    Q_OBJECT
public:
    explicit ComposerView(const ViewContext& context, QWidget* parent = nullptr);
    ComposerView(const ViewContext& context, Injector::MakePublisher make, QWidget* parent);
    ~ComposerView() override;

    [[nodiscard]] QString asText() const override;
    [[nodiscard]] QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    [[nodiscard]] bool isSettled() const override
    {
        return !m_job.isBusy() && !m_shapeJob.isBusy() && !m_shapeSoon.isActive();
    }
    /// What is unlike the other messages of the topic; empty: nothing, or it is not known.
    [[nodiscard]] QStringList unlikeOthers() const;
    [[nodiscard]] QSize sizeHint() const override { return {760, 320}; }

    /// The connections of the recording that runs, as they are now. One that went down disarms.
    void setConnections(const std::vector<ConnectionInfo>& connections);
    /// What a bus asks for, by its URL.
    void setSecrets(std::function<ConnectionOptions(const QUrl&)> secrets);
    /// Edit and send this message; `edited` follows when it is here.
    void edit(Seq seq);
    void editSelected();
    /// Arms the target, or disarms.
    void toggleArmed();
    /// Sends, or says what is missing.
    void send();
    /// All of the sequence, in order.
    void sendSequence();
    void showSequence(bool isShown);

    [[nodiscard]] InjectionDesk* desk() const { return m_desk; }
    [[nodiscard]] InjectionDraft draft() const;
    void setDraft(const InjectionDraft& draft);
    [[nodiscard]] PayloadEdit* payload() const { return m_payload; }
    [[nodiscard]] AnswerPane* answers() const { return m_answers; }
    [[nodiscard]] SequencePane* sequence() const { return m_sequence; }
    [[nodiscard]] DraftFields* fields() const { return m_fields; }
    [[nodiscard]] QComboBox* targets() const { return m_target; }
    [[nodiscard]] QLineEdit* host() const { return m_host; }

Q_SIGNALS:
    /// The draft is filled: show it.
    void edited();
    void armingChanged();
    /// All that followed from this message, which we sent, is to be shown.
    void effectsWanted(const murmur::MessageRow& row);

private:
    void build();
    QWidget* buildTarget();
    QWidget* buildEditors();
    QWidget* buildSend();
    void connectParts();
    void fillMenus();
    void askForName(const QString& bus);
    void insert(const QString& variable);
    void onSessionChanged();
    void readConnections();
    void offerTargets(const std::vector<std::pair<QUrl, QString>>& urls);
    void takeMessage(const MessageDetail& message);
    void readAnswer(Seq seq);
    void onEdited();
    /// What messages of the topic look like, found out once for each topic.
    void learnShape();
    void showVerdict();
    void connectSequence();
    /// Shown first where that is due, else sent.
    void submit(const InjectionRun& wish, bool& isPreviewed);
    void showHost();
    void onEnded(const InjectionReport& report);
    void lookForSent();
    void lookForAnswer();
    void showArming();
    void showTarget();
    [[nodiscard]] InjectionRun run() const;
    [[nodiscard]] QString command() const;
    [[nodiscard]] QUrl target() const;
    [[nodiscard]] Environment environment() const;

    PaneHeader* m_header;
    QComboBox* m_target = nullptr;
    QLabel* m_environment = nullptr;
    QLineEdit* m_host = nullptr;
    QUrl m_hostFor;          ///< the bus that was shown when something was typed into it
    bool m_wasArmed = false; ///< for target(), when that was shown last
    QPushButton* m_arm = nullptr;
    QLineEdit* m_topic = nullptr;
    DraftFields* m_fields = nullptr;
    QWidget* m_extras = nullptr; ///< beside the payload
    HeaderTable* m_headers = nullptr;
    PayloadEdit* m_payload = nullptr;
    QLabel* m_verdict = nullptr;
    QSpinBox* m_repeat = nullptr;
    QDoubleSpinBox* m_rate = nullptr;
    QCheckBox* m_wantsReply = nullptr;
    QPushButton* m_send = nullptr;
    QLineEdit* m_command = nullptr;
    QMenu* m_memoryMenu = nullptr;
    QLabel* m_origin = nullptr;
    QSplitter* m_columns = nullptr;
    SequencePane* m_sequence = nullptr;
    QToolButton* m_showsSequence = nullptr;
    AnswerPane* m_answers = nullptr;

    InjectionDesk* m_desk;
    ComposerMemory m_memory;
    InjectionDraft m_base; ///< what the widgets do not show: origin, message
    std::vector<QUrl> m_sources;
    QSet<QUrl> m_up;            ///< connections that stood
    bool m_canReply = false;    ///< the bus of the target gives reply addresses
    bool m_isPreviewed = false; ///< the next Return sends
    bool m_isSequencePreviewed = false;
    bool m_isSequenceSent = false; ///< what is being sent, or was last, is the sequence
    QString m_recording;
    std::function<ConnectionOptions(const QUrl&)> m_secrets;
    QString m_sentId; ///< of the mark that is looked for in what is heard
    Seq m_sentAfter = 0;
    std::optional<MessageRow> m_sentRow; ///< what we sent, once it was heard
    Seq m_askedSeq = 0; ///< what we sent, as it was heard, while its answer is looked for
    nanoseconds m_askedUntil{0};
    LatestJob m_job;
    LatestJob m_answerJob;
    LatestJob m_infoJob;
    LatestJob m_sentJob;
    LatestJob m_heardJob;
    std::unique_ptr<LearntShape> m_shape; ///< null: not known
    QString m_shapeTopic;                 ///< that it is of, or is being found out for
    QTimer m_shapeSoon;
    LatestJob m_shapeJob;
};

} // namespace murmur
