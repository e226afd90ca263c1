# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

if(TARGET core_bus_mqtt)
    murmur_fuzz(fuzz_mqtt DEPENDS core_bus_mqtt core_bus)
endif()
