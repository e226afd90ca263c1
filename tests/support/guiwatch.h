// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/sanitized.h"

#include <QApplication>
#include <QEvent>
#include <QMetaEnum>
#include <QThread>

#include <algorithm>
#include <ctime>
#include <functional>
#include <vector>

namespace murmur::test {

inline constexpr double kSlower = kIsSanitized ? 10 : 1;

/// What this thread has worked, whatever else the machine does.
inline double workedMs()
{
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

/// An application that watches how long its thread works on one event: as long nobody is answered
/// and nothing is painted. Work is measured, not time that passes: a busy machine fails no test.
class GuiWatch : public QApplication
{
public:
    struct Stall
    {
        double ms = 0;
        QString what;
    };

    using QApplication::QApplication;

    static GuiWatch* instance() { return static_cast<GuiWatch*>(QCoreApplication::instance()); }

    /// What follows is said to have happened during `doing`.
    void begin(const QString& doing) { m_doing = doing; }
    void forget() { m_slow.clear(); }
    /// All above 10 ms, the longest first.
    [[nodiscard]] std::vector<Stall> slow() const
    {
        std::vector<Stall> sorted = m_slow;
        std::ranges::sort(sorted, std::greater<>(), &Stall::ms);
        return sorted;
    }
    /// Empty when nothing took longer than `limit` ms, else a line for each.
    [[nodiscard]] QString stalls(double limit) const
    {
        QStringList lines;
        for (const Stall& stall : slow())
            if (stall.ms > limit * kSlower)
                lines << QStringLiteral("%1 ms: %2").arg(stall.ms, 0, 'f', 1).arg(stall.what);
        return lines.join(QLatin1Char('\n'));
    }

    /// What is called directly, in one.
    template<typename Work>
    void call(const QString& doing, Work work)
    {
        m_doing = doing;
        m_isInside = true;
        const double before = workedMs();
        work();
        note(workedMs() - before, "call", QEvent::None);
        m_isInside = false;
    }

    bool notify(QObject* receiver, QEvent* event) override
    {
        if (m_isInside || QThread::currentThread() != thread())
            return QApplication::notify(receiver, event);
        m_isInside = true;
        const char* const name = receiver->metaObject()->className(); // it may be gone afterwards
        const QEvent::Type type = event->type();
        const double before = workedMs();
        const bool result = QApplication::notify(receiver, event);
        note(workedMs() - before, name, type);
        m_isInside = false;
        return result;
    }

private:
    void note(double ms, const char* name, QEvent::Type type)
    {
        if (ms < 10)
            return;
        const char* const word = QMetaEnum::fromType<QEvent::Type>().valueToKey(type);
        m_slow.push_back({ms, QStringLiteral("%1, %2 of %3")
                                  .arg(m_doing, QLatin1StringView(word != nullptr ? word : "event"),
                                       QLatin1StringView(name))});
    }

    QString m_doing;
    std::vector<Stall> m_slow;
    bool m_isInside = false;
};

} // namespace murmur::test

/// As QTEST_MAIN, watched.
#define MURMUR_WATCHED_MAIN(TestClass)                                                             \
    int main(int argc, char** argv)                                                                \
    {                                                                                              \
        murmur::test::GuiWatch app(argc, argv);                                                    \
        app.setAttribute(Qt::AA_Use96Dpi, true);                                                   \
        TestClass test;                                                                            \
        return QTest::qExec(&test, argc, argv);                                                    \
    }
