# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

if(TARGET views_wall AND TARGET views_map)
    murmur_bench(bench_wall DEPENDS views_wall views_map views_sequence views_topology core_session core_demo Qt6::Test)
endif()
