# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

murmur_bus_test(tst_websocket websocket BROKER TIMEOUT 120)
murmur_bus_test(tst_websocketpublisher websocket BROKER TIMEOUT 120)
murmur_bus_test(tst_serverframes websocket TIMEOUT 60)
