// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/latestjob.h"
#include "views/base/view.h"

#include "session/session.h"

#include <QElapsedTimer>
#include <QMap>

#include <memory>
#include <optional>
#include <vector>

class QLabel;
class QPlainTextEdit;
class QStandardItemModel;
class QTabWidget;
class QToolButton;
class QTreeView;

namespace murmur {

class CauseWalk;
class ClockFollower;
class ComparisonBase;
class DiffPane;
class EmptyNote;
class HexView;
class PaneHeader;
class PayloadPane;
class WhyList;

/// Everything about the selected message: who said it to whom, why, and what it carries. Pinned, it
/// stays with its message while the selection moves on.
class InspectorView : public View
{
    Q_OBJECT
public:
    explicit InspectorView(const ViewContext& context, QWidget* parent = nullptr);
    ~InspectorView() override;

    [[nodiscard]] QString asText() const override;
    [[nodiscard]] QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    [[nodiscard]] bool isSettled() const override;

    [[nodiscard]] const MessageDetail* detail() const { return m_detail ? &*m_detail : nullptr; }
    [[nodiscard]] WhyList* why() const { return m_why; }
    [[nodiscard]] CauseWalk* walk() const { return m_walk; }
    [[nodiscard]] PayloadPane* payload() const { return m_payload; }
    [[nodiscard]] DiffPane* diff() const { return m_diff; }
    [[nodiscard]] QTabWidget* tabs() const { return m_tabs; }

    [[nodiscard]] QSize sizeHint() const override { return {360, 460}; }

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void onSessionChanged();
    void onMessageSelected();
    void onDataGrew();
    void ask(Seq seq);
    void present(const MessageDetail& detail);
    void clear();
    void climb(); ///< one more cause above the topmost
    void showTab();
    void showPayload();
    void keepCodec(const QString& topic, const QString& rule);
    void useCodecs();
    void showEnvelope();
    void showRaw();
    void follow(const QString& link);
    void updateNote();
    void applyTheme();
    void fillCopyMenu(QMenu* menu);
    void addWalk();

    PaneHeader* m_header;
    QToolButton* m_pin;
    QWidget* m_body;
    QLabel* m_who;
    QLabel* m_brief;
    QLabel* m_trouble;
    QLabel* m_whyTitle;
    WhyList* m_why;
    QTabWidget* m_tabs;
    PayloadPane* m_payload;
    QTreeView* m_envelope;
    QStandardItemModel* m_envelopeModel;
    QPlainTextEdit* m_raw;
    QLabel* m_rawNote;
    QToolButton* m_pretty;
    HexView* m_hex;
    DiffPane* m_diff;
    EmptyNote* m_note;
    CauseWalk* m_walk;
    ClockFollower* m_clocks; // the window's
    QLabel* m_walkNote;

    std::optional<MessageDetail> m_detail;
    std::vector<MessageDetail::Cause> m_farther; ///< above the direct cause, farthest first
    std::vector<bool> m_isShown;                 ///< by tab: what it shows is of this message
    Seq m_asked = 0;
    QElapsedTimer m_sinceAsked;
    QString m_failure;
    LatestJob m_job;
    LatestJob m_climb;
    LatestJob m_rules;
    QMap<QString, QString> m_codecs; ///< what a person chose, by topic
};

} // namespace murmur
