// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The directory of a person's dialects.

#include "dialect/userdialect.h"

#include <QDir>
#include <QFile>
#include <QSaveFile>
#include <QStandardPaths>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr QLatin1StringView kEnding(".dialect.json");
constexpr qint64 kLargestDialectFile = (qint64(1) << 20) + 1;

} // namespace

QString UserDialects::usualDirectory()
{
    const QByteArray named = qgetenv("MURMURSCOPE_DIALECTS");
    return named.isEmpty()
               ? QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) +
                     u"/murmurscope/dialects"_s
               : QFile::decodeName(named);
}

std::vector<UserDialects::Entry> UserDialects::all(const QString& directory)
{
    std::vector<Entry> entries;
    const QDir dir(directory);
    for (const QString& file : dir.entryList({u"*.dialect.json"_s}, QDir::Files, QDir::Name)) {
        Entry entry;
        entry.path = dir.filePath(file);
        entry.name = file.chopped(kEnding.size());
        if (auto dialect = fromFile(entry.path)) {
            entry.dialect = std::move(*dialect);
        } else {
            entry.problem = dialect.error().message;
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

Result<UserDialect> UserDialects::fromFile(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorCode::Unreadable,
                     u"The dialect %1 cannot be read: %2."_s.arg(path, file.errorString())};
    const QByteArray json = file.read(kLargestDialectFile);
    return UserDialect::parse({json.constData(), static_cast<std::size_t>(json.size())}, path);
}

Result<UserDialect> UserDialects::named(const QString& name, const QString& directory)
{
    const QString path = QDir(directory).filePath(name + kEnding);
    if (!name.contains(u'/') && QFile::exists(path))
        return fromFile(path);
    QStringList known;
    for (const QString& file :
         QDir(directory).entryList({u"*.dialect.json"_s}, QDir::Files, QDir::Name))
        known << file.chopped(kEnding.size());
    return Error{ErrorCode::NotFound,
                 known.isEmpty()
                     ? u"There is no dialect \"%1\" in %2."_s.arg(name, directory)
                     : u"There is no dialect \"%1\" in %2; those that there are: %3."_s.arg(
                           name, directory, known.join(u", "_s))};
}

Result<QString> UserDialects::save(const UserDialect& dialect, const QString& directory)
{
    if (const auto valid = dialect.validate(); !valid)
        return Error{ErrorCode::WrongUse,
                     u"The dialect cannot be kept: %1."_s.arg(valid.error().message)};
    if (!QDir().mkpath(directory))
        return Error{ErrorCode::Unwritable,
                     u"The directory %1 for dialects cannot be made."_s.arg(directory)};
    const QString path = QDir(directory).filePath(QString::fromStdString(dialect.name) + kEnding);
    if (const auto saved = saveAs(dialect, path); !saved)
        return saved.error();
    return path;
}

Status UserDialects::saveAs(const UserDialect& dialect, const QString& path)
{
    const std::string json = dialect.toJson();
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) ||
        file.write(json.data(), static_cast<qint64>(json.size())) < 0 || !file.commit())
        return Error{ErrorCode::Unwritable,
                     u"The dialect cannot be written to %1: %2."_s.arg(path, file.errorString())};
    return Done{};
}

} // namespace murmur
