# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

if(TARGET views_timeline AND TARGET views_replay)
    murmur_bench(bench_timeline DEPENDS views_timeline views_replay core_session core_demo Qt6::Test)
endif()
