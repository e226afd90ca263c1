// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "screenshot.h"

#include <QDir>
#include <QImageWriter>
#include <QPixmap>
#include <QWidget>

namespace murmur {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto kLook = 50ms;
/// Between an answer and the next question a view is settled for a moment; only several quiet looks
/// in a row count.
constexpr int kQuietLooks = 4;
constexpr qint64 kPatienceMs = 30'000;

} // namespace

WhenSettled::WhenSettled(std::function<bool()> isSettled, std::function<void()> then,
                         QObject* parent)
    : QObject(parent)
    , m_isSettled(std::move(isSettled))
    , m_then(std::move(then))
{
    m_timer.setInterval(kLook);
    connect(&m_timer, &QTimer::timeout, this, &WhenSettled::look);
}

void WhenSettled::start(nanoseconds delay)
{
    QTimer::singleShot(std::chrono::ceil<std::chrono::milliseconds>(delay), this, [this] {
        m_since.start();
        m_timer.start();
    });
}

void WhenSettled::look()
{
    m_quietLooks = m_isSettled() ? m_quietLooks + 1 : 0;
    if (m_quietLooks < kQuietLooks && m_since.elapsed() < kPatienceMs)
        return;
    m_timer.stop();
    m_then();
}

Status grabToFile(QWidget* widget, const QString& path)
{
    QImageWriter writer(path, "png");
    if (writer.write(widget->grab().toImage()))
        return Done{};
    return Error{ErrorCode::Unwritable,
                 u"The picture could not be written to %1: %2."_s.arg(path, writer.errorString())};
}

} // namespace murmur
