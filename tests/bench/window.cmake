# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

if(TARGET studio AND TARGET core_demo)
    murmur_bench(bench_window DEPENDS studio core_demo Qt6::Test)
endif()
