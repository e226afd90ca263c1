// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "replay/injector.h"

#include <QWidget>

#include <vector>

class QLabel;
class QLineEdit;
class QMenu;
class QPushButton;
class QToolButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace murmur {

class ComposerMemory;

/// Several messages in their order, each with a pause before it or after the reply of the one
/// before, to be sent as one.
class SequencePane : public QWidget
{
    Q_OBJECT
public:
    /// `memory` outlives it: what is kept under a name stands there.
    explicit SequencePane(ComposerMemory& memory, QWidget* parent = nullptr);

    [[nodiscard]] const std::vector<InjectionStep>& steps() const { return m_steps; }
    void setSteps(std::vector<InjectionStep> steps);
    /// What stands in the composer, at the end or instead of the row that is chosen.
    void add(const InjectionDraft& draft);
    void replace(const InjectionDraft& draft);
    void move(int by);
    void remove();
    void choose(int row);
    void setRunning(bool isRunning);
    /// Marks what was sent and answered.
    void begin();
    void note(const InjectionEvent& event);
    /// Reads and writes the file that `murmur inject --sequence` takes.
    Status open(const QString& file);
    Status save(const QString& file);
    [[nodiscard]] QString file() const { return m_file; }
    void keep(const QString& name);
    [[nodiscard]] QTreeWidget* list() const { return m_list; }

Q_SIGNALS:
    void addWanted();
    void replaceWanted();
    void editWanted(const murmur::InjectionDraft& draft);
    void sendWanted();
    void edited();
    void failed(const QString& sentence);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* buildTop(QWidget* kept);
    QWidget* buildButtons();
    static QToolButton* button(QWidget* box, const QString& text, const QString& tip);
    void fillMenu();
    void fill(int chosen);
    void takeItem(QTreeWidgetItem* item, int column);
    void askForFile(bool isToSave);
    void changed(int chosen);
    void showButtons();
    [[nodiscard]] int row() const;

    ComposerMemory& m_memory;
    std::vector<InjectionStep> m_steps;
    QString m_file; ///< that holds just these; empty: none does
    bool m_isRunning = false;
    QLabel* m_hint;
    QLineEdit* m_name;
    QMenu* m_menu;
    QTreeWidget* m_list;
    QToolButton* m_replace = nullptr;
    QToolButton* m_edit = nullptr;
    QToolButton* m_up = nullptr;
    QToolButton* m_down = nullptr;
    QToolButton* m_remove = nullptr;
    QPushButton* m_send = nullptr;
};

} // namespace murmur
