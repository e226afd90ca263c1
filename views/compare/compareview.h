// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "compare/comparejob.h"
#include "views/base/latestjob.h"
#include "views/base/view.h"

#include <QTimer>

#include <atomic>
#include <memory>

class QComboBox;
class QTableView;

namespace murmur {

class CompareModel;
class EmptyNote;
class PaneHeader;

/// The window against what was before it, or against another recording: what is new, missing,
/// slower, different. Looks only while it is seen.
class CompareView : public View
{
    Q_OBJECT
public:
    enum class Against { TimeBefore, AllBefore, OtherRecording };

    explicit CompareView(const ViewContext& context, QWidget* parent = nullptr);
    ~CompareView() override;

    [[nodiscard]] QString asText() const override;
    [[nodiscard]] QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    [[nodiscard]] bool isSettled() const override;

    [[nodiscard]] CompareModel* model() const { return m_model; }
    [[nodiscard]] QTableView* table() const { return m_table; }
    void setAgainst(Against against);
    /// Compares with that recording, or with a part of it. It may be the one that is open.
    void setOther(const CompareSide& side);
    [[nodiscard]] QSize sizeHint() const override { return {760, 260}; }

protected:
    void showEvent(QShowEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Passed
    {
        std::atomic<std::int64_t> done = 0;
        std::atomic<std::int64_t> total = 1;
    };

    void choose(int index);
    void chooseFile();
    void onChanged();
    void ask();
    [[nodiscard]] TimeRange rangeBefore() const;
    void take(const Result<Compared>& compared);
    void follow(int row, bool isBefore);
    void updateHeader();

    PaneHeader* m_header;
    QComboBox* m_againstBox;
    QTableView* m_table;
    CompareModel* m_model;
    EmptyNote* m_note;
    Against m_against = Against::TimeBefore;
    CompareSide m_other;
    bool m_isOtherSame = false; ///< it is the recording that is open
    QString m_failure;
    QString m_facts;
    bool m_hasCompared = false;
    bool m_isStale = true;
    std::shared_ptr<Passed> m_passed;
    QTimer m_soon;
    QTimer m_ticker;
    LatestJob m_job;
};

} // namespace murmur
