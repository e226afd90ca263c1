// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/repair.h"

namespace murmur {

/// Writes a whole recording of an older format into a new file at `target`, in the present one: the
/// same uuid, messages, Seqs, ledger, notes and findings, and the state with which it begins. What
/// is told at `path` in a WAL is put into the file, nothing else is changed there. The caller holds
/// the recorder's lock. Errors: as repairRecording; Unreadable also when a block of it is damaged,
/// Unwritable when somebody has it open and its WAL cannot be put away.
Status upgradeRecording(const QString& path, const QString& target, RepairOptions options = {});

/// Puts what upgradeRecording wrote in the place of the recording; removes it where that fails.
Status replaceRecording(const QString& path, const QString& by);

/// Removes a recording with what lies beside it.
void discardRecording(const QString& path);

} // namespace murmur
