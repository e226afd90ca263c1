// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/stylesheet.h"

#include "views/base/theme.h"

#include <array>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

// Colours are written as @name and replaced below; sizes that hold text are paddings, so that a
// larger font grows them.
const QString& sheetTemplate()
{
    static const QString sheet = uR"(
QMainWindow, QDialog { background: @pane; }
QMainWindow::separator { background: @hairline; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: @interaction; }
QSplitter::handle { background: @hairline; }
QSplitter::handle:hover { background: @interaction; }
QMenuBar { background: @header; color: @secondary; border: none; }
QMenuBar::item { padding: 4px 10px; background: transparent; }
QMenuBar::item:selected { background: @hover; color: @text; }
QMenu { background: @plate; color: @text; border: 1px solid @hairline; padding: 4px 0; }
QMenu::item { padding: 5px 28px 5px 14px; }
QMenu::item:selected { background: @selection; color: @text; }
QMenu::item:disabled { color: @faint; }
QMenu::separator { height: 1px; background: @hairline; margin: 4px 0; }
QMenu::icon { padding-left: 10px; }
QToolBar { background: @header; border: none; border-bottom: 1px solid @hairline; spacing: 6px; padding: 5px 10px; }
QToolBar::separator { background: @hairline; width: 1px; margin: 5px 4px; }
QStatusBar { background: @header; color: @secondary; border-top: 1px solid @hairline; }
QStatusBar::item { border: none; }
QDockWidget { color: @text; titlebar-close-icon: none; }
QDockWidget::title { background: @header; padding: 5px 12px; border-bottom: 1px solid @hairline; text-align: left; }
QTabWidget::pane { border: none; border-top: 1px solid @hairline; }
QTabBar { background: @header; border: none; }
QTabBar::tab { background: @header; color: @secondary; padding: 5px 14px; border: none; border-top: 2px solid transparent; }
QTabBar::tab:selected { background: @ground; color: @text; border-top: 2px solid @interaction; }
QTabBar::tab:hover:!selected { color: @text; }
QTabBar::tab:focus { color: @interaction; }
QTabBar::scroller { width: 44px; }
QTabBar QToolButton { padding: 0; border: none; border-radius: 0; background: @header; }
QTabBar QToolButton:hover { background: @hover; }
#completions, #palette { background: @plate; border: 1px solid @faint; }
QToolButton, QPushButton { background: @button; color: @text; border: 1px solid @hairline; border-radius: 4px; padding: 4px 10px; }
QToolButton { padding: 3px 8px; }
QToolButton:hover, QPushButton:hover { background: @hover; border-color: @faint; }
QToolButton:pressed, QPushButton:pressed { background: @selection; }
QToolButton:checked, QPushButton:checked, QPushButton:default { border-color: @interaction; color: @interaction; }
QToolButton:focus, QPushButton:focus { border-color: @interaction; }
QToolButton:disabled, QPushButton:disabled { color: @faint; background: @pane; }
QToolButton[flat="true"] { background: transparent; border-color: transparent; }
QToolButton[flat="true"]:hover { background: @hover; }
QToolButton[flat="true"]:focus { border-color: @interaction; }
QToolButton::menu-indicator { image: none; width: 0; }
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox { background: @ground; color: @text; border: 1px solid @hairline; border-radius: 4px; padding: 3px 8px; selection-background-color: @selection; selection-color: @text; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus { border-color: @interaction; }
QComboBox::drop-down { border: none; width: 18px; }
QComboBox::down-arrow { image: none; width: 0; height: 0; border-left: 4px solid @ground; border-right: 4px solid @ground; border-top: 5px solid @secondary; }
QComboBox QAbstractItemView { background: @plate; border: 1px solid @hairline; selection-background-color: @selection; }
QCheckBox { spacing: 8px; }
QCheckBox::indicator, QTreeView::indicator { width: 13px; height: 13px; background: @ground; border: 1px solid @faint; border-radius: 3px; }
QCheckBox::indicator:hover, QCheckBox:focus::indicator { border-color: @interaction; }
QCheckBox::indicator:checked, QTreeView::indicator:checked { background: @interaction; border-color: @interaction; }
QAbstractItemView { background: @ground; color: @text; border: none; outline: none; alternate-background-color: @ground; selection-background-color: @selection; selection-color: @text; }
QAbstractItemView::item { border: none; padding: 0 4px; }
QAbstractItemView::item:selected { background: @selection; color: @text; }
QAbstractItemView::item:hover:!selected { background: @hover; }
QTableView { gridline-color: @ground; }
QHeaderView { background: @pane; border: none; }
QHeaderView::section { background: @pane; color: @secondary; border: none; border-bottom: 1px solid @hairline; padding: 4px 6px; text-align: left; }
QHeaderView::section:hover { color: @text; }
QTableCornerButton::section { background: @pane; border: none; }
QTreeView::branch { background: transparent; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: @handle; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 24px; }
QScrollBar::handle:horizontal { min-width: 24px; }
QScrollBar::handle:hover { background: @faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QToolTip { background: @plate; color: @text; border: 1px solid @hairline; padding: 4px 6px; }
QProgressBar { background: @ground; border: 1px solid @hairline; border-radius: 3px; text-align: center; color: @text; }
QProgressBar::chunk { background: @interaction; border-radius: 2px; }
QGroupBox { border: 1px solid @hairline; border-radius: 4px; margin-top: 1.2em; padding-top: 6px; }
QGroupBox::title { subcontrol-origin: margin; left: 8px; color: @secondary; }
)"_s;
    return sheet;
}

} // namespace

QString styleSheetFor(const Theme& theme)
{
    const QColor hover = theme.isDark ? QColor(0x22, 0x29, 0x33) : QColor(0xe6, 0xea, 0xef);
    const QColor button = theme.isDark ? QColor(0x1a, 0x1f, 0x26) : QColor(0xfb, 0xfb, 0xfa);
    const QColor handle = theme.isDark ? QColor(0x3a, 0x42, 0x4e) : QColor(0xb8, 0xc0, 0xca);
    const auto colors = std::to_array<std::pair<QStringView, QColor>>({
        {u"@selection", theme.selectionGround},
        {u"@secondary", theme.secondary},
        {u"@interaction", theme.interaction},
        {u"@hairline", theme.hairline},
        {u"@ground", theme.ground},
        {u"@header", theme.header},
        {u"@handle", handle},
        {u"@button", button},
        {u"@hover", hover},
        {u"@plate", theme.plate},
        {u"@faint", theme.faint},
        {u"@pane", theme.pane},
        {u"@text", theme.text},
    });
    QString sheet = sheetTemplate();
    for (const auto& [name, color] : colors)
        sheet.replace(name.toString(), color.name());
    return sheet;
}

} // namespace murmur
