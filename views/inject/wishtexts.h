// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <string>
#include <vector>

namespace murmur {

/// What people write in one field, as the parts of a wish.
inline std::vector<std::string> wishParts(const QString& text, QChar cut)
{
    std::vector<std::string> list;
    for (const QString& part : text.split(cut, Qt::SkipEmptyParts)) {
        if (!part.trimmed().isEmpty())
            list.push_back(part.trimmed().toStdString());
    }
    return list;
}

inline QString wishLine(const std::vector<std::string>& list, const QString& with)
{
    QStringList texts;
    for (const std::string& one : list)
        texts << QString::fromStdString(one);
    return texts.join(with);
}

} // namespace murmur
