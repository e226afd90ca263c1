# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

murmur_bench(bench_causality DEPENDS core_causality core_demo core_session)
