// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/mqtt/mqttfilters.h"

#include <algorithm>

namespace murmur {

namespace {

/// Goes through the levels of a filter or topic.
class Levels
{
public:
    explicit Levels(QByteArrayView text)
        : m_rest(text)
    {
        next();
    }
    [[nodiscard]] bool isOver() const { return m_isOver; }
    [[nodiscard]] QByteArrayView level() const { return m_level; }
    [[nodiscard]] bool isLast() const { return m_isLast; }
    [[nodiscard]] bool isRest() const { return !m_isOver && m_level == "#"; }
    [[nodiscard]] bool isAny() const { return !m_isOver && m_level == "+"; }
    void next()
    {
        m_isOver = m_isLast;
        const qsizetype end = m_rest.indexOf('/');
        m_isLast = end < 0;
        m_level = m_isLast ? m_rest : m_rest.first(end);
        m_rest = m_isLast ? QByteArrayView() : m_rest.sliced(end + 1);
    }

private:
    QByteArrayView m_rest;
    QByteArrayView m_level;
    bool m_isLast = false;
    bool m_isOver = false;
};

bool beginsWild(QByteArrayView filter)
{
    return filter.startsWith('+') || filter.startsWith('#');
}

} // namespace

bool isFilter(QByteArrayView text)
{
    constexpr qsizetype kMaxSize = 65'535;
    if (text.isEmpty() || text.size() > kMaxSize || text.contains('\0'))
        return false;
    for (Levels levels(text); !levels.isOver(); levels.next()) {
        const bool isWild = levels.level().contains('+') || levels.level().contains('#');
        if (isWild && levels.level().size() > 1)
            return false;
        if (levels.isRest() && !levels.isLast())
            return false;
    }
    return true;
}

bool filterMatches(QByteArrayView filter, QByteArrayView topic)
{
    if (topic.startsWith('$') && beginsWild(filter))
        return false;
    Levels pattern(filter);
    Levels text(topic);
    for (; !pattern.isOver(); pattern.next(), text.next()) {
        if (pattern.isRest())
            return true;
        if (text.isOver() || (!pattern.isAny() && pattern.level() != text.level()))
            return false;
    }
    return text.isOver();
}

bool filtersOverlap(QByteArrayView one, QByteArrayView other)
{
    if ((one.startsWith('$') && beginsWild(other)) || (other.startsWith('$') && beginsWild(one)))
        return false;
    Levels a(one);
    Levels b(other);
    for (; !a.isOver() || !b.isOver(); a.next(), b.next()) {
        if (a.isRest() || b.isRest())
            return true;
        if (a.isOver() || b.isOver())
            return false;
        if (!a.isAny() && !b.isAny() && a.level() != b.level())
            return false;
    }
    return true;
}

bool filterCovers(QByteArrayView wide, QByteArrayView narrow)
{
    if (narrow.startsWith('$') && beginsWild(wide))
        return false;
    Levels a(wide);
    Levels b(narrow);
    for (; !a.isOver(); a.next(), b.next()) {
        if (a.isRest())
            return true;
        if (b.isOver() || b.isRest() || (!a.isAny() && a.level() != b.level()))
            return false;
    }
    return b.isOver();
}

QByteArray filterOver(QByteArrayView one, QByteArrayView other)
{
    QByteArrayList levels;
    Levels a(one);
    Levels b(other);
    for (; !a.isOver() || !b.isOver(); a.next(), b.next()) {
        if (a.isRest() || b.isRest() || a.isOver() || b.isOver()) {
            levels << QByteArrayLiteral("#");
            break;
        }
        levels << (a.level() == b.level() ? a.level().toByteArray() : QByteArrayLiteral("+"));
    }
    return levels.join('/');
}

QByteArrayList withoutOverlap(const QByteArrayList& filters)
{
    QByteArrayList apart;
    for (QByteArray filter : filters) {
        // One that grew may reach others that were apart before.
        for (qsizetype i = 0; i < apart.size();) {
            if (filtersOverlap(apart[i], filter)) {
                if (filterCovers(apart[i], filter))
                    filter = apart[i];
                else if (!filterCovers(filter, apart[i]))
                    filter = filterOver(apart[i], filter);
                apart.removeAt(i);
                i = 0;
            } else {
                ++i;
            }
        }
        apart << filter;
    }
    return apart;
}

} // namespace murmur
