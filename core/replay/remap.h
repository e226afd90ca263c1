// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QHash>
#include <QRegularExpression>
#include <QString>
#include <QStringList>

#include <vector>

namespace murmur {

/// Under which topic a message is sent again. The first rule that fits says so; a topic that no
/// rule fits keeps its name; then the prefix is put before it. Immutable once made; may be used by
/// several threads.
class Remap
{
public:
    /// Rules, in their order: "a.*=replay.a.$1" (`*` any text, `?` one character, each a capture),
    /// "~^a\.(x|y)=$1" (a regular expression; the part that it finds is replaced), "@FILE" (such
    /// rules, a line each; `#` begins a comment). `$1` … `$9` are captures, `$$` is a dollar.
    /// WrongUse says which rule is wrong; Unreadable: the file.
    static Result<Remap> fromTexts(const QStringList& rules, const QString& prefix = {});

    [[nodiscard]] QByteArray target(const QByteArray& topic) const;
    [[nodiscard]] bool isIdentity() const;
    [[nodiscard]] const QString& prefix() const { return m_prefix; }

private:
    struct Rule
    {
        QRegularExpression pattern;
        QString to;
        bool isWhole = true; ///< the topic as a whole is replaced, not the part that is found
    };
    Status add(const QString& text);
    Status addFile(const QString& path);
    [[nodiscard]] bool applyRules(const QString& topic, QString& to) const;

    QHash<QString, std::pair<qsizetype, QString>> m_exact; ///< with the place of the rule
    std::vector<std::pair<qsizetype, Rule>> m_patterns;
    qsizetype m_count = 0;
    QString m_prefix;
};

/// What stands before the topics of a replay onto the bus that was recorded, unless the person says
/// otherwise: "replay." in the manner of the bus.
QString usualReplayPrefix(const QString& scheme);

} // namespace murmur
