// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/recorder.h"

#include <QString>

namespace murmur {

/// What became of a recording.
struct Kept
{
    nanoseconds length{0};
    std::int64_t messages = 0;
    std::int64_t lost = 0;
    bool lostIsKnown = true;
    QString path; ///< empty: it was discarded
};

/// "12 min, 481,220 messages, 0 lost".
QString figuresText(const Kept& kept);
/// "12 min, 481,220 messages, 0 lost, saved as ~/x.murmur".
QString keptSentence(const Kept& kept);
/// The path with the person's own folder as "~".
QString shownPath(const QString& path);

} // namespace murmur
