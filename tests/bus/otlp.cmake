# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

murmur_bus_test(tst_otlp otlp BROKER DEPENDS core_calls core_dialect TIMEOUT 120)
murmur_bus_test(tst_otlpreading otlp TIMEOUT 60)
target_link_libraries(tst_otlpreading PRIVATE z)
