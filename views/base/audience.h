// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace murmur {

class SharedView;

/// Whether what the views of a window show is seen by others: no payloads, hosts and ids then.
/// Names of agents and topics stay.
[[nodiscard]] bool isForAudience(const SharedView& shared);
/// Views that tell names are told that these have changed.
void setForAudience(SharedView& shared, bool isOn);

} // namespace murmur
