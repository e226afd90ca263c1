// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialect/opaquedialect.h"

#include "dialect/fieldcollector.h"

namespace murmur {

namespace {

class OpaqueDialect final : public Dialect
{
public:
    const char* id() const noexcept override { return "opaque"; }
    // Never nothing: it is what remains when no other dialect wants a message.
    double confidence(const MessageView&) override { return 0.01; }
    void interpret(const MessageView& message, Interpretation& out) override
    {
        out.clear();
        m_fields.begin(message, out);
        m_fields.finish(message);
    }

private:
    FieldCollector m_fields;
};

} // namespace

std::unique_ptr<Dialect> createOpaqueDialect()
{
    return std::make_unique<OpaqueDialect>();
}

} // namespace murmur
