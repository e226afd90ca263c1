// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/matrix.h"
#include "views/base/latestjob.h"
#include "views/base/menuowner.h"
#include "views/base/view.h"

#include <QElapsedTimer>
#include <QTimer>

#include <memory>
#include <mutex>
#include <optional>

class QMenu;
class QToolButton;

namespace murmur {

class EmptyNote;
class MatrixGrid;
class PaneHeader;
struct CellRange;

/// Messages of the window by what lanes are by, or any other field, and the time or a second one:
/// how many, how slow, how many errors, what models took. Cells that are picked become the region
/// that other views ask about.
class MatrixView : public View, public MenuOwner
{
    Q_OBJECT
public:
    explicit MatrixView(const ViewContext& context, QWidget* parent = nullptr);
    ~MatrixView() override;

    [[nodiscard]] QString asText() const override;
    void fillPickedMenu(QMenu& menu) override;
    [[nodiscard]] QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    [[nodiscard]] bool isSettled() const override;

    [[nodiscard]] MatrixGrid* grid() const { return m_grid; }
    [[nodiscard]] QString facts() const;

    /// A field; empty: what lanes are by.
    void setRows(const QString& field);
    /// A field, or "time".
    void setColumns(const QString& field);
    void setMeasure(MatrixMeasure measure);
    [[nodiscard]] QString rows() const;
    [[nodiscard]] QString columns() const { return m_columns; }
    [[nodiscard]] MatrixMeasure measure() const { return m_measure; }

    [[nodiscard]] QSize sizeHint() const override { return {800, 220}; }

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    /// Where the worker puts what it knows so far.
    struct Mailbox
    {
        std::mutex mutex;
        std::optional<Matrix> partial;
    };

    void ask();
    void soon();
    void take(const Result<Matrix>& answer);
    void takePartial();
    void onDataGrew();
    void onPicked(const CellRange& cells);
    void showRegion();
    void showKeys();
    void updateHeader();
    [[nodiscard]] static QString titleOf(MatrixMeasure measure);
    void fillFields(QMenu& menu, bool isRows);
    void fillMeasures(QMenu& menu);
    void showMenu(const QPoint& globalPosition);
    [[nodiscard]] QString rowCondition(const CellRange& cells) const;
    [[nodiscard]] QString columnCondition(const CellRange& cells) const;

    PaneHeader* m_header;
    QToolButton* m_rowButton;
    QToolButton* m_columnButton;
    QToolButton* m_measureButton;
    MatrixGrid* m_grid;
    EmptyNote* m_note;
    QString m_rows; ///< empty: as lanes
    QString m_columns = QStringLiteral("time");
    MatrixMeasure m_measure = MatrixMeasure::Messages;
    std::shared_ptr<const Matrix> m_matrix;
    std::shared_ptr<Mailbox> m_mailbox;
    QString m_failure;
    TimeRange m_asked;
    Seq m_askedThrough = 0;
    QTimer m_soon;
    QTimer m_partials;
    QElapsedTimer m_sinceAsked;
    LatestJob m_job;
};

} // namespace murmur
