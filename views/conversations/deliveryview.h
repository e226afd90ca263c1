// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conversations/delivery.h"
#include "views/base/latestjob.h"
#include "views/base/view.h"

#include <QElapsedTimer>

#include <memory>

class QLabel;
class QTableView;

namespace murmur {

class DeliveryModel;
class EmptyNote;
class PaneHeader;

/// Who got the selected message: a row for each expected receiver. Looks only while it is seen.
class DeliveryView : public View
{
    Q_OBJECT
public:
    explicit DeliveryView(const ViewContext& context, QWidget* parent = nullptr);
    ~DeliveryView() override;

    [[nodiscard]] QString asText() const override;
    [[nodiscard]] QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    [[nodiscard]] bool isSettled() const override { return !m_job.isBusy(); }

    [[nodiscard]] DeliveryModel* model() const { return m_model; }
    [[nodiscard]] QTableView* table() const { return m_table; }
    [[nodiscard]] QSize sizeHint() const override { return {560, 240}; }

protected:
    void showEvent(QShowEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void onSessionChanged();
    void onMessageSelected();
    void onDataGrew();
    void ask(Seq seq);
    void present(std::shared_ptr<const Delivery> delivery);
    void pick(const QModelIndex& index);
    void updateNote();

    PaneHeader* m_header;
    QLabel* m_about;
    QTableView* m_table;
    DeliveryModel* m_model;
    EmptyNote* m_note;
    Seq m_asked = 0;
    bool m_isStale = false;   ///< something was selected while nobody looked
    bool m_isPicking = false; ///< it selects a message itself, and stays with its own
    QString m_failure;
    QElapsedTimer m_sinceAsked;
    LatestJob m_job;
};

} // namespace murmur
