# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later


class CrewAIEventsBus:
    def __init__(self):
        self.sequence = 0

    def _prepare_event(self, source, event):
        self.sequence += 1
        event.emission_sequence = self.sequence

    def emit(self, source, event):
        self._prepare_event(source, event)


crewai_event_bus = CrewAIEventsBus()
