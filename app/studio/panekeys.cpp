// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "panekeys.h"

#include <QCoreApplication>

#include <array>

namespace murmur {

namespace {

constexpr std::array kKeys{
    PaneKey{nullptr, "Tab, Shift+Tab",
            QT_TRANSLATE_NOOP("PaneKeys", "To the next or previous part of the window")},
    PaneKey{
        nullptr, "Ctrl+C",
        QT_TRANSLATE_NOOP("PaneKeys", "Copy what is selected, or what the pane shows, as text")},
    PaneKey{nullptr, "Shift+F10", QT_TRANSLATE_NOOP("PaneKeys", "Menu of what is selected")},
    PaneKey{nullptr, "/",
            QT_TRANSLATE_NOOP("PaneKeys",
                              "Filter lanes, agents, facets or tiles by letters; Esc ends it")},
    PaneKey{nullptr, "T",
            QT_TRANSLATE_NOOP("PaneKeys", "Sequence, topology, wall, map: as a table, and back")},
    PaneKey{nullptr, "F2", QT_TRANSLATE_NOOP("PaneKeys", "Lanes and agents: give another name")},
    PaneKey{
        nullptr, "B",
        QT_TRANSLATE_NOOP("PaneKeys",
                          "Time views and messages: bookmark the selected message, or no longer")},
    PaneKey{nullptr, "N, Shift+N", QT_TRANSLATE_NOOP("PaneKeys", "Next, previous bookmark")},
    PaneKey{
        "timeline", "Left, Right",
        QT_TRANSLATE_NOOP("PaneKeys", "Move by a tenth of the window; with Shift by half of it")},
    PaneKey{"timeline", "+, −", QT_TRANSLATE_NOOP("PaneKeys", "Zoom in, out")},
    PaneKey{"timeline", "Home, End",
            QT_TRANSLATE_NOOP("PaneKeys", "To the first, the last message")},
    PaneKey{"timeline", "Up, Down", QT_TRANSLATE_NOOP("PaneKeys", "To the next lane")},
    PaneKey{"timeline", "Page Up, Page Down", QT_TRANSLATE_NOOP("PaneKeys", "Scroll the lanes")},
    PaneKey{"timeline", "Space", QT_TRANSLATE_NOOP("PaneKeys", "Play or pause")},
    PaneKey{"timeline", ", and .", QT_TRANSLATE_NOOP("PaneKeys", "A step back, on")},
    PaneKey{"timeline", "F", QT_TRANSLATE_NOOP("PaneKeys", "Show the whole recording")},
    PaneKey{"timeline", "G", QT_TRANSLATE_NOOP("PaneKeys", "Go live")},
    PaneKey{
        "timeline", "Z",
        QT_TRANSLATE_NOOP("PaneKeys", "Zoom to what is selected; with Shift to its conversation")},
    PaneKey{"timeline", "C",
            QT_TRANSLATE_NOOP("PaneKeys",
                              "Second cursor at the playhead, to measure; again or Esc: none")},
    PaneKey{"overview", "Left, Right, +, −, Home, End",
            QT_TRANSLATE_NOOP("PaneKeys", "Move, zoom, to the first, the last message")},
    PaneKey{"overview", "Space", QT_TRANSLATE_NOOP("PaneKeys", "Play or pause")},
    PaneKey{"overview", ", and .", QT_TRANSLATE_NOOP("PaneKeys", "A step back, on")},
    PaneKey{"overview", "F, G", QT_TRANSLATE_NOOP("PaneKeys", "Show everything, go live")},
    PaneKey{"heatmap", "Left, Right, +, −, Home",
            QT_TRANSLATE_NOOP("PaneKeys", "Move, zoom, show all")},
    PaneKey{"heatmap", "Page Up, Page Down",
            QT_TRANSLATE_NOOP("PaneKeys", "Your limit a quarter higher, lower")},
    PaneKey{"heatmap", "D", QT_TRANSLATE_NOOP("PaneKeys", "What differs in the rectangle?")},
    PaneKey{"heatmap", "Return",
            QT_TRANSLATE_NOOP("PaneKeys", "The messages of the rectangle; Esc lets go of it")},
    PaneKey{"heatmap", "C", QT_TRANSLATE_NOOP("PaneKeys", "Colours linear or logarithmic")},
    PaneKey{"findings", "W", QT_TRANSLATE_NOOP("PaneKeys", "Why: what led to it")},
    PaneKey{"findings", "A", QT_TRANSLATE_NOOP("PaneKeys", "Whom it affected")},
    PaneKey{"findings", "B", QT_TRANSLATE_NOOP("PaneKeys", "Compare with before")},
    PaneKey{"findings", "P", QT_TRANSLATE_NOOP("PaneKeys", "Play it again")},
    PaneKey{"findings", "R, F",
            QT_TRANSLATE_NOOP("PaneKeys", "To its first cause, to its effects")},
    PaneKey{"findings", "M, K",
            QT_TRANSLATE_NOOP("PaneKeys", "Mute those like it, accept it as known")},
    PaneKey{"facets", "Return, Alt+Return",
            QT_TRANSLATE_NOOP("PaneKeys", "Only this value, or all but it")},
    PaneKey{"facets", "Delete", QT_TRANSLATE_NOOP("PaneKeys", "All but this value")},
    PaneKey{"messages", "Up, Down, Page Up, Page Down, Home",
            QT_TRANSLATE_NOOP("PaneKeys", "To another message")},
    PaneKey{"messages", "End",
            QT_TRANSLATE_NOOP("PaneKeys", "To the last one; while live it follows again")},
    PaneKey{"messages", "=", QT_TRANSLATE_NOOP("PaneKeys", "Compare the two selected rows")},
    PaneKey{"sequence", "Up, Down, Home, End",
            QT_TRANSLATE_NOOP("PaneKeys", "To another message of the conversation")},
    PaneKey{"sequence", "Left, Right",
            QT_TRANSLATE_NOOP("PaneKeys", "To what it answers, to what answers it")},
    PaneKey{"sequence", "+, −, 0", QT_TRANSLATE_NOOP("PaneKeys", "Larger, smaller, all of it")},
    PaneKey{"sequence", "M", QT_TRANSLATE_NOOP("PaneKeys", "Copy as Mermaid text")},
    PaneKey{"topology", "Arrows, Return",
            QT_TRANSLATE_NOOP("PaneKeys", "To another agent, select it")},
    PaneKey{"topology", "F", QT_TRANSLATE_NOOP("PaneKeys", "Fold or unfold the group")},
    PaneKey{"topology", "R", QT_TRANSLATE_NOOP("PaneKeys", "Arrange anew")},
    PaneKey{"topology", "+, −, 0", QT_TRANSLATE_NOOP("PaneKeys", "Larger, smaller, all of it")},
    PaneKey{"wall", "Arrows, Home, End, Return",
            QT_TRANSLATE_NOOP("PaneKeys", "To another tile, select its agent")},
    PaneKey{"wall", "+, −, 0",
            QT_TRANSLATE_NOOP("PaneKeys", "Larger tiles, smaller ones, what fits")},
    PaneKey{"map", "Arrows, Space, Return",
            QT_TRANSLATE_NOOP("PaneKeys", "To another agent, select it, open it")},
    PaneKey{"map", "+, −, 0", QT_TRANSLATE_NOOP("PaneKeys", "Larger, smaller, all of it")},
    PaneKey{"transcript", "Alt+Up, Alt+Down",
            QT_TRANSLATE_NOOP("PaneKeys", "To the previous, next call")},
    PaneKey{"matrix", "Arrows, Home, End, Return",
            QT_TRANSLATE_NOOP("PaneKeys", "To another cell, its messages; Esc lets go")},
    PaneKey{"matrix", "D", QT_TRANSLATE_NOOP("PaneKeys", "What differs in the cell?")},
    PaneKey{
        "differences", "Return, Delete",
        QT_TRANSLATE_NOOP("PaneKeys", "Only that value, all but it; Esc lets go of the region")},
    PaneKey{"compare", "Return", QT_TRANSLATE_NOOP("PaneKeys", "The messages behind the row")},
    PaneKey{"triggers", "Return, F2, Delete",
            QT_TRANSLATE_NOOP("PaneKeys", "Where it fired last, edit it, remove it")},
    PaneKey{"inspector", "Ctrl+Shift+Up", QT_TRANSLATE_NOOP("PaneKeys", "To the first cause")},
    PaneKey{"inspector", "Ctrl+Shift+Down", QT_TRANSLATE_NOOP("PaneKeys", "All that followed")},
    PaneKey{"inspector", "Page Up, Page Down, Home, End",
            QT_TRANSLATE_NOOP("PaneKeys", "In the bytes: scroll")},
};

} // namespace

std::span<const PaneKey> paneKeys() noexcept
{
    return kKeys;
}

} // namespace murmur
