// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "replay/injection.h"

#include <QByteArray>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <map>
#include <vector>

namespace murmur {

/// What was sent lately, and what was kept under a name, one message or a sequence: all that a
/// person wrote; no secret, and of the bus no more than its host and port.
class ComposerMemory
{
public:
    static constexpr std::size_t kMostRemembered = 30;
    static constexpr qsizetype kMostBytes = 64 * 1024; ///< of a payload; larger ones are left out

    /// The newest first, each once.
    void remember(const InjectionDraft& draft);
    [[nodiscard]] const std::vector<InjectionDraft>& history() const { return m_history; }

    /// `bus`: of that one only, as of busKey; empty: of all.
    void keep(const QString& name, const InjectionDraft& draft, const QString& bus = {});
    void forget(const QString& name, const QString& bus = {});
    [[nodiscard]] QStringList names(const QString& bus = {}) const;
    [[nodiscard]] const InjectionDraft* snippet(const QString& name, const QString& bus = {}) const;
    /// Its host and port, whatever is listened to; empty: none.
    static QString busKey(const QUrl& bus);

    void keepSequence(const QString& name, const std::vector<InjectionStep>& steps);
    void forgetSequence(const QString& name);
    [[nodiscard]] QStringList sequenceNames() const;
    [[nodiscard]] const std::vector<InjectionStep>* sequence(const QString& name) const;

    [[nodiscard]] QByteArray toJson() const;
    /// What is damaged is left out.
    void fromJson(const QByteArray& json);

private:
    std::vector<InjectionDraft> m_history;
    std::map<QString, std::map<QString, InjectionDraft>> m_snippets; ///< by bus and name
    std::map<QString, std::vector<InjectionStep>> m_sequences;
};

} // namespace murmur
