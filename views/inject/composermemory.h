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

/// What was sent lately, and what was kept under a name, one message or a sequence: all that a
/// person wrote; no bus and no secret.
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

    void keepSequence(const QString& name, const std::vector<InjectionStep>& steps);
    void forgetSequence(const QString& name);
    [[nodiscard]] QStringList sequenceNames() const;
    [[nodiscard]] const std::vector<InjectionStep>* sequence(const QString& name) const;

    [[nodiscard]] QByteArray toJson() const;
    /// What is damaged is left out.
    void fromJson(const QByteArray& json);

private:
    std::vector<InjectionDraft> m_history;
    std::map<QString, InjectionDraft> m_snippets;
    std::map<QString, std::vector<InjectionStep>> m_sequences;
};

} // namespace murmur
