// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "commandline.h"
#include "views/base/theme.h"

#include <QByteArray>
#include <QSettings>
#include <QStringList>

namespace murmur {

/// What the window remembers between two starts.
class StudioSettings
{
public:
    /// `file` empty: the person's own settings file.
    explicit StudioSettings(const QString& file = {});

    [[nodiscard]] QStringList recentFiles() const;
    void addRecentFile(const QString& path);
    void removeRecentFile(const QString& path);
    [[nodiscard]] QStringList recentUrls() const;
    void addRecentUrl(const QString& url);

    [[nodiscard]] QString lastFolder() const;
    void setLastFolder(const QString& folder);
    [[nodiscard]] ThemeChoice theme() const;
    void setTheme(ThemeChoice theme);
    /// How large letters and rows are.
    [[nodiscard]] Theme::Size size() const;
    void setSize(Theme::Size size);
    /// Bytes under a name of ours: window geometry, layout, states of views.
    [[nodiscard]] QByteArray bytes(const QString& name) const;
    void setBytes(const QString& name, const QByteArray& value);

    [[nodiscard]] QStringList strings(const QString& name) const;
    void setStrings(const QString& name, const QStringList& value);
    /// The names below `group`, "layouts" for "layouts/night".
    [[nodiscard]] QStringList namesBelow(const QString& group) const;
    void forget(const QString& name);

private:
    void remember(const QString& key, const QString& entry, int most);

    QSettings m_settings;
};

/// Where recordings go that were given no name.
QString recordingsFolder();
/// A new name in `folder` after the local time, "2026-05-21 10.17.00.murmur"; never one that
/// exists.
QString newRecordingPath(const QString& folder, const QDateTime& now);

} // namespace murmur
