// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QKeyEvent;
class QWheelEvent;

namespace murmur {

class SharedView;
class TimeAxis;

/// The keys that move every picture with a time axis: ← → pan, + − zoom, Home End, Space plays or
/// pauses, comma and full stop step, F shows all, G goes live. True when the key was one of them.
bool navigateByKey(SharedView& shared, const QKeyEvent& event);

/// Wheel over a time axis: vertical zooms about the cursor; with Shift or Ctrl, or horizontal,
/// pans.
void navigateByWheel(SharedView& shared, const TimeAxis& axis, const QWheelEvent& event);

} // namespace murmur
