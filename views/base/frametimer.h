// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QLoggingCategory>
#include <QString>

namespace murmur {

Q_DECLARE_LOGGING_CATEGORY(logFrames)

/// Times the frames of one view. With QT_LOGGING_RULES="murmur.frames.debug=true" each view says
/// its worst frame when it sees a new one; otherwise it costs two clock reads.
class FrameTimer
{
public:
    explicit FrameTimer(QString view)
        : m_view(std::move(view))
    {
    }

    [[nodiscard]] double worstMs() const { return m_worstMs; }
    [[nodiscard]] int frames() const { return m_frames; }
    void reset()
    {
        m_worstMs = 0;
        m_frames = 0;
    }

    /// Lives for one paintEvent.
    class Frame
    {
    public:
        explicit Frame(FrameTimer& timer)
            : m_timer(timer)
        {
            m_elapsed.start();
        }
        ~Frame() { m_timer.note(static_cast<double>(m_elapsed.nsecsElapsed()) / 1e6); }
        Frame(const Frame&) = delete;
        Frame& operator=(const Frame&) = delete;

    private:
        FrameTimer& m_timer;
        QElapsedTimer m_elapsed;
    };

private:
    void note(double ms);

    QString m_view;
    double m_worstMs = 0;
    int m_frames = 0;
};

} // namespace murmur
