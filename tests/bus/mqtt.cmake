# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

murmur_bus_test(tst_mqttfilters mqtt)
murmur_bus_test(tst_mqtt mqtt TIMEOUT 120)
murmur_bus_test(tst_mqttbroker mqtt BROKER TIMEOUT 180)
murmur_bus_test(tst_mqttpublisher mqtt BROKER TIMEOUT 120)
murmur_passive_test(tst_passivemqtt mqtt)
