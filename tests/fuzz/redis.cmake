# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

if(TARGET core_bus_redis)
    murmur_fuzz(fuzz_redis DEPENDS core_bus_redis)
endif()
