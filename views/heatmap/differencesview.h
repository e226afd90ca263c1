// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/differences.h"
#include "views/base/latestjob.h"
#include "views/base/menuowner.h"
#include "views/base/view.h"

#include <QTimer>

#include <atomic>
#include <memory>
#include <optional>

class QTableView;

namespace murmur {

class DifferenceModel;
class EmptyNote;
class PaneHeader;

/// "What is different here?": the fields that tell the messages of the region from the others of
/// the window; without a region those that pass the filter; without a filter those of the window
/// from the rest of the session.
class DifferencesView : public View, public MenuOwner
{
    Q_OBJECT
public:
    explicit DifferencesView(const ViewContext& context, QWidget* parent = nullptr);
    ~DifferencesView() override;

    [[nodiscard]] QString asText() const override;
    void fillPickedMenu(QMenu& menu) override;
    [[nodiscard]] bool isSettled() const override;
    [[nodiscard]] DifferenceModel* model() const { return m_model; }
    [[nodiscard]] QString facts() const;

    [[nodiscard]] QSize sizeHint() const override { return {800, 220}; }

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    struct Passed
    {
        std::atomic<std::int64_t> done = 0;
        std::atomic<std::int64_t> total = 1;
    };

    void onChanged();
    void ask();
    [[nodiscard]] std::optional<DifferenceRequest> question(QString& title) const;
    void take(const Result<Differences>& answer);
    void updateHeader();
    void narrow(bool hides);
    void narrowTo(const QString& condition, bool hides);
    void showMenu(const QPoint& globalPosition);

    PaneHeader* m_header;
    DifferenceModel* m_model;
    QTableView* m_table;
    EmptyNote* m_note;
    QString m_title; ///< of what is compared
    std::optional<Differences> m_found;
    QString m_failure;
    std::shared_ptr<Passed> m_passed;
    bool m_isStale = true;
    QTimer m_soon;
    QTimer m_ticker;
    LatestJob m_job;
};

} // namespace murmur
