// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "codec/codecbook.h"
#include "recording/dictionaries.h"
#include "views/messages/jsonindex.h"

#include <QByteArray>
#include <QImage>
#include <QString>

#include <memory>
#include <stop_token>
#include <string>

namespace murmur {

/// A payload to be shown. Without names it is JSON or text, or nothing.
struct PayloadRequest
{
    QByteArray bytes;
    std::string topic;
    std::string headers; ///< as of headersToBytes
    std::shared_ptr<const Dictionaries> names;
};

/// What there is to show.
struct PayloadReading
{
    Decoded decoded;
    std::shared_ptr<const JsonIndex> json; ///< null: it is none
    QString jsonProblem;                   ///< why it is none
    QString text;
    bool isCut = false; ///< there is more text
    QImage picture;
    QString note; ///< one or two sentences; empty: nothing needs saying
};

/// Reads it; for a worker where it may take a while. Cancelled when `stop` is asked for.
Result<PayloadReading> readPayload(const PayloadRequest& request, const std::stop_token& stop = {});
/// Whether reading it takes no longer than a frame.
bool isReadAtOnce(const PayloadRequest& request);

} // namespace murmur
