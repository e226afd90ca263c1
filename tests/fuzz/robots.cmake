# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

if(TARGET core_bus_robots AND TARGET core_bus_websocket)
    murmur_fuzz(fuzz_robots DEPENDS core_bus_robots)
endif()
