// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "llm/transcript.h"
#include "views/base/theme.h"

#include <QImage>
#include <QSet>
#include <QString>

#include <vector>

namespace murmur {

/// A call of a transcript as rich text: a block a message in the colour of its role, tool calls as
/// trees, what is new in the prompt marked by sign and colour. Links: "expand:<id>" and
/// "message:<seq>".
class TranscriptPage
{
public:
    struct Image
    {
        QString name; ///< as the text refers to it
        QImage picture;
    };
    struct Look
    {
        bool onlyNew = true; ///< folds what is as in the call before
        bool isUnfolded = false;
        QSet<QString> unfolded; ///< ids whose whole text is wanted
    };

    TranscriptPage(const Transcript& transcript, std::size_t call, Look look, const Theme& theme);

    [[nodiscard]] const QString& html() const { return m_html; }
    [[nodiscard]] const std::vector<Image>& images() const { return m_images; }

private:
    void addHead();
    void addPrompt();
    void addFold(std::size_t from, std::size_t to);
    void addAnswer();
    void addMessage(const ModelMessage& message, const QString& id, const QString& mark = {},
                    const QColor& markColor = {}, bool isDropped = false);
    void addChanged(const PromptEdit& edit, const ModelMessage& message);
    void beginBlock(const QColor& bar, const QString& title, const QString& note,
                    const QColor& noteColor);
    void endBlock();
    void addPart(const ModelPart& part, const QString& id, const QColor& color);
    void addText(const QString& text, const QString& id, const QColor& color, bool isCode = false);
    void addTree(const std::string& json, const QString& id);
    void addImage(const ModelPart& part);
    [[nodiscard]] QColor roleColor(ModelRole role) const;
    [[nodiscard]] QString chip(const QString& text, const QColor& color) const;

    const Transcript& m_transcript;
    const TranscriptCall& m_call;
    Look m_look;
    const Theme& m_theme;
    QString m_html;
    qsizetype m_room; ///< letters that may still be laid out
    int m_blocks = 0;
    int m_left = 0; ///< messages that are not laid out any more
    std::vector<Image> m_images;
};

/// The word for a role, as people see it.
QString roleText(ModelRole role);

} // namespace murmur
