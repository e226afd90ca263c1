// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A library must hold something; what this one is for is its precompiled header.
namespace murmur::tests {
extern const int kPrecompiled;
const int kPrecompiled = 1;
} // namespace murmur::tests
