# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

murmur_bus_test(tst_rosbridge robots BROKER TIMEOUT 120)
murmur_bus_test(tst_foxglove robots BROKER TIMEOUT 120)
murmur_bus_test(tst_rosbridgepublisher robots BROKER TIMEOUT 120)
murmur_bus_test(tst_robotframes robots TIMEOUT 60)
if(TARGET core_bus_otlp)
    murmur_bus_test(tst_robotdiscovery robots BROKER DEPENDS core_bus_otlp core_session TIMEOUT 120)
endif()
