// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "commandline.h"

namespace murmur {

class DamageLog;

/// Runs the window until it closes; the exit code is the program's. Needs a QApplication.
int runStudio(const StudioArguments& arguments, const DamageLog& damage);
/// Icon, names, and a locale whose numbers have thousands separators.
void prepareApplication();

} // namespace murmur
