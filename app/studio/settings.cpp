// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "settings.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

const QString kRecentFiles = u"recent/files"_s;
const QString kRecentUrls = u"recent/urls"_s;
const QString kLastFolder = u"window/folder"_s;
const QString kTextPercent = u"window/textPercent"_s;
const QString kComfortable = u"window/comfortable"_s;
const QString kTheme = u"window/theme"_s;

QString defaultFile()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) +
           u"/murmurscope/murmurscope.ini"_s;
}

} // namespace

StudioSettings::StudioSettings(const QString& file)
    : m_settings(file.isEmpty() ? defaultFile() : file, QSettings::IniFormat)
{
}

QStringList StudioSettings::recentFiles() const
{
    return m_settings.value(kRecentFiles).toStringList();
}

void StudioSettings::addRecentFile(const QString& path)
{
    remember(kRecentFiles, QFileInfo(path).absoluteFilePath(), 12);
}

void StudioSettings::removeRecentFile(const QString& path)
{
    QStringList files = recentFiles();
    files.removeAll(path);
    m_settings.setValue(kRecentFiles, files);
}

QStringList StudioSettings::recentUrls() const
{
    return m_settings.value(kRecentUrls).toStringList();
}

void StudioSettings::addRecentUrl(const QString& url)
{
    remember(kRecentUrls, url, 12);
}

QString StudioSettings::lastFolder() const
{
    return m_settings.value(kLastFolder, QDir::homePath()).toString();
}

void StudioSettings::setLastFolder(const QString& folder)
{
    m_settings.setValue(kLastFolder, folder);
}

ThemeChoice StudioSettings::theme() const
{
    const std::string name = m_settings.value(kTheme, u"dark"_s).toString().toStdString();
    return themeChoiceFromName(name).value_or(ThemeChoice::Dark);
}

void StudioSettings::setTheme(ThemeChoice theme)
{
    const std::string_view name = themeChoiceName(theme);
    m_settings.setValue(kTheme,
                        QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size())));
}

Theme::Size StudioSettings::size() const
{
    return {m_settings.value(kTextPercent, 100).toInt(), m_settings.value(kComfortable).toBool()};
}

void StudioSettings::setSize(Theme::Size size)
{
    m_settings.setValue(kTextPercent, size.textPercent);
    m_settings.setValue(kComfortable, size.isComfortable);
}

QByteArray StudioSettings::bytes(const QString& name) const
{
    return m_settings.value(name).toByteArray();
}

void StudioSettings::setBytes(const QString& name, const QByteArray& value)
{
    m_settings.setValue(name, value);
}

QStringList StudioSettings::strings(const QString& name) const
{
    return m_settings.value(name).toStringList();
}

void StudioSettings::setStrings(const QString& name, const QStringList& value)
{
    m_settings.setValue(name, value);
}

QStringList StudioSettings::namesBelow(const QString& group) const
{
    QStringList names;
    for (const QString& key : m_settings.allKeys())
        if (key.startsWith(group + u'/'))
            names << key.mid(group.size() + 1);
    return names;
}

void StudioSettings::forget(const QString& name)
{
    m_settings.remove(name);
}

void StudioSettings::remember(const QString& key, const QString& entry, int most)
{
    QStringList list = m_settings.value(key).toStringList();
    list.removeAll(entry);
    list.prepend(entry);
    list.resize(std::min<qsizetype>(list.size(), most));
    m_settings.setValue(key, list);
}

QString recordingsFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) +
           u"/murmurscope/recordings"_s;
}

QString newRecordingPath(const QString& folder, const QDateTime& now)
{
    const QString stem = folder + u'/' + now.toString(u"yyyy-MM-dd HH.mm.ss"_s);
    QString path = stem + u".murmur"_s;
    for (int i = 2; QFileInfo::exists(path); ++i)
        path = u"%1 (%2).murmur"_s.arg(stem).arg(i);
    return path;
}

} // namespace murmur
