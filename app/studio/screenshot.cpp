// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "screenshot.h"

#include <QDir>
#include <QFileInfo>
#include <QImageWriter>
#include <QPainter>
#include <QPdfWriter>
#include <QPixmap>
#include <QSvgGenerator>
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

Status writePicture(QWidget* widget, const QString& path)
{
    const QString ending = QFileInfo(path).suffix().toLower();
    if (ending == "png"_L1)
        return grabToFile(widget, path);
    const auto failure = [&] {
        return Error{ErrorCode::Unwritable, u"The picture could not be written to %1."_s.arg(path)};
    };
    QPainter painter;
    if (ending == "svg"_L1) {
        QSvgGenerator svg;
        svg.setFileName(path);
        svg.setSize(widget->size());
        svg.setViewBox(widget->rect());
        svg.setTitle(widget->accessibleName());
        if (!painter.begin(&svg))
            return failure();
        widget->render(&painter);
        return painter.end() && QFileInfo(path).size() > 0 ? Status(Done{}) : Status(failure());
    }
    if (ending == "pdf"_L1) {
        QPdfWriter pdf(path);
        // One point of the page is one pixel of the view.
        pdf.setResolution(72);
        pdf.setPageMargins(QMarginsF());
        pdf.setPageSize(
            QPageSize(QSizeF(widget->size()), QPageSize::Point, {}, QPageSize::ExactMatch));
        pdf.setTitle(widget->accessibleName());
        if (!painter.begin(&pdf))
            return failure();
        widget->render(&painter);
        return painter.end() && QFileInfo(path).size() > 0 ? Status(Done{}) : Status(failure());
    }
    return Error{ErrorCode::WrongUse,
                 u"A picture ends in .png, .svg or .pdf; %1 does not."_s.arg(path)};
}

} // namespace murmur
