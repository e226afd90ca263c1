# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

# librdkafka's mock cluster, in a process of its own.
pkg_check_modules(KAFKA_MOCK REQUIRED IMPORTED_TARGET rdkafka)
add_executable(kafkamock kafkamock.cpp)
target_link_libraries(kafkamock PRIVATE PkgConfig::KAFKA_MOCK build_options)

murmur_passive_test(tst_passivekafka kafka)
foreach(name tst_kafka tst_kafkahistory tst_kafkafaults tst_kafkapublisher tst_passivekafka)
    if(NOT name STREQUAL tst_passivekafka)
        murmur_bus_test(${name} kafka BROKER TIMEOUT 120)
    endif()
    if(NOT TARGET ${name})
        continue()
    endif()
    target_compile_definitions(${name} PRIVATE KAFKA_MOCK="$<TARGET_FILE:kafkamock>")
    add_dependencies(${name} kafkamock)
endforeach()

murmur_bus_test(tst_kafkalag kafka BROKER TIMEOUT 120)
if(TARGET tst_kafkalag)
    target_compile_definitions(tst_kafkalag PRIVATE KAFKA_MOCK="$<TARGET_FILE:kafkamock>")
    add_dependencies(tst_kafkalag kafkamock)
endif()

murmur_bus_test(tst_kafkaregistry kafka BROKER DEPENDS core_session TIMEOUT 120)
if(TARGET tst_kafkaregistry)
    target_compile_definitions(tst_kafkaregistry PRIVATE KAFKA_MOCK="$<TARGET_FILE:kafkamock>")
    add_dependencies(tst_kafkaregistry kafkamock)
endif()
