// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "replay/injection.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <map>
#include <vector>

namespace murmur {

/// What was sent lately, and what was kept under a name: topic, headers, payload and how often; no
/// bus and no secret.
class ComposerMemory
{
public:
    static constexpr std::size_t kMostRemembered = 30;
    static constexpr qsizetype kMostBytes = 64 * 1024; ///< of a payload; larger ones are left out

    /// The newest first, each once.
    void remember(const InjectionDraft& draft);
    [[nodiscard]] const std::vector<InjectionDraft>& history() const { return m_history; }

    void keep(const QString& name, const InjectionDraft& draft);
    void forget(const QString& name);
    [[nodiscard]] QStringList names() const;
    [[nodiscard]] const InjectionDraft* snippet(const QString& name) const;

    [[nodiscard]] QByteArray toJson() const;
    /// What is damaged is left out.
    void fromJson(const QByteArray& json);

private:
    std::vector<InjectionDraft> m_history;
    std::map<QString, InjectionDraft> m_snippets;
};

} // namespace murmur
