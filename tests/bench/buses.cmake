# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Against real brokers, with the node programs of tests/bus.
if(TARGET core_bus_nats AND TARGET core_bus_kafka)
    pkg_check_modules(BENCH_NATS REQUIRED IMPORTED_TARGET libnats)
    set_target_properties(PkgConfig::BENCH_NATS PROPERTIES INTERFACE_COMPILE_OPTIONS "")
    foreach(name bench_buses bench_attach)
        murmur_bench(${name} DEPENDS core_session core_bus_nats core_bus_kafka Qt6::Test)
        target_compile_definitions(${name} PRIVATE NODE_DIRECTORY="${CMAKE_BINARY_DIR}/tests/bus/node" KAFKA_MOCK="${CMAKE_BINARY_DIR}/bin/kafkamock")
        add_dependencies(${name} kafkamock)
    endforeach()
    target_link_libraries(bench_buses PRIVATE PkgConfig::BENCH_NATS)
endif()
