// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "frames.h"
#include "session/session.h"

#include <QSize>
#include <QString>
#include <QStringList>

#include <optional>

class QWidget;

namespace murmur {

/// What `murmurscope-render` was asked to draw.
struct RenderArguments
{
    QStringList files; ///< several are one session
    SessionOptions session;
    QString view; ///< id of a view, or "window"
    QString output;
    QString at;
    QString from;
    QString until;
    QString where;
    QString select;    ///< a message, as people write it
    QString agent;     ///< that is selected
    QString lanes;     ///< of the timeline, as laneKeyFromText reads it
    FramesWish frames; ///< a film instead of a picture where it names a folder
    QSize size;        ///< empty: what suits the view
    bool isDark = true;
};

struct RenderCommand
{
    RenderArguments arguments;
    std::optional<int> exitCode; ///< help, version or wrong use was printed: leave with this
};

RenderCommand parseRenderCommand(int argc, char** argv);

/// Opens the recording, draws the view as the window would and writes it. Runs an event loop of its
/// own; needs a QApplication. Errors: those of Session::open, WrongUse, Unsupported, Unwritable.
Status render(const RenderArguments& arguments);

} // namespace murmur
