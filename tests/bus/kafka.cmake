# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

# librdkafka's mock cluster, in a process of its own.
pkg_check_modules(KAFKA_MOCK REQUIRED IMPORTED_TARGET rdkafka)
add_executable(kafkamock kafkamock.cpp)
target_link_libraries(kafkamock PRIVATE PkgConfig::KAFKA_MOCK build_options)

foreach(name tst_kafka tst_kafkahistory tst_kafkafaults)
    murmur_bus_test(${name} kafka BROKER TIMEOUT 120)
    if(NOT TARGET ${name})
        continue()
    endif()
    target_compile_definitions(${name} PRIVATE KAFKA_MOCK="$<TARGET_FILE:kafkamock>")
    add_dependencies(${name} kafkamock)
endforeach()
