// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "keptnote.h"

#include "views/base/numbers.h"

#include <QCoreApplication>
#include <QDir>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(Studio)
};

} // namespace

QString figuresText(const Kept& kept)
{
    const QString lost = kept.lostIsKnown ? Tr::tr("%1 lost").arg(numberText(kept.lost))
                         : kept.lost > 0  ? Tr::tr("at least %1 lost").arg(numberText(kept.lost))
                                          : Tr::tr("an unknown number lost");
    const QString messages = kept.messages == 1
                                 ? Tr::tr("1 message")
                                 : Tr::tr("%1 messages").arg(numberText(kept.messages));
    return Tr::tr("%1, %2, %3", "length, messages, lost")
        .arg(durationText(kept.length), messages, lost);
}

QString keptSentence(const Kept& kept)
{
    if (kept.path.isEmpty())
        return Tr::tr("%1, discarded", "length, messages and lost").arg(figuresText(kept));
    return Tr::tr("%1, saved as %2", "length, messages and lost; file")
        .arg(figuresText(kept), shownPath(kept.path));
}

QString shownPath(const QString& path)
{
    const QString native = QDir::toNativeSeparators(path);
    const QString home = QDir::toNativeSeparators(QDir::homePath());
    if (home.size() > 1 && native.startsWith(home + u'/'))
        return u'~' + native.mid(home.size());
    return native;
}

} // namespace murmur
