// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/discovery.h"
#include "views/connect/foundbusmodel.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QTreeView;

namespace murmur {

/// The buses that answer on this machine, with their version and how much flows, as a list of
/// network interfaces is shown. Looks for them while it is seen and not otherwise; listens to none.
class FoundBuses : public QWidget
{
    Q_OBJECT
public:
    explicit FoundBuses(QWidget* parent = nullptr);

    [[nodiscard]] FoundBusModel* model() const { return m_model; }
    /// The ports to look at; the usual ones when this is not called.
    void setProbes(std::vector<BusProbe> probes);
    /// What the list shows, a bus a line.
    [[nodiscard]] QString asText() const;

Q_SIGNALS:
    /// Enter, or a double click.
    void busChosen(const murmur::FoundBus& bus);
    /// The list has become empty, or is no longer.
    void foundAny(bool isAny);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void look();
    void fitHeight();

    FoundBusModel* m_model;
    QTreeView* m_list;
    std::vector<BusProbe> m_probes;
    Discovery m_discovery;
    QTimer m_again;  ///< looks at all ports
    QTimer m_second; ///< moves the lines on
};

} // namespace murmur
