// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"

#include <QDialog>

#include <functional>
#include <vector>

class QLabel;
class QLineEdit;
class QMenu;

namespace murmur {

class SharedView;

/// Asks for a name, and says while it is typed what giving it means. Not modal to the program.
class NameDialog : public QDialog
{
    Q_OBJECT
public:
    using Meaning = std::function<QString(const QString& name)>;

    NameDialog(const QString& title, const QString& proposal, const QStringList& known,
               Meaning meaning, QWidget* parent);
    [[nodiscard]] QLineEdit* edit() const { return m_edit; }

Q_SIGNALS:
    void named(const QString& name);

private:
    void explain();

    QLineEdit* m_edit;
    QLabel* m_meaning;
    Meaning m_means;
};

/// What lanes and lists of agents offer: to call agents something else, to make several one, to put
/// them into a group. All of it can be taken back.
class AgentNaming : public QObject
{
    Q_OBJECT
public:
    AgentNaming(SharedView* shared, QWidget* parent);

    void addTo(QMenu& menu, const std::vector<AgentId>& agents);
    /// Several of them: makes them one.
    void rename(const std::vector<AgentId>& agents);
    void group(const std::vector<AgentId>& agents);
    void putInto(const std::vector<AgentId>& agents, const QString& group);
    void callAsRecorded(const std::vector<AgentId>& agents);

private:
    [[nodiscard]] QString wordFor(const std::vector<AgentId>& agents) const;
    [[nodiscard]] QStringList groups() const;

    SharedView* m_shared;
    QWidget* m_parent;
};

} // namespace murmur
