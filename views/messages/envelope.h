// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "causality/clocks.h"
#include "session/session.h"

#include <QString>

#include <vector>

namespace murmur {

/// A line of the envelope tab.
struct EnvelopeField
{
    QString name;
    QString value;
    bool isBad = false;
    friend bool operator==(const EnvelopeField&, const EnvelopeField&) = default;
};

/// Everything about a message except its payload, the fields that are empty left out.
/// Null `clocks`: those of the agents are not known.
std::vector<EnvelopeField> envelopeFields(const MessageDetail& detail, const Dictionaries& names,
                                          const ClocksPtr& clocks = nullptr);

/// What was not kept of the message as it was said, and why: left out by a rule, cut, or with
/// secrets overwritten. Empty: it is all there.
QString omissionText(const MessageDetail& detail);

/// The one line under "who → topic → receivers": "04:17:29.044  sent 5 ms before  nats planners
/// 1.4 KiB  answered after 31 ms". With `clocks`, when it was sent is told by ours.
QString briefText(const MessageDetail& detail, const Dictionaries& names,
                  const ClocksPtr& clocks = nullptr);

} // namespace murmur
