// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "mainwindow.h"
#include "recordings.h"
#include "settings.h"
#include "studiosession.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "workspace.h"

#include <QAction>
#include <QApplication>
#include <QDialog>
#include <QMenu>
#include <QMenuBar>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>
#include <QWheelEvent>

#include <algorithm>
#include <ctime>
#include <functional>
#include <span>
#include <utility>
#include <vector>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// What this thread has worked, whatever else the machine does.
double workedMs()
{
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

/// The thread of the window may work so long on what one action asks for.
constexpr double kStall = 100;
/// Other letters or colours: every widget is measured anew.
constexpr double kRestyle = 250;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kSlower = 10;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr double kSlower = 10;
#else
constexpr double kSlower = 1;
#endif
#else
constexpr double kSlower = 1;
#endif

bool isRestyle(const QString& action)
{
    static const QStringList kWords{u"action Text"_s, u"Comfortable"_s, u"Dark"_s, u"Light"_s,
                                    u"System"_s};
    return std::ranges::any_of(
        kWords, [&](const QString& word) { return QString(action).remove(u'&').contains(word); });
}

/// Somebody who does anything at all, but leaves the program, the network and other programs
/// alone.
class Monkey
{
public:
    Monkey(MainWindow& window, quint32 seed)
        : m_window(window)
        , m_random(seed)
    {
        collect(m_window.menuBar()->actions());
    }

    void act()
    {
        switch (m_random.bounded(10)) {
        case 0:
            trigger();
            break;
        case 1:
        case 2:
            wheel();
            break;
        case 3:
            drag();
            break;
        case 4:
        case 5:
        case 6:
            key();
            break;
        case 7:
            m_window.resize(m_random.bounded(900, 1700), m_random.bounded(560, 1050));
            break;
        default:
            click();
        }
        leaveDialogs();
    }
    [[nodiscard]] QString last() const { return m_last; }

private:
    void collect(const QList<QAction*>& actions)
    {
        static const QStringList kLeft{u"Quit"_s,   u"Close"_s,      u"folder"_s,    u"Connect"_s,
                                       u"Demo"_s,   u"Run a"_s,      u"program"_s,   u"Save"_s,
                                       u"Attach"_s, u"Start"_s,      u"Many"_s,      u"Few"_s,
                                       u"recent"_s, u"Sound"_s,      u"Import"_s,    u"Export"_s,
                                       u"Open"_s,   u"New window"_s, u"clipboard"_s, u"Profiles"_s};
        for (QAction* action : actions) {
            const QString text = QString(action->text()).remove(u'&');
            if (std::ranges::any_of(kLeft, [&](const QString& word) {
                    return text.contains(word, Qt::CaseInsensitive);
                }))
                continue;
            if (action->menu())
                collect(action->menu()->actions());
            else if (!action->isSeparator())
                m_actions << action;
        }
    }
    QWidget* someWidget()
    {
        QList<QWidget*> seen;
        for (QWidget* widget : m_window.workspace()->findChildren<QWidget*>())
            if (widget->isVisible() && widget->width() > 4 && widget->height() > 4)
                seen << widget;
        return seen.isEmpty() ? &m_window : seen[m_random.bounded(static_cast<int>(seen.size()))];
    }
    QPoint somePlace(const QWidget* widget)
    {
        return {m_random.bounded(widget->width()), m_random.bounded(widget->height())};
    }
    Qt::KeyboardModifiers someModifiers()
    {
        return m_random.bounded(4) == 0   ? Qt::KeyboardModifiers(Qt::ShiftModifier)
               : m_random.bounded(6) == 0 ? Qt::KeyboardModifiers(Qt::ControlModifier)
                                          : Qt::KeyboardModifiers();
    }
    void say(const QString& what, const QWidget* widget)
    {
        m_last = u"%1 %2 %3"_s.arg(what, QLatin1StringView(widget->metaObject()->className()),
                                   widget->accessibleName());
    }
    void trigger()
    {
        const QPointer<QAction> action =
            m_actions[m_random.bounded(static_cast<int>(m_actions.size()))];
        if (!action || !action->isEnabled())
            return;
        m_last = u"action "_s + action->text();
        action->trigger();
    }
    void click()
    {
        QWidget* widget = someWidget();
        // A menu that opens with a loop of its own would wait for somebody.
        const bool opensMenu = widget->inherits("QToolButton") || widget->inherits("QPushButton") ||
                               widget->inherits("QHeaderView");
        if (opensMenu)
            return;
        say(u"click"_s, widget);
        QTest::mouseClick(widget, Qt::LeftButton, someModifiers(), somePlace(widget));
    }
    void drag()
    {
        QWidget* widget = someWidget();
        if (widget->inherits("QToolButton") || widget->inherits("QPushButton"))
            return;
        say(u"drag"_s, widget);
        const Qt::KeyboardModifiers modifiers = someModifiers();
        QTest::mousePress(widget, Qt::LeftButton, modifiers, somePlace(widget));
        for (int i = 0; i < 3; ++i) {
            QMouseEvent move(QEvent::MouseMove, somePlace(widget),
                             widget->mapToGlobal(QPointF(somePlace(widget))), Qt::NoButton,
                             Qt::LeftButton, modifiers);
            QCoreApplication::sendEvent(widget, &move);
        }
        QTest::mouseRelease(widget, Qt::LeftButton, modifiers, somePlace(widget));
    }
    void wheel()
    {
        QWidget* widget = someWidget();
        say(u"wheel"_s, widget);
        const QPoint at = somePlace(widget);
        QWheelEvent event(at, widget->mapToGlobal(QPointF(at)), {},
                          {0, 120 * (m_random.bounded(2) == 0 ? 1 : -1)}, Qt::NoButton,
                          someModifiers(), Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(widget, &event);
    }
    void key()
    {
        static constexpr Qt::Key kKeys[] = {
            Qt::Key_Left,   Qt::Key_Right,    Qt::Key_Up,    Qt::Key_Down,   Qt::Key_Plus,
            Qt::Key_Minus,  Qt::Key_Home,     Qt::Key_End,   Qt::Key_Escape, Qt::Key_Tab,
            Qt::Key_Space,  Qt::Key_A,        Qt::Key_C,     Qt::Key_Z,      Qt::Key_Slash,
            Qt::Key_F,      Qt::Key_G,        Qt::Key_Comma, Qt::Key_Period, Qt::Key_Return,
            Qt::Key_Delete, Qt::Key_PageDown, Qt::Key_F3,    Qt::Key_L,      Qt::Key_E};
        QWidget* widget = QApplication::focusWidget() ? QApplication::focusWidget() : &m_window;
        if (widget->inherits("QToolButton") || widget->inherits("QPushButton"))
            widget = m_window.workspace()->view(u"timeline");
        const Qt::Key key = kKeys[m_random.bounded(static_cast<int>(std::size(kKeys)))];
        say(u"key %1"_s.arg(QKeySequence(key).toString()), widget);
        QTest::keyClick(widget, key);
    }
    void leaveDialogs()
    {
        for (QWidget* widget : QApplication::topLevelWidgets()) {
            auto* dialog = qobject_cast<QDialog*>(widget);
            if (dialog && dialog->isVisible())
                dialog->reject();
            else if (auto* menu = qobject_cast<QMenu*>(widget); menu && menu->isVisible())
                menu->close();
        }
    }

    MainWindow& m_window;
    QRandomGenerator m_random;
    QList<QPointer<QAction>> m_actions;
    QString m_last;
};

} // namespace

class TestMonkey : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }
    void cleanup() { qunsetenv("MURMURSCOPE_FILTERS"); }

    void nothingBreaksOrHangs_data()
    {
        QTest::addColumn<int>("messages");
        QTest::addColumn<quint32>("seed");
        QTest::newRow("no recording") << -1 << quint32(1);
        QTest::newRow("one message") << 1 << quint32(2);
        QTest::newRow("a recording") << 20'000 << quint32(3);
    }
    void nothingBreaksOrHangs()
    {
        QFETCH(int, messages);
        QFETCH(quint32, seed);
        const QTemporaryDir dir;
        qputenv("MURMURSCOPE_FILTERS", QFile::encodeName(dir.filePath(u"filters.json"_s)));
        StudioSettings settings(dir.filePath(u"settings.ini"_s));
        MainWindow window(settings, {dir.filePath(u"recordings"_s), false, true});
        window.resize(1680, 1020);
        window.show();
        if (messages > 0) {
            const QString path = dir.filePath(u"a.murmur"_s);
            QVERIFY(test::makeRecording(path, messages));
            window.openFile(path);
            QTRY_VERIFY(window.shared()->session() != nullptr);
            QTRY_COMPARE(window.shared()->session()->seen().last, Seq(messages));
        }
        const bool isLong = !qEnvironmentVariableIsEmpty("MURMUR_LONG_TESTS");
        const int actions = isLong ? 10'000 : (messages > 1 ? 600 : 150);
        Monkey monkey(window, seed);
        std::vector<double> worked;
        std::vector<std::pair<double, QString>> slow;
        for (int i = 0; i < actions; ++i) {
            const double before = workedMs();
            monkey.act();
            QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
            worked.push_back(workedMs() - before);
            if (worked.back() > kStall / 5)
                slow.emplace_back(worked.back(), monkey.last());
            // What is going on goes on, and what has ended is gone.
            if (i % 50 == 0)
                QTest::qWait(20);
        }
        std::ranges::sort(worked);
        std::ranges::sort(slow, std::greater<>());
        qInfo("%d actions: the thread of the window worked %.1f ms at the 50th, %.1f at the 99th "
              "of hundred",
              actions, worked[worked.size() / 2], worked[worked.size() * 99 / 100]);
        for (const auto& [ms, what] : std::span(slow).first(std::min<std::size_t>(slow.size(), 8)))
            qInfo("%6.1f ms: %s", ms, qUtf8Printable(what));
        QVERIFY(window.isVisible());
        // Work, not waiting: a busy machine does not fail it.
        for (const auto& [ms, what] : slow)
            QVERIFY2(ms < (isRestyle(what) ? kRestyle : kStall) * kSlower,
                     qPrintable(u"%1 ms: %2"_s.arg(ms).arg(what)));
    }
};

QTEST_MAIN(TestMonkey)
#include "tst_monkey.moc"
