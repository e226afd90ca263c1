// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tokenfile.h"

#include <QFile>

using namespace Qt::StringLiterals;

namespace murmur::cli {

Result<QByteArray> tokenFromFile(const QString& path)
{
    constexpr qint64 kMaxLine = 16 * 1024;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorCode::Unreadable,
                     u"The token file %1 cannot be read: %2."_s.arg(path, file.errorString())};
    QByteArray token = file.readLine(kMaxLine).trimmed();
    if (token.isEmpty())
        return Error{ErrorCode::Unreadable,
                     u"The token file %1 is empty; its first line is the secret."_s.arg(path)};
    return token;
}

} // namespace murmur::cli
