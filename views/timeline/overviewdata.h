// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/timeline/densityslice.h"

#include <QObject>
#include <QTimer>

#include <vector>

namespace murmur {

class SharedView;

/// What the overview strip knows: the density of the whole session, its gaps and its facts. Follows
/// a growing recording twice a second; the old answer is given out until the new one is there.
class OverviewData : public QObject
{
    Q_OBJECT
public:
    explicit OverviewData(SharedView* shared, QObject* parent = nullptr);
    ~OverviewData() override;

    void setWidth(int width); ///< pixels that the density is wanted for
    [[nodiscard]] DensityPtr density() const { return m_density; }
    [[nodiscard]] const std::vector<Gap>& gaps() const { return m_gaps; }
    [[nodiscard]] std::int64_t lost() const { return m_lost; }
    [[nodiscard]] std::int64_t bytes() const { return m_bytes; }
    [[nodiscard]] bool isSettled() const { return m_open == 0; }

Q_SIGNALS:
    void changed();

private:
    void reset();
    void ask();
    void finished();

    SharedView* m_shared;
    QTimer m_timer;
    int m_width = 0;
    quint64 m_generation = 0; ///< of session and filter
    int m_open = 0;           ///< answers on their way
    bool m_askAgain = false;
    std::stop_source m_stop;
    DensityPtr m_density;
    std::vector<Gap> m_gaps;
    std::int64_t m_lost = 0;
    std::int64_t m_bytes = 0;
};

} // namespace murmur
