// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/pathdialect.h"

namespace murmur {

double PathDialect::confidence(const MessageView& message)
{
    if (message.shape != nullptr)
        return judge(message, *message.shape);
    if (m_shape == nullptr)
        m_shape = std::make_unique<MessageShape>();
    m_shape->look(message);
    return judge(message, *m_shape);
}

void PathDialect::interpret(const MessageView& message, Interpretation& out)
{
    out.clear();
    read(message.raw, message, out);
}

void PathDialect::read(std::string_view json, const MessageView& message, Interpretation& out)
{
    std::string_view reason = m_fields.read(json, out);
    if (reason.empty())
        reason = describe(message, out);
    if (reason.empty())
        return;
    out.clear();
    out.undecodable = reason;
}

} // namespace murmur
