# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

murmur_bus_test(tst_nats nats BROKER TIMEOUT 180)
murmur_bus_test(tst_natsstream nats BROKER TIMEOUT 180)
murmur_bus_test(tst_natslag nats BROKER TIMEOUT 120)
murmur_bus_test(tst_natspublisher nats BROKER TIMEOUT 120)
murmur_bus_test(tst_natssubject nats TIMEOUT 60)
murmur_bus_test(tst_natsundertest nats BROKER TIMEOUT 120)
if(TARGET tst_natsundertest)
    target_compile_definitions(tst_natsundertest PRIVATE MURMUR_PROGRAM="$<TARGET_FILE:murmur>")
    add_dependencies(tst_natsundertest murmur)
endif()
murmur_passive_test(tst_passivenats nats)
murmur_bus_test(tst_natsnetwork nats BROKER DEPENDS core_dialect TIMEOUT 180)
