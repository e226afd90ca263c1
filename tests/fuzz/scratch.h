// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDir>
#include <QString>
#include <QTemporaryDir>

namespace murmur::test {

/// A directory for the files of a fuzz target, in memory where there is one.
class Scratch
{
public:
    [[nodiscard]] QString path(const char* name) const
    {
        return m_directory.filePath(QString::fromLatin1(name));
    }

private:
    QTemporaryDir m_directory{(QDir(QStringLiteral("/dev/shm")).exists()
                                   ? QStringLiteral("/dev/shm")
                                   : QDir::tempPath()) +
                              QStringLiteral("/murmur-fuzz-XXXXXX")};
};

} // namespace murmur::test
