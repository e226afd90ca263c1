// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

namespace murmur {

/// Standard input (`stdin:`) or a file (`file:/path`, `file:relative`): a message a line. Items of
/// the URL: `format` (lines, json: one JSON value a line, nul: divided by zero bytes), `topic`
/// (default: "stdin", or the file's name), `clock`
/// (received: the time of a message is that of its reading; stated: what its line says, see
/// LineTime; default of a file that is not followed), `wait` (1: reads no faster than is recorded;
/// 0: drops what finds no room, and counts it); of a file also `follow` (1: goes on with what is
/// added, also when the file is replaced or begins again) and `from` (start, now; default start). A
/// file that is not there is an error of start() unless it is followed. At the end of the input the
/// state is Stopped.
Result<std::unique_ptr<Connection>> createStreamConnection(const QUrl& url,
                                                           const ConnectionContext& context);

} // namespace murmur
