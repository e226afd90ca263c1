// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace murmur {

class PayloadPane;
class SharedView;

/// Asks a person for the URL of a schema registry, and that for the schemas which payloads of the
/// session name. What comes of it is said in the pane, which reads its payload again.
void askForSchemas(const SharedView& shared, PayloadPane& pane);

} // namespace murmur
