// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/heatramp.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace murmur {

namespace {

struct Lab
{
    double l = 0, a = 0, b = 0;
};

double linear(double c)
{
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

double encoded(double c)
{
    c = std::clamp(c, 0.0, 1.0);
    return c <= 0.0031308 ? c * 12.92 : 1.055 * std::pow(c, 1 / 2.4) - 0.055;
}

// The OKLab matrices as published by their author (public domain numbers).
Lab toLab(const QColor& color)
{
    const double r = linear(color.redF());
    const double g = linear(color.greenF());
    const double b = linear(color.blueF());
    const double l = std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const double m = std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const double s = std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

QRgb toRgb(const Lab& lab)
{
    const double l = std::pow(lab.l + 0.3963377774 * lab.a + 0.2158037573 * lab.b, 3);
    const double m = std::pow(lab.l - 0.1055613458 * lab.a - 0.0638541728 * lab.b, 3);
    const double s = std::pow(lab.l - 0.0894841775 * lab.a - 1.2914855480 * lab.b, 3);
    const auto byte = [](double c) { return static_cast<int>(std::lround(encoded(c) * 255)); };
    return qRgb(byte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
                byte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
                byte(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s));
}

} // namespace

std::array<QRgb, 256> heatRamp(std::span<const QColor> stops)
{
    std::vector<Lab> labs;
    std::vector<double> at; // distance along the ramp
    for (const QColor& stop : stops) {
        labs.push_back(toLab(stop));
        double distance = 0;
        if (labs.size() > 1) {
            const Lab& p = labs[labs.size() - 2];
            const Lab& q = labs.back();
            distance = at.back() + std::hypot(p.l - q.l, p.a - q.a, p.b - q.b);
        }
        at.push_back(distance);
    }
    std::array<QRgb, 256> ramp{};
    std::size_t segment = 0;
    for (std::size_t i = 0; i < ramp.size(); ++i) {
        const double d = at.back() * static_cast<double>(i) / 255.0;
        while (segment + 2 < at.size() && d > at[segment + 1])
            ++segment;
        const double span = at[segment + 1] - at[segment];
        const double f = span > 0 ? std::clamp((d - at[segment]) / span, 0.0, 1.0) : 0;
        const Lab& p = labs[segment];
        const Lab& q = labs[segment + 1];
        ramp[i] = toRgb({p.l + (q.l - p.l) * f, p.a + (q.a - p.a) * f, p.b + (q.b - p.b) * f});
    }
    return ramp;
}

} // namespace murmur
