// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "replay/replaywish.h"
#include "views/base/latestjob.h"

#include <QWidget>

#include <functional>

class QComboBox;
class QDoubleSpinBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QMenu;
class QPlainTextEdit;
class QSpinBox;
class QToolButton;
class QUrl;

namespace murmur {

class ReplayMore;
struct Region;
class SharedView;

/// What is sent again, when, and how it is changed: the wish of a replay, as fields.
class ReplayForm : public QWidget
{
    Q_OBJECT
public:
    /// A line for a filter, which completes.
    using MakeLine = std::function<QLineEdit*()>;
    /// Without `makeFilter` they are plain lines.
    explicit ReplayForm(SharedView* shared, const MakeLine& makeFilter, QWidget* parent = nullptr);

    [[nodiscard]] ReplayWish wish() const;
    /// Without the target; what has no field is kept.
    void setWish(const ReplayWish& wish);

    /// Takes what is chosen in the window: what the filter leaves, a time, an agent, a message.
    enum class From { Filter, Window, Region, Agent, Message };
    void take(From from);
    /// The messages behind a region: rows of a table, cells of a picture.
    void takeRegion(const Region& region);

    void setTarget(const QUrl& target);
    /// Only how fast it goes may be changed while it is sent.
    void setRunning(bool isRunning);
    [[nodiscard]] bool isRunning() const { return m_isRunning; }
    /// So many times as fast.
    void hurry(double factor);

    [[nodiscard]] int labelWidth() const; ///< of its first column
    [[nodiscard]] QLineEdit* where() const { return m_where; }
    [[nodiscard]] QLineEdit* numbers() const { return m_seqs; }
    [[nodiscard]] QComboBox* pace() const { return m_pace; }
    [[nodiscard]] QToolButton* moreButton() const { return m_moreButton; }
    [[nodiscard]] ReplayMore* more() const { return m_more; }

Q_SIGNALS:
    void edited();
    /// While it is sent.
    void paceEdited();
    /// Enter in a field.
    void submitted();

private:
    enum class Pace { Original, Rate, Fast, Step };
    QLineEdit* field(const QString& name, const QString& placeholder);
    QLineEdit* field(QLineEdit* edit, const QString& name, const QString& placeholder);
    void buildWhich(QGridLayout* grid, int row, QLineEdit* where);
    void buildWhen(QGridLayout* grid, int row);
    void buildChanges(QGridLayout* grid, int row);
    void buildMore(QGridLayout* grid, int row, QLineEdit* pauseAt);
    void showMore();
    QMenu* chosenMenu();
    void takeMessage(Seq seq);
    void addNumber(const QString& number);
    void showPace();
    void onEdited();
    void onPaceEdited();

    SharedView* m_shared;
    ReplayWish m_base; ///< what no field shows
    QLineEdit* m_where = nullptr;
    QLineEdit* m_from = nullptr;
    QLineEdit* m_until = nullptr;
    QLineEdit* m_agents = nullptr;
    QLineEdit* m_seqs = nullptr;
    QComboBox* m_pace = nullptr;
    QDoubleSpinBox* m_speed = nullptr;
    QDoubleSpinBox* m_rate = nullptr;
    QLineEdit* m_idle = nullptr;
    QSpinBox* m_repeats = nullptr;
    QLineEdit* m_prefix = nullptr;
    QPlainTextEdit* m_maps = nullptr;
    QComboBox* m_ids = nullptr;
    QComboBox* m_times = nullptr;
    QLineEdit* m_sets = nullptr;
    ReplayMore* m_more = nullptr;
    QToolButton* m_moreButton = nullptr;
    LatestJob m_rowJob;
    bool m_isFilling = false;
    bool m_isRunning = false;
};

} // namespace murmur
