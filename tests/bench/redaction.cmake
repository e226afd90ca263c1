# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

murmur_bench(bench_redaction DEPENDS core_session Qt6::Test)
