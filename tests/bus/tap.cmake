# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

murmur_bus_test(tst_tap tap BROKER TIMEOUT 180)
murmur_bus_test(tst_tapframes tap TIMEOUT 60)
target_link_libraries(tst_tapframes PRIVATE z) # to deflate what is inflated
murmur_bus_test(tst_taphttp tap TIMEOUT 60)
murmur_bus_test(tst_tapgrpc tap TIMEOUT 60)
murmur_passive_test(tst_passivetap tap)
