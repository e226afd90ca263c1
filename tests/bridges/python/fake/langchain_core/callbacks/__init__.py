# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documented shapes of LangChain's callbacks, as far as handlers meet them."""
