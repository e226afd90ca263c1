# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

_configure_hooks = []


def register_configure_hook(context_var, inheritable, handle_class=None, env_var=None):
    _configure_hooks.append((context_var, inheritable, handle_class, env_var))
