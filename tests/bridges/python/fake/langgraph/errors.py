# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

import dataclasses


class GraphBubbleUp(Exception):
    pass


class GraphInterrupt(GraphBubbleUp):
    def __init__(self, interrupts=()):
        super().__init__(interrupts)


@dataclasses.dataclass
class Interrupt:
    value: object
    id: str


class Command:
    def __init__(self, resume):
        self.resume = resume
