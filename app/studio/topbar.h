// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"

#include <QWidget>

class QPushButton;

namespace murmur {

class ConnectionChips;
class FilterEdit;
class ModeWidget;
class SharedView;
class StudioSession;

/// The strip under the menu: the mode in large letters, the connections, the filter, the way back
/// to live.
class TopBar : public QWidget
{
    Q_OBJECT
public:
    TopBar(SharedView* shared, StudioSession* session, QWidget* parent = nullptr);

    [[nodiscard]] FilterEdit* filterEdit() const { return m_filter; }
    [[nodiscard]] ConnectionChips* chips() const { return m_chips; }
    /// Something can be sent: the mode says so.
    void setArmed(bool armed);
    /// The mode only: no hosts, and no filter to be read along.
    void setForAudience(bool isForAudience);

Q_SIGNALS:
    /// One more bus is wanted.
    void connectRequested();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void refresh();
    void refreshChips();

    SharedView* m_shared;
    StudioSession* m_session;
    ModeWidget* m_mode;
    ConnectionChips* m_chips;
    FilterEdit* m_filter;
    QPushButton* m_live;
    QWidget* m_more;
    bool m_isForAudience = false;
};

} // namespace murmur
