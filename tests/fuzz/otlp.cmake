# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

if(TARGET core_bus_otlp)
    murmur_fuzz(fuzz_otlp DEPENDS core_bus_otlp core_bus simdjson::simdjson)
endif()
