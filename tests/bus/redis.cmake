# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

murmur_bus_test(tst_redis redis BROKER TIMEOUT 120)
murmur_bus_test(tst_redispublisher redis BROKER TIMEOUT 120)
murmur_bus_test(tst_redisstreams redis BROKER TIMEOUT 120)
murmur_bus_test(tst_redislag redis BROKER TIMEOUT 120)
murmur_passive_test(tst_passiveredis redis)
murmur_bus_test(tst_rediscluster redis BROKER TIMEOUT 180)
