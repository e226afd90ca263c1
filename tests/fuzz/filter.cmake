# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

add_executable(fuzz_filter ${CMAKE_CURRENT_SOURCE_DIR}/fuzz_filter.cpp)
target_include_directories(fuzz_filter PRIVATE ${CMAKE_SOURCE_DIR}/tests)
target_compile_options(fuzz_filter PRIVATE -fsanitize=fuzzer)
target_link_options(fuzz_filter PRIVATE -fsanitize=fuzzer)
target_link_libraries(fuzz_filter PRIVATE core_query build_options)
