// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QUrl>

#include <vector>

namespace murmur {

class StudioSettings;
class StudioSession;

/// The buses that are offered again. One is kept when it was attached, not when it was typed: a URL
/// that never worked is no suggestion.
class RecentBuses : public QObject
{
    Q_OBJECT
public:
    RecentBuses(StudioSettings& settings, StudioSession* session, QObject* parent = nullptr);

    /// These will be attached to.
    void tryThem(const std::vector<QUrl>& urls);
    /// What was tried last and is not attached yet, as it is typed; empty when all of it is.
    [[nodiscard]] QString notAttached() const;

Q_SIGNALS:
    void changed();

private:
    void look();

    StudioSettings& m_settings;
    StudioSession* m_session;
    std::vector<QUrl> m_tried; ///< of the last try, and not attached
};

} // namespace murmur
