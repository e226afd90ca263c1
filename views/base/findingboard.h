// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "findings/finding.h"

#include <QColor>
#include <QObject>
#include <QRectF>
#include <QString>

#include <vector>

class QPainter;

namespace murmur {

class SharedView;
struct Theme;

/// A finding as views with a time axis draw it.
struct FindingMark
{
    std::uint64_t id = 0;
    Severity severity = Severity::Warning;
    std::int64_t start = 0; ///< ns
    std::int64_t end = 0;
    AgentId agent{};        ///< the one that it is about; none: of all
    bool isSilence = false; ///< somebody said nothing, all that time
    QString title;          ///< "Slow agent"
    QString sentence;
    friend bool operator==(const FindingMark&, const FindingMark&) = default;
};

/// The findings that nobody has judged yet, for all views of a window. Who asks here only looks and
/// points; the findings view fills it and follows. There is one in a window, made when the first
/// view asks.
class FindingBoard : public QObject
{
    Q_OBJECT
public:
    static FindingBoard* of(SharedView* shared);

    /// By start.
    [[nodiscard]] const std::vector<FindingMark>& marks() const { return m_marks; }
    [[nodiscard]] quint64 revision() const { return m_revision; }
    void set(std::vector<FindingMark> marks);

    /// The person pointed at one.
    void pick(std::uint64_t id) { Q_EMIT picked(id); }
    /// The person wants to see all of it.
    void show(std::uint64_t id) { Q_EMIT shown(id); }

Q_SIGNALS:
    void changed();
    void picked(quint64 id);
    void shown(quint64 id);

private:
    explicit FindingBoard(SharedView* shared);

    std::vector<FindingMark> m_marks;
    quint64 m_revision = 0;
};

/// Weight is a shape and a colour: triangle, square, circle. Wants antialiasing.
void paintSeverity(QPainter& painter, QRectF place, Severity severity, const QColor& color);
QColor severityColor(const Theme& theme, Severity severity);

} // namespace murmur
