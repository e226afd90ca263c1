# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

murmur_fuzz(fuzz_triggers DEPENDS core_triggers)
