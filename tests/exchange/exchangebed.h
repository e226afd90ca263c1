// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "exchange/export.h"
#include "exchange/exportformat.h"
#include "exchange/import.h"
#include "session/session.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

#include <vector>

namespace murmur {

/// Imports texts, and shows recordings as the lines of their export.
class ExchangeBed
{
public:
    [[nodiscard]] QString path(const QString& name) const { return m_dir.filePath(name); }

    QString write(const QString& name, const QByteArray& bytes)
    {
        QFile file(path(name));
        if (file.open(QIODevice::WriteOnly))
            file.write(bytes);
        return path(name);
    }

    /// The first error, or an empty text.
    QString import(const QStringList& inputs, const QString& target, ImportOptions options = {})
    {
        auto imported = importMessages(inputs, target, options);
        if (!imported)
            return imported.error().message;
        result = *imported;
        return {};
    }

    /// A recording as JSON lines, or its failure.
    QByteArray exported(const QString& recording, const char* format = "jsonl",
                        const FilterPtr& filter = nullptr)
    {
        auto session = Session::open(recording);
        if (!session)
            return session.error().message.toUtf8();
        const QString target = path(QStringLiteral("exported-%1").arg(++m_exports));
        ExportOptions options;
        options.format = exportFormatNamed(QString::fromLatin1(format));
        options.filter = filter;
        const auto done = exportMessages(*(*session)->source(), target, options);
        if (!done)
            return done.error().message.toUtf8();
        QFile file(target);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("not written");
    }

    std::vector<QJsonObject> messages(const QString& recording)
    {
        std::vector<QJsonObject> objects;
        for (const QByteArray& line : exported(recording).split('\n')) {
            if (!line.isEmpty())
                objects.push_back(QJsonDocument::fromJson(line).object());
        }
        return objects;
    }

    ImportResult result;

private:
    QTemporaryDir m_dir;
    int m_exports = 0;
};

} // namespace murmur
