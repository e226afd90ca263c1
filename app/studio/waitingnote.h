// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/connectionwish.h"

#include <QObject>

#include <vector>

namespace murmur {

class Banner;
class SharedView;
class StudioSession;

/// Says in the banner what a recording waits for that has heard nothing yet: where to send, or
/// after a while what the bus has that nobody listens to, with buttons that listen to it.
class WaitingNote : public QObject
{
    Q_OBJECT
public:
    WaitingNote(SharedView* shared, StudioSession* session, Banner* banner, QObject* parent);

    /// Looks again.
    void update();
    /// Something else is said in the banner.
    void leave() { m_isShown = false; }

private:
    void offerTopics();

    SharedView* m_shared;
    StudioSession* m_session;
    Banner* m_banner;
    std::vector<ConnectionWish> m_offers; // as the buttons of the banner
    bool m_isShown = false;
};

} // namespace murmur
