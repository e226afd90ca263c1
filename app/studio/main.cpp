// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "commandline.h"
#include "studioapp.h"

#include "recording/damagelog.h"

#include <QApplication>

#include <csignal>
#include <iostream>

int main(int argc, char** argv)
{
    // A limit of file sizes must not kill a recording: the write fails, and is told.
    std::signal(SIGXFSZ, SIG_IGN);
    const murmur::DamageLog damage;
    const murmur::CommandLine line = murmur::parseCommandLine(argc, argv);
    if (line.exitCode)
        return *line.exitCode;
    const murmur::Status display = murmur::checkDisplay();
    if (!display) {
        std::cerr << display.error().message.toStdString() << '\n';
        return murmur::exitCodeOf(display.error().code);
    }
    QApplication application(argc, argv);
    murmur::prepareApplication();
    return murmur::runStudio(line.arguments, damage);
}
