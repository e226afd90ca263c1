// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "studioapp.h"

#include "damagenote.h"
#include "mainwindow.h"
#include "resources/icons.h"
#include "screenshot.h"
#include "settings.h"
#include "studiosession.h"
#include "unixsignals.h"
#include "views/base/theme.h"

#include <QApplication>
#include <QLocale>
#include <QThread>
#include <QThreadPool>

#include <algorithm>

namespace murmur {

using namespace Qt::StringLiterals;

void prepareApplication()
{
    QCoreApplication::setApplicationName(u"murmurscope"_s);
    QCoreApplication::setApplicationVersion(QLatin1StringView(MURMUR_VERSION));
    QGuiApplication::setApplicationDisplayName(u"Murmurscope"_s);
    QGuiApplication::setDesktopFileName(u"org.murmurscope.Murmurscope"_s);
    QGuiApplication::setWindowIcon(applicationIcon());
    // Views that read all messages take a thread each for as long as that lasts: on a small machine
    // short work, as opening a file, would wait for them.
    constexpr int kFewestThreads = 8;
    QThreadPool::globalInstance()->setMaxThreadCount(
        std::max(kFewestThreads, QThread::idealThreadCount()));
    if (QLocale().language() == QLocale::C)
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
}

int runStudio(const StudioArguments& arguments, const DamageLog& damage)
{
    const bool systemIsDark = QGuiApplication::palette().color(QPalette::Window).lightness() < 128;
    const bool isUnattended = !arguments.screenshot.isEmpty();
    StudioSettings settings;
    const ThemeChoice theme =
        arguments.theme.value_or(isUnattended ? ThemeChoice::Dark : settings.theme());
    if (!isUnattended)
        Theme::setSize(settings.size());
    Theme::apply(theme == ThemeChoice::Dark || (theme == ThemeChoice::System && systemIsDark));

    MainWindow window(settings, {recordingsFolder(), isUnattended, systemIsDark});
    const DamageNote damageNote(damage, window);
    UnixSignals signals;
    QObject::connect(&signals, &UnixSignals::asked, &window, &MainWindow::keepAndQuit);
    window.show();
    window.start(arguments);
    if (!isUnattended)
        return QApplication::exec();

    int exitCode = 0;
    WhenSettled whenSettled([&] { return window.isSettled(); },
                            [&] {
                                const Status taken = grabToFile(&window, arguments.screenshot);
                                if (!taken) {
                                    qWarning("%s", qUtf8Printable(taken.error().message));
                                    exitCode = exitCodeOf(taken.error().code);
                                } else if (window.lastError()) {
                                    exitCode = exitCodeOf(window.lastError()->code);
                                }
                                // A recording of our own naming was only made for the picture.
                                if (window.session()->isRecording() && arguments.record.isEmpty())
                                    window.session()->discard();
                                window.keepAndQuit();
                            },
                            &window);
    whenSettled.start(arguments.after);
    const int left = QApplication::exec();
    return exitCode != 0 ? exitCode : left;
}

} // namespace murmur
