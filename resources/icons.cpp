// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "resources/icons.h"

#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QLoggingCategory>
#include <QPainter>
#include <QPalette>
#include <QSvgRenderer>

// Names the help pages, which nothing else does: a library of which nothing is asked is not loaded.
static void keepPages()
{
    Q_INIT_RESOURCE(murmur_pages);
}

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

[[maybe_unused]] const int kPages = (keepPages(), 0);

// The colour is chosen when the icon is painted, not when it is made, so that no one has to make
// icons again when the theme changes.
class InkEngine final : public QIconEngine
{
public:
    InkEngine(QByteArray svg, const QColor& color)
        : m_svg(std::move(svg))
        , m_color(color)
    {
    }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        QByteArray svg = m_svg;
        svg.replace("#000000", ink(mode).name(QColor::HexRgb).toLatin1());
        QSvgRenderer renderer(svg);
        renderer.setAspectRatioMode(Qt::KeepAspectRatio);
        if (mode == QIcon::Disabled && m_color.isValid())
            painter->setOpacity(painter->opacity() * 0.4);
        renderer.render(painter, rect);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap result(size);
        result.fill(Qt::transparent);
        QPainter painter(&result);
        paint(&painter, QRect({}, size), mode, state);
        return result;
    }

    [[nodiscard]] QIconEngine* clone() const override { return new InkEngine(*this); }

private:
    [[nodiscard]] QColor ink(QIcon::Mode mode) const
    {
        if (m_color.isValid())
            return m_color;
        const QPalette palette = QGuiApplication::palette();
        if (mode == QIcon::Disabled)
            return palette.color(QPalette::Disabled, QPalette::ButtonText);
        return palette.color(QPalette::Active, QPalette::ButtonText);
    }

    QByteArray m_svg;
    QColor m_color;
};

} // namespace

QIcon icon(QStringView name, const QColor& color)
{
    QFile file(u":/murmur/icons/%1.svg"_s.arg(name));
    if (!file.open(QIODevice::ReadOnly)) {
        qWarning("There is no icon named \"%s\" in resources/icons.",
                 qUtf8Printable(name.toString()));
        return {};
    }
    return QIcon(new InkEngine(file.readAll(), color));
}

QIcon applicationIcon()
{
    return QIcon(u":/murmur/org.murmurscope.Murmurscope.svg"_s);
}

} // namespace murmur
