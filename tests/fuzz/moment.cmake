# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

murmur_fuzz(fuzz_moment DEPENDS core_session)
murmur_fuzz(fuzz_clues DEPENDS core_session)
