// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/whereabouts.h"

#include <QDialog>

#include <vector>

class QLineEdit;
class QListWidget;

namespace murmur {

/// The places that a text may mean, one of which is chosen with Return or a click.
class PlaceChooser : public QDialog
{
    Q_OBJECT
public:
    PlaceChooser(const std::vector<FoundPlace>& places, QWidget* parent);
    [[nodiscard]] QListWidget* list() const { return m_list; }

Q_SIGNALS:
    void chosen(int row);

private:
    QListWidget* m_list;
};

/// Asks where to go: a time, an id, a line of a log, a link.
class GoToDialog : public QDialog
{
    Q_OBJECT
public:
    GoToDialog(const QString& proposal, QWidget* parent);
    [[nodiscard]] QLineEdit* edit() const { return m_edit; }

Q_SIGNALS:
    void wanted(const QString& text);

private:
    QLineEdit* m_edit;
};

} // namespace murmur
