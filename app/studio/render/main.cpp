// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "renderjob.h"
#include "studioapp.h"

#include <QApplication>
#include <QByteArray>
#include <QString>

#include <iostream>

namespace {

/// Without a display Qt says what no reader of a picture wants to know; everything else is passed
/// on.
void sayWhatMatters(QtMsgType type, const QMessageLogContext& context, const QString& text)
{
    if (text.contains(QLatin1String("propagateSizeHints")) ||
        text.startsWith(QLatin1String("QStandardPaths: XDG_RUNTIME_DIR")))
        return;
    std::cerr << qFormatLogMessage(type, context, text).toStdString() << '\n';
}

} // namespace

int main(int argc, char** argv)
{
    const murmur::RenderCommand command = murmur::parseRenderCommand(argc, argv);
    if (command.exitCode)
        return *command.exitCode;
    // Never a window, wherever this runs.
    qputenv("QT_QPA_PLATFORM", "offscreen");
    qInstallMessageHandler(sayWhatMatters);
    QApplication application(argc, argv);
    murmur::prepareApplication();
    const murmur::Status done = murmur::render(command.arguments);
    if (done)
        return 0;
    std::cerr << "murmurscope-render: " << done.error().message.toStdString() << '\n';
    return murmur::exitCodeOf(done.error().code);
}
