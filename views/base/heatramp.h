// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>

#include <array>
#include <span>

namespace murmur {

/// 256 colours through `stops`, evenly spaced in perceived difference (OKLab), so that equal steps
/// of value look like equal steps.
std::array<QRgb, 256> heatRamp(std::span<const QColor> stops);

} // namespace murmur
