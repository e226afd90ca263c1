# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

murmur_bench(bench_findings DEPENDS core_findings core_demo core_dialect core_session)
target_include_directories(bench_findings PRIVATE ${CMAKE_SOURCE_DIR}/tests/findings)
target_link_libraries(bench_findings PRIVATE nlohmann_json::nlohmann_json)
