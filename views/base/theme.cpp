// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/theme.h"

#include "views/base/heatramp.h"
#include "views/base/stylesheet.h"

#include <QApplication>
#include <QEvent>
#include <QFontDatabase>
#include <QPointer>
#include <QStyleFactory>
#include <QToolTip>

#include <map>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr QColor rgb(int hex)
{
    return QColor((hex >> 16) & 0xff, (hex >> 8) & 0xff, hex & 0xff);
}

void setKinds(Theme& theme, std::initializer_list<std::pair<Kind, int>> colors)
{
    for (const auto& [kind, hex] : colors)
        theme.kinds[static_cast<std::size_t>(kind)] = rgb(hex);
}

/// The lowest quarter of a ramp from the ground is hard to tell from it, so values start a little
/// further up: entry 1 stands for a single message and must be seen.
std::array<QRgb, 256> withFloor(const QColor& ground, std::array<QRgb, 256> ramp)
{
    ramp[0] = ground.rgb();
    return ramp;
}

Theme makeDark()
{
    Theme theme;
    theme.isDark = true;
    theme.ground = rgb(0x101318);
    theme.pane = rgb(0x171b21);
    theme.header = rgb(0x1d222a);
    theme.hairline = rgb(0x2b323d);
    theme.plate = rgb(0x1a1f26);
    theme.text = rgb(0xdbe1ea);
    theme.secondary = rgb(0x98a3b3);
    theme.faint = rgb(0x7f8b9c);
    theme.interaction = rgb(0x4fb3ff);
    theme.selectionGround = rgb(0x162a3d);
    theme.good = rgb(0x46c08b);
    theme.warning = rgb(0xf0b429);
    theme.bad = rgb(0xff5d5d);
    setKinds(theme, {{Kind::Request, 0x8fa3c8},
                     {Kind::Reply, 0x9fb8a8},
                     {Kind::Command, 0xa99bd0},
                     {Kind::State, 0xc2b28a},
                     {Kind::Event, 0x8b95a5},
                     {Kind::Chunk, 0x7fa6ad},
                     {Kind::Heartbeat, 0x5f6a7a},
                     {Kind::Error, 0xff5d5d},
                     {Kind::Control, 0x7d88a0},
                     {Kind::Marker, 0xc59ab5}});
    const std::array cool{rgb(0x1d3550), rgb(0x2a5f94), rgb(0x4a9bd4), rgb(0x9ad8ee),
                          rgb(0xe6fafd)};
    const std::array warm{rgb(0x4a3413), rgb(0x86591a), rgb(0xc88a1f), rgb(0xf0b429),
                          rgb(0xffe6a6)};
    theme.heat = withFloor(theme.ground, heatRamp(cool));
    theme.heatAboveSlo = withFloor(theme.ground, heatRamp(warm));
    return theme;
}

Theme makeLight()
{
    Theme theme;
    theme.isDark = false;
    theme.ground = rgb(0xfbfbfa);
    theme.pane = rgb(0xf3f4f6);
    theme.header = rgb(0xebedf0);
    theme.hairline = rgb(0xd3d8de);
    theme.plate = rgb(0xffffff);
    theme.text = rgb(0x1d232b);
    theme.secondary = rgb(0x4c5765);
    theme.faint = rgb(0x5f6b7a);
    theme.interaction = rgb(0x0a63b8);
    theme.selectionGround = rgb(0xd8e8f8);
    theme.good = rgb(0x17754a);
    theme.warning = rgb(0x8a5a00);
    theme.bad = rgb(0xc0272d);
    setKinds(theme, {{Kind::Request, 0x4a6296},
                     {Kind::Reply, 0x4a7259},
                     {Kind::Command, 0x6a57a3},
                     {Kind::State, 0x7d6930},
                     {Kind::Event, 0x5c6778},
                     {Kind::Chunk, 0x3b7079},
                     {Kind::Heartbeat, 0x828c99},
                     {Kind::Error, 0xc0272d},
                     {Kind::Control, 0x59647e},
                     {Kind::Marker, 0x8d4d78}});
    const std::array cool{rgb(0xc4dcf0), rgb(0x86b9e2), rgb(0x3f86c6), rgb(0x1c5694),
                          rgb(0x0b2a52)};
    const std::array warm{rgb(0xf3dcae), rgb(0xe0b04f), rgb(0xbb7f12), rgb(0x8a5a00),
                          rgb(0x4a2f00)};
    theme.heat = withFloor(theme.ground, heatRamp(cool));
    theme.heatAboveSlo = withFloor(theme.ground, heatRamp(warm));
    return theme;
}

/// Rows with more room than the usual ones.
constexpr int kComfortablePercent = 122;

Theme::Size& sizeNow()
{
    static Theme::Size size;
    return size;
}

void scale(Theme& theme, Theme::Size size)
{
    const int percent = size.textPercent * (size.isComfortable ? kComfortablePercent : 100) / 100;
    for (int* measure : {&theme.laneHeight, &theme.listRow, &theme.tableRow})
        *measure = *measure * percent / 100;
    for (int* measure : {&theme.paneHeader, &theme.toolbar, &theme.axisLeft})
        *measure = *measure * size.textPercent / 100;
}

