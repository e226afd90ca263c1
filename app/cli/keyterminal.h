// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <termios.h>

namespace murmur::cli {

/// The terminal of standard input gives keys as they are pressed, and shows none, while this lives.
/// Ctrl-C and the like stay what they are.
class KeyTerminal
{
public:
    /// Null: standard input is none, or belongs to another program just now.
    static std::unique_ptr<KeyTerminal> open();
    ~KeyTerminal();
    KeyTerminal(const KeyTerminal&) = delete;
    KeyTerminal& operator=(const KeyTerminal&) = delete;

private:
    explicit KeyTerminal(const termios& before);

    termios m_before;
};

} // namespace murmur::cli
