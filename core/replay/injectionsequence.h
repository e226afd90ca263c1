// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "replay/injection.h"

#include <QByteArray>
#include <QJsonObject>

#include <vector>

namespace murmur {

/// A draft as it is kept: what a person wrote; no bus, no origin and no secret.
QJsonObject draftToJson(const InjectionDraft& draft);
/// WrongUse: what is wrong with it.
Result<InjectionDraft> draftFromJson(const QJsonObject& json);

/// `{"sequence": […]}`, each a draft with `pause` and `after_reply`.
QJsonObject sequenceToJson(const std::vector<InjectionStep>& steps);
/// WrongUse names the message. Whoever is waited for asks for a reply.
Result<std::vector<InjectionStep>> sequenceFromJson(const QJsonObject& json);
Result<std::vector<InjectionStep>> sequenceFromFile(const QString& file);
Status writeSequence(const QString& file, const std::vector<InjectionStep>& steps);

/// `{{reply.…}}` of this answer. Its payload is the member `payload` of a JSON object that has one,
/// as messages of agents do, else the whole.
TemplateMessage spokenOf(const Answer& answer);

} // namespace murmur
