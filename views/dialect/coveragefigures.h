// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/suggestion.h"

#include <QWidget>

#include <array>

class QLabel;

namespace murmur {

/// Of how many messages who, to whom, what kind, which call and trace are known: now, and as a
/// dialect would read them.
class CoverageFigures : public QWidget
{
    Q_OBJECT
public:
    explicit CoverageFigures(QWidget* parent = nullptr);

    void setCoverage(const Coverage& before, const Coverage& after);
    void clear();
    /// "98 % have a sender, 3 % now; …"
    [[nodiscard]] QString asText() const { return m_text; }

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Figure
    {
        QLabel* share = nullptr;
        QLabel* word = nullptr;
        QLabel* before = nullptr;
    };
    void color();

    std::array<Figure, kCoveredFields.size()> m_figures;
    std::array<int, kCoveredFields.size()> m_tones{}; ///< -1 fewer than now, 1 more
    QString m_text;
};

/// "98 %", "0.4 %", never "100 %" of what is not all.
QString coverageText(double share);

} // namespace murmur
