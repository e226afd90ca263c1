// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/learntshape.h"

#include <algorithm>
#include <unordered_set>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// Of the bodies, those that must have a member before its absence is worth a word; and those that
/// may have another sort.
constexpr double kUsual = 0.95;

QString sorts(const std::array<int, 6>& counts)
{
    std::size_t most = 0;
    for (std::size_t i = 1; i < counts.size(); ++i)
        if (counts[i] > counts[most])
            most = i;
    const std::string_view name = sortName(static_cast<BodyShape::Sort>(most));
    return QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size()));
}

/// Objects that are damaged or too large begin like one, too.
bool isOfObjects(std::string_view body)
{
    const auto begin = body.find_first_not_of(" \t\r\n");
    return begin != std::string_view::npos && body[begin] == '{';
}

/// The few that are otherwise do not count.
bool areMost(int some, int others)
{
    return some >= LearntShape::kFewest && some >= (some + others) * kUsual;
}

} // namespace

const LearntShape::Known* LearntShape::find(std::uint64_t path) const
{
    const auto found = m_known.find(path);
    return found == m_known.end() ? nullptr : &found->second;
}

void LearntShape::add(std::string_view body)
{
    BodyShape shape;
    if (!shape.look(body)) {
        m_others += isOfObjects(body) ? 0 : 1;
        return;
    }
    ++m_bodies;
    std::unordered_set<std::uint64_t> seen;
    for (const BodyShape::Piece& piece : shape.pieces()) {
        Known& known = m_known[piece.path];
        if (known.name.empty() &&
            piece.above != static_cast<std::uint32_t>(&piece - shape.pieces().data()))
            known.name = shape.nameOf(piece);
        known.parent = piece.parent;
        known.isInList = known.isInList || piece.isInList;
        if (seen.insert(piece.path).second) {
            ++known.bodies;
            ++known.sorts[static_cast<std::size_t>(piece.sort)];
        }
    }
}

QStringList LearntShape::judge(std::string_view body, int most) const
{
    QStringList sentences;
    BodyShape shape;
    const bool isObject = shape.look(body);
    if (!isObject && !isOfObjects(body) && areMost(m_bodies, m_others))
        sentences << u"no JSON object; %1 of %2 others are one"_s.arg(m_bodies).arg(m_bodies +
                                                                                    m_others);
    else if (isObject && areMost(m_others, m_bodies))
        sentences << u"a JSON object; %1 of %2 others are none"_s.arg(m_others).arg(m_bodies +
                                                                                    m_others);
    if (m_bodies < kFewest || !isObject)
        return sentences;
    const auto say = [&](const QString& sentence) {
        if (sentences.size() < most)
            sentences << sentence;
    };
    std::unordered_map<std::uint64_t, const BodyShape::Piece*> here;
    for (const BodyShape::Piece& piece : shape.pieces()) {
        if (!here.emplace(piece.path, &piece).second)
            continue;
        const QString name = QString::fromStdString(shape.nameOf(piece));
        const Known* known = find(piece.path);
        if (!known) {
            // Of what is new as a whole its members are not listed.
            if (piece.parent == 0 || find(piece.parent))
                say(u"none of %1 others has \"%2\""_s.arg(m_bodies).arg(name));
            continue;
        }
        const int same = known->sorts[static_cast<std::size_t>(piece.sort)];
        if (same == 0 && piece.sort != BodyShape::Sort::Null) {
            const std::string_view sort = sortName(piece.sort);
            say(u"\"%1\" is %2; it is %3 elsewhere"_s.arg(
                name, QString::fromLatin1(sort.data(), static_cast<qsizetype>(sort.size())),
                sorts(known->sorts)));
        }
    }
    std::vector<const Known*> missing;
    for (const auto& [path, known] : m_known) {
        if (known.isInList || known.name.empty() || here.contains(path))
            continue;
        const Known* parent = find(known.parent);
        const int possible = parent ? parent->bodies : m_bodies;
        // What stands in something that is missing is missing with it.
        if (parent && !here.contains(known.parent))
            continue;
        if (known.bodies >= static_cast<double>(possible) * kUsual && known.bodies >= kFewest)
            missing.push_back(&known);
    }
    std::ranges::sort(missing, [](const Known* a, const Known* b) { return a->name < b->name; });
    for (const Known* known : missing)
        say(u"\"%1\" is missing; %2 of %3 others have it"_s.arg(QString::fromStdString(known->name))
                .arg(known->bodies)
                .arg(m_bodies));
    return sentences;
}

} // namespace murmur
