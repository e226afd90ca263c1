// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "docks.h"

#include "viewregistry.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

struct DockRow
{
    const char* name;
    const char* title;
};

constexpr std::array<DockRow, kDocks> kRows{{
    {"left", QT_TRANSLATE_NOOP("Docks", "On the &left")},
    {"left-tabs", QT_TRANSLATE_NOOP("Docks", "Left, in the l&ower tabs")},
    {"middle", QT_TRANSLATE_NOOP("Docks", "In the &middle")},
    {"middle-tabs", QT_TRANSLATE_NOOP("Docks", "Middle, in the lower &tabs")},
    {"right", QT_TRANSLATE_NOOP("Docks", "On the &right")},
    {"right-tabs", QT_TRANSLATE_NOOP("Docks", "Right, in the lo&wer tabs")},
}};

} // namespace

Dock usualDock(const ViewEntry& entry)
{
    switch (entry.place) {
    case Place::Center:
        return Dock::Middle;
    case Place::CenterBottom:
        return Dock::MiddleTabs;
    case Place::Right:
        return Dock::RightTop;
    case Place::Left:
        break;
    }
    const auto first = std::ranges::find(viewEntries(), Place::Left, &ViewEntry::place);
    return entry.id == first->id ? Dock::LeftTop : Dock::LeftTabs;
}

QString dockName(Dock dock)
{
    return QString::fromLatin1(kRows[static_cast<std::size_t>(dock)].name);
}

std::optional<Dock> dockNamed(QStringView name)
{
    for (int i = 0; i < kDocks; ++i)
        if (name == QLatin1StringView(kRows[static_cast<std::size_t>(i)].name))
            return static_cast<Dock>(i);
    return std::nullopt;
}

QString dockTitle(Dock dock)
{
    return QCoreApplication::translate("Docks", kRows[static_cast<std::size_t>(dock)].title);
}

} // namespace murmur
