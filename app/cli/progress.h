// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"

#include <QElapsedTimer>
#include <QString>

#include <cstdint>

namespace murmur::cli {

/// One line on stderr that is overwritten in place; nothing at all when stderr is no terminal.
class Progress
{
public:
    Progress();
    ~Progress() { clear(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    [[nodiscard]] bool isShown() const noexcept { return m_isTerminal; }
    /// "scanning  43 %  12 s left  1,200,000/s". Called as often as one likes.
    void update(const QString& step, std::int64_t done, std::int64_t total);
    void show(const QString& line);
    void clear();

private:
    bool m_isTerminal;
    bool m_isDirty = false;
    QElapsedTimer m_since;
    QElapsedTimer m_lastShown;
};

} // namespace murmur::cli
