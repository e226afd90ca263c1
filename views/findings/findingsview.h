// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/latestjob.h"
#include "views/base/view.h"

#include "session/findingspass.h"

#include <QTimer>

#include <memory>

class QListView;

namespace murmur {

class EmptyNote;
class FindingModel;
class PaneHeader;

/// What went wrong in the recording, told while it grows. Picking a finding shows its stretch of
/// time, its first message and the agent that it is about in all views.
class FindingsView : public View
{
    Q_OBJECT
public:
    explicit FindingsView(const ViewContext& context, QWidget* parent = nullptr);
    ~FindingsView() override;

    [[nodiscard]] QString asText() const override;
    [[nodiscard]] bool isSettled() const override;
    [[nodiscard]] FindingModel* model() const { return m_model; }
    [[nodiscard]] QListView* list() const { return m_list; }
    [[nodiscard]] QSize sizeHint() const override { return {250, 160}; }

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void onSessionChanged();
    void look();
    void present(const FindingsReport& report);
    void updateNote();
    void pick(const QModelIndex& index);

    PaneHeader* m_header;
    QListView* m_list;
    FindingModel* m_model;
    EmptyNote* m_note;
    std::shared_ptr<FindingsPass> m_pass; ///< of the session; one job at a time has it
    QString m_failure;
    std::int64_t m_messages = 0; ///< that were looked at
    bool m_isWhole = false;      ///< all that was there has been looked at once
    bool m_hasMore = false;      ///< more came while it looked
    QTimer m_soon;
    LatestJob m_job;
};

} // namespace murmur
