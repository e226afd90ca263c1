// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "keyterminal.h"

#include <unistd.h>

namespace murmur::cli {

std::unique_ptr<KeyTerminal> KeyTerminal::open()
{
    termios before{};
    if (::tcgetattr(STDIN_FILENO, &before) != 0)
        return nullptr;
    // Who changes a terminal from the background is stopped.
    const pid_t inFront = ::tcgetpgrp(STDIN_FILENO);
    if (inFront >= 0 && inFront != ::getpgrp())
        return nullptr;
    return std::unique_ptr<KeyTerminal>(new KeyTerminal(before));
}

KeyTerminal::KeyTerminal(const termios& before)
    : m_before(before)
{
    termios keys = before;
    keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &keys);
}

KeyTerminal::~KeyTerminal()
{
    ::tcsetattr(STDIN_FILENO, TCSANOW, &m_before);
}

} // namespace murmur::cli
