// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/frametimer.h"

namespace murmur {

Q_LOGGING_CATEGORY(logFrames, "murmur.frames", QtInfoMsg)

void FrameTimer::note(double ms)
{
    ++m_frames;
    if (ms <= m_worstMs)
        return;
    m_worstMs = ms;
    qCDebug(logFrames).noquote() << m_view << "worst frame" << ms << "ms of" << m_frames;
}

} // namespace murmur
