// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "palettemodel.h"

#include <QDialog>

class QLabel;
class QLineEdit;
class QListView;

namespace murmur {

/// Everything that the window can do, by a few letters of its name: commands, views, agents,
/// topics, filters that are kept, recordings. Goes when something was chosen or with Esc.
class CommandPalette : public QDialog
{
    Q_OBJECT
public:
    CommandPalette(std::vector<PaletteEntry> entries, const QStringList& usedLast, QWidget* window);

    [[nodiscard]] QLineEdit* edit() const { return m_edit; }
    [[nodiscard]] PaletteModel* model() const { return m_model; }

Q_SIGNALS:
    /// Comes before it is run.
    void chosen(const QString& id);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void search(const QString& text);
    void choose();
    void fit();

    PaletteModel* m_model;
    QLineEdit* m_edit;
    QListView* m_list;
    QLabel* m_nothing;
};

} // namespace murmur