/// Others than before stand at another place: what was painted with the old ones is out of date.
const Theme& themeOf(bool dark)
{
    struct Pair
    {
        Theme::Size size;
        Theme dark;
        Theme light;
    };
    static std::list<Pair> made;
    const auto found = std::ranges::find(made, sizeNow(), &Pair::size);
    if (found != made.end())
        return dark ? found->dark : found->light;
    Pair pair{sizeNow(), makeDark(), makeLight()};
    scale(pair.dark, pair.size);
    scale(pair.light, pair.size);
    const Pair& kept = made.emplace_back(std::move(pair));
    return dark ? kept.dark : kept.light;
}

QPalette paletteOf(const Theme& theme)
{
    QPalette palette;
    palette.setColor(QPalette::Window, theme.pane);
    palette.setColor(QPalette::WindowText, theme.text);
    palette.setColor(QPalette::Base, theme.ground);
    palette.setColor(QPalette::AlternateBase, theme.ground);
    palette.setColor(QPalette::Text, theme.text);
    palette.setColor(QPalette::PlaceholderText, theme.faint);
    palette.setColor(QPalette::Button, theme.header);
    palette.setColor(QPalette::ButtonText, theme.text);
    palette.setColor(QPalette::BrightText, theme.bad);
    palette.setColor(QPalette::ToolTipBase, theme.plate);
    palette.setColor(QPalette::ToolTipText, theme.text);
    palette.setColor(QPalette::Highlight, theme.selectionGround);
    palette.setColor(QPalette::HighlightedText, theme.text);
    palette.setColor(QPalette::Link, theme.interaction);
    palette.setColor(QPalette::LinkVisited, theme.interaction);
    palette.setColor(QPalette::Light, theme.header);
    palette.setColor(QPalette::Midlight, theme.header);
    palette.setColor(QPalette::Mid, theme.hairline);
    palette.setColor(QPalette::Dark, theme.hairline);
    palette.setColor(QPalette::Shadow, theme.isDark ? rgb(0x08090c) : rgb(0xb8c0ca));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, theme.faint);
    return palette;
}

using KeptFonts = std::map<qreal, QFont>;

/// A font that is made anew looks for its faces anew; views ask for theirs in every frame.
QFont keptFont(KeptFonts& kept, qreal points, const QStringList& families, QFont::StyleHint hint)
{
    const qreal shown = points * sizeNow().textPercent / 100;
    const auto [place, isNew] = kept.try_emplace(shown);
    if (isNew) {
        place->second.setFamilies(families);
        place->second.setStyleHint(hint);
        place->second.setPointSizeF(shown);
    }
    return place->second;
}

} // namespace

QFont Theme::interfaceFont(qreal points) const
{
    // The system's face stands behind ours, so a machine without Inter loses only the shapes.
    static const QStringList families{
        u"Inter"_s, QFontDatabase::systemFont(QFontDatabase::GeneralFont).family()};
    static thread_local KeptFonts kept;
    return keptFont(kept, points, families, QFont::AnyStyle);
}

QFont Theme::numberFont(qreal points) const
{
    static const QStringList families{u"JetBrains Mono"_s,
                                      QFontDatabase::systemFont(QFontDatabase::FixedFont).family()};
    static thread_local KeptFonts kept;
    return keptFont(kept, points, families, QFont::Monospace);
}

const Theme& Theme::current()
{
    return themeOf(QGuiApplication::palette().color(QPalette::Window).lightness() < 128);
}

void Theme::setSize(Size size)
{
    size.textPercent = std::clamp(size.textPercent, 75, 200);
    sizeNow() = size;
}

Theme::Size Theme::size()
{
    return sizeNow();
}

void Theme::apply(bool dark)
{
    const Theme& theme = themeOf(dark);
    const QPalette palette = paletteOf(theme);
    // Each of these goes through all widgets of the window: only what is another now.
    constexpr const char* kStyled = "murmurStyled";
    if (!qApp->property(kStyled).toBool()) {
        QApplication::setStyle(QStyleFactory::create(u"Fusion"_s));
        qApp->setProperty(kStyled, true);
    }
    if (QApplication::palette() != palette)
        QApplication::setPalette(palette);
    if (QApplication::font() != theme.interfaceFont())
        QApplication::setFont(theme.interfaceFont());
    QToolTip::setPalette(palette);
    QToolTip::setFont(theme.interfaceFont(9));
    const QString sheet = styleSheetFor(theme);
    if (qApp->styleSheet() == sheet)
        return;
    qApp->setStyleSheet(sheet);
    // A new sheet gives widgets back the colours that they had before the last one. What views set
    // themselves when the palette changes must come after it.
    std::vector<QPointer<QWidget>> widgets; // one that is told may replace others
    for (QWidget* widget : QApplication::allWidgets())
        widgets.emplace_back(widget);
    for (const QPointer<QWidget>& widget : widgets) {
        QEvent changed(QEvent::PaletteChange);
        if (widget)
            QCoreApplication::sendEvent(widget, &changed);
    }
}

} // namespace murmur
