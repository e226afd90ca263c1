// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace murmur::cli {

/// A help page as a terminal shows it: headings, code and tables laid out, links as their text.
/// Takes the Markdown that the pages use: # headings, indented code, | tables |, `code`,
/// **strong**, [links](elsewhere). `isStyled`: bold and dim by escape sequences.
QString helpText(const QString& page, bool isStyled);

} // namespace murmur::cli
