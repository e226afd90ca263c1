// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/discoveryprobes.h"

#include <QObject>
#include <QTimer>

#include <chrono>
#include <vector>

namespace murmur {

/// Looks for buses on the well-known ports of the loopback address, as a person would with telnet:
/// one connection each, the smallest question there is, and good-bye. No topic of anybody is
/// subscribed to. Lives in the thread that makes it and needs its event loop.
class Discovery : public QObject
{
    Q_OBJECT
public:
    /// For a port; who is silent that long holds up nobody else.
    static constexpr std::chrono::milliseconds kPatience{800};

    explicit Discovery(QObject* parent = nullptr);
    ~Discovery() override;

    /// Probes all at once; a search that runs is dropped. Buses that are watched stay.
    void start(const std::vector<BusProbe>& probes = usualProbes());
    /// Buses that count for themselves are asked for their rate about each second, over a
    /// connection that stays. Off: the connections end.
    void setWatching(bool isOn);
    [[nodiscard]] const std::vector<FoundBus>& found() const { return m_found; }
    /// A bus that counts for itself has not said how much flows: that takes two looks.
    [[nodiscard]] bool awaitsRates() const;
    [[nodiscard]] bool isRunning() const { return m_open > 0; }

    static std::vector<BusProbe> usualProbes();

Q_SIGNALS:
    void busFound(const murmur::FoundBus& bus);
    /// A watched bus said how much flows. False: it is gone.
    void busChanged(const murmur::FoundBus& bus, bool isThere);
    /// Every port answered, or was silent for too long.
    void finished();

private:
    class Link;
    void found(Link& link);
    void changed(const Link& link);
    void gone(Link& link);
    void settled();

    std::vector<FoundBus> m_found;
    std::vector<Link*> m_links; // children
    QTimer m_ticker;
    int m_open = 0;
    bool m_isWatching = false;
};

} // namespace murmur
