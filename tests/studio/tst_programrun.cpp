// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A program that is started from the window, and recorded until it ends.

#include "mainwindow.h"
#include "menus.h"
#include "programrun.h"
#include "settings.h"
#include "studiosession.h"
#include "views/base/theme.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestProgramRun : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }

    void aProgramIsRecordedUntilItEnds()
    {
        Bed bed;
        auto* programs = bed.window.findChild<ProgramRun*>();
        QVERIFY(programs);
        programs->ask();
        auto* dialog = bed.window.findChild<ProgramDialog*>();
        QVERIFY(dialog);
        auto* command = dialog->findChild<QLineEdit*>(u"program-command"_s);
        auto* run = dialog->findChild<QDialogButtonBox*>()->buttons().front();
        command->clear();
        QVERIFY(!run->isEnabled());
        command->setText(
            u"sh -c \"echo hello from $WHO; curl -s -d {} $MURMURSCOPE_HUB; sleep 0.2\""_s);
        auto* variables = dialog->findChild<QPlainTextEdit*>(u"program-variables"_s);
        variables->setPlainText(u"WHO"_s);
        QVERIFY(!run->isEnabled());
        variables->setPlainText(u"WHO=ada"_s);
        auto* folder = dialog->findChild<QLineEdit*>(u"program-folder"_s);
        folder->setText(bed.dir.filePath(u"nowhere"_s));
        QVERIFY(!run->isEnabled());
        folder->setText(bed.dir.path());
        QVERIFY(run->isEnabled());
        qobject_cast<QPushButton*>(run)->click();

        QTRY_VERIFY_WITH_TIMEOUT(programs->shown(), 10'000);
        QPointer<ProgramWindow> shown = programs->shown();
        auto* output = shown->findChild<QPlainTextEdit*>(u"program-output"_s);
        QTRY_VERIFY_WITH_TIMEOUT(output->toPlainText().contains(u"hello from ada"_s), 10'000);
        QTRY_COMPARE_WITH_TIMEOUT(bed.window.session()->state(), StudioSession::State::Reading,
                                  10'000);
        QVERIFY(!programs->isRunning());
        QTRY_COMPARE(bed.window.session()->info().extent.messages(), 1);
        // Variables may be secrets.
        QVERIFY(!bed.settings.bytes(u"program"_s).contains("WHO"));
        QCOMPARE(ProgramWish::fromBytes(bed.settings.bytes(u"program"_s)).folder, bed.dir.path());
    }

    void aProgramIsStopped()
    {
        Bed bed;
        auto* programs = bed.window.findChild<ProgramRun*>();
        programs->run({u"sleep 60"_s, bed.dir.path(), {}});
        QTRY_VERIFY_WITH_TIMEOUT(programs->shown(), 10'000);
        QPointer<ProgramWindow> shown = programs->shown();
        QVERIFY(programs->isRunning());
        auto* stop = shown->findChild<QPushButton*>();
        stop->click();
        QTRY_VERIFY_WITH_TIMEOUT(!programs->isRunning(), 10'000);
        QTRY_COMPARE_WITH_TIMEOUT(bed.window.session()->state(), StudioSession::State::Reading,
                                  10'000);
        // Nothing reported, and that is said.
        const auto labels = shown->findChildren<QLabel*>();
        QVERIFY(std::ranges::any_of(
            labels, [](QLabel* label) { return label->text().contains(u"$MURMURSCOPE_HUB"_s); }));
        stop->click();
        QTRY_VERIFY(shown.isNull());
    }

    void aProgramThatIsNotThereIsTold()
    {
        Bed bed;
        auto* programs = bed.window.findChild<ProgramRun*>();
        programs->run({u"no-such-program-here"_s, bed.dir.path(), {}});
        QTRY_VERIFY_WITH_TIMEOUT(bed.window.lastError().has_value(), 10'000);
        QVERIFY(bed.window.lastError()->message.contains(u"no-such-program-here"_s));
        QTRY_COMPARE_WITH_TIMEOUT(bed.window.session()->state(), StudioSession::State::Reading,
                                  10'000);
    }

private:
    struct Bed
    {
        QTemporaryDir dir;
        StudioSettings settings{dir.filePath(u"settings.ini"_s)};
        MainWindow window{settings, {dir.filePath(u"recordings"_s), false, true}};
        Bed() { window.show(); }
    };
};

QTEST_MAIN(TestProgramRun)
#include "tst_programrun.moc"
