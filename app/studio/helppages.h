// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"

#include <QDialog>
#include <QString>

#include <vector>

class QAction;

namespace murmur {

struct HelpText
{
    QString title;
    QString html;
};

/// Every shortcut of the menus, and the keys of the panes.
HelpText shortcutHelp(const std::vector<QAction*>& actions);
/// How a program sends to the hub, with the real address when one is open.
HelpText hubHelp(const std::vector<ConnectionInfo>& connections);
HelpText aboutHelp();
/// What the line under the toolbar said before.
HelpText noticesHelp(const QStringList& lines);

/// A page of text that can be read and copied.
class HelpPage : public QDialog
{
    Q_OBJECT
public:
    HelpPage(const HelpText& text, QWidget* parent);
};

} // namespace murmur
