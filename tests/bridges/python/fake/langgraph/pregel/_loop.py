# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later


class StreamProtocol:
    __slots__ = ("modes", "__call__")

    def __init__(self, call, modes):
        self.__call__ = call
        self.modes = modes


class PregelLoop:
    def __init__(self, input, *, stream, config, checkpointer=None, manager=None):
        self.input = input
        self.stream = stream
        self.config = config
        self.checkpointer = checkpointer
        self.manager = manager

    def emit(self, mode, payload, namespace=()):
        if mode in self.stream.modes:
            self.stream((namespace, mode, payload))
