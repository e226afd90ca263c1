// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/llm/transcriptpage.h"

#include "llm/jsonlines.h"
#include "views/base/numbers.h"

#include <QCoreApplication>
#include <QFontInfo>
#include <QLocale>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(Views)
};

constexpr qsizetype kShownLines = 14;
constexpr qsizetype kShownLetters = 2'400;
constexpr qsizetype kMostLetters = 400'000; // of one text; the rest is in the copy
// Laying out more would keep the window from answering.
constexpr qsizetype kMostOfAll = 2'000'000;
constexpr int kMostBlocks = 500;
constexpr std::size_t kMostImages = 24;
constexpr std::size_t kLargestImage = std::size_t{12} << 20; // base64

QString utf8(const std::string& text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// Text for rich text: its lines and its indents stay.
QString escapedLines(const QString& text)
{
    QString html = text.toHtmlEscaped();
    html.replace(u'\t', u"    "_s);
    html.replace(u"  "_s, u"&nbsp; "_s);
    html.replace(u'\n', u"<br>"_s);
    return html;
}

QString styled(const QString& html, const QColor& color, const QString& more = {})
{
    return u"<span style=\"color:%1;%2\">%3</span>"_s.arg(color.name(), more, html);
}

QColor mixed(const QColor& a, const QColor& b, double share)
{
    const auto part = [share](int x, int y) {
        return static_cast<int>(x * (1 - share) + y * share);
    };
    return {part(a.red(), b.red()), part(a.green(), b.green()), part(a.blue(), b.blue())};
}

QString durationText(std::int64_t ns)
{
    const double seconds = static_cast<double>(ns) / 1e9;
    return seconds < 1 ? Tr::tr("%1 ms").arg(QLocale().toString(seconds * 1000, 'f', 0))
                       : Tr::tr("%1 s").arg(QLocale().toString(seconds, 'f', seconds < 10 ? 2 : 1));
}

} // namespace

QString roleText(ModelRole role)
{
    switch (role) {
    case ModelRole::System:
        return Tr::tr("System");
    case ModelRole::User:
        return Tr::tr("User");
    case ModelRole::Assistant:
        return Tr::tr("Assistant");
    case ModelRole::Tool:
        return Tr::tr("Tool");
    }
    return {};
}

TranscriptPage::TranscriptPage(const Transcript& transcript, std::size_t call, Look look,
                               const Theme& theme)
    : m_transcript(transcript)
    , m_call(transcript.calls[call])
    , m_look(std::move(look))
    , m_theme(theme)
    , m_room(kMostOfAll)
{
    addHead();
    addPrompt();
    addAnswer();
    if (m_left > 0)
        m_html += u"<p style=\"margin:6px 0 0 2px\">%1</p>"_s.arg(styled(
            Tr::tr("%1 more messages are not shown here; a copy has them.").arg(numberText(m_left)),
            m_theme.warning));
}

QColor TranscriptPage::roleColor(ModelRole role) const
{
    const auto kind = [this](Kind which) { return m_theme.kinds[static_cast<std::size_t>(which)]; };
    switch (role) {
    case ModelRole::System:
        return kind(Kind::Command);
    case ModelRole::User:
        return kind(Kind::Request);
    case ModelRole::Assistant:
        return m_theme.good;
    case ModelRole::Tool:
        return kind(Kind::State);
    }
    return m_theme.secondary;
}

QString TranscriptPage::chip(const QString& text, const QColor& color) const
{
    return u"<span style=\"background-color:%1;color:%2\">&nbsp;%3&nbsp;</span>&nbsp; "_s.arg(
        m_theme.header.name(), color.name(), text.toHtmlEscaped().replace(u' ', u"&nbsp;"_s));
}

void TranscriptPage::addHead()
{
    const ModelCall& call = m_call.call;
    const QString agent = m_call.agent.empty() ? Tr::tr("Somebody") : utf8(m_call.agent);
    const QString model = call.model.empty() ? Tr::tr("a model") : utf8(call.model);
    m_html +=
        u"<p style=\"margin:0 0 4px 2px\"><span style=\"font-size:large;font-weight:600\">"
        u"%1 %2 %3</span> &nbsp; <a href=\"message:%4\" style=\"text-decoration:none;color:%5\">%6</a></p>"_s
            .arg(agent.toHtmlEscaped(), styled(u"→"_s, m_theme.faint), model.toHtmlEscaped())
            .arg(m_call.first())
            .arg(m_theme.interaction.name(), Tr::tr("message %1").arg(numberText(m_call.first())));
    QString chips;
    if (call.usage.in)
        chips += chip(Tr::tr("%1 tokens in").arg(numberText(*call.usage.in)), m_theme.text);
    if (call.usage.cached && *call.usage.cached > 0)
        chips += chip(Tr::tr("%1 of them cached").arg(numberText(*call.usage.cached)),
                      m_theme.secondary);
    if (call.usage.out)
        chips += chip(Tr::tr("%1 out").arg(numberText(*call.usage.out)), m_theme.text);
    if (call.usage.reasoning && *call.usage.reasoning > 0)
        chips += chip(Tr::tr("%1 of them reasoning").arg(numberText(*call.usage.reasoning)),
                      m_theme.secondary);
    if (m_call.cost)
        chips += chip(costText(*m_call.cost), m_theme.text);
    else if (!call.usage.isEmpty())
        chips += chip(Tr::tr("cost not known"), m_theme.secondary);
    if (m_call.end > m_call.begin)
        chips +=
            chip(Tr::tr("took %1").arg(durationText(m_call.end - m_call.begin)), m_theme.secondary);
    if (m_call.chunks > 0)
        chips +=
            chip(m_call.chunks == 1 ? Tr::tr("streamed in 1 part")
                                    : Tr::tr("streamed in %1 parts").arg(numberText(m_call.chunks)),
                 m_theme.secondary);
    const bool isCutOff = call.finish == "length" || call.finish == "max_tokens" ||
                          call.finish == "max_output_tokens" || call.finish == "content_filter";
    if (!call.error.empty())
        chips += chip(u"■ "_s + Tr::tr("failed"), m_theme.bad);
    else if (m_call.isOpen)
        chips += chip(u"▲ "_s + Tr::tr("no answer yet"), m_theme.warning);
    else if (isCutOff)
        chips += chip(u"▲ "_s + Tr::tr("cut off: %1").arg(utf8(call.finish)), m_theme.warning);
    else if (!call.finish.empty())
        chips += chip(Tr::tr("finished: %1").arg(utf8(call.finish)), m_theme.secondary);
    m_html += u"<p style=\"margin:0 0 8px 0;line-height:140%\">"_s + chips + u"</p>"_s;
    if (!call.tools.empty()) {
        QStringList tools;
        for (std::size_t i = 0; i < std::min<std::size_t>(call.tools.size(), 12); ++i)
            tools << utf8(call.tools[i]).toHtmlEscaped();
        if (call.tools.size() > 12)
            tools << Tr::tr("%1 more").arg(call.tools.size() - 12);
        m_html += u"<p style=\"margin:0 0 8px 2px\">%1 %2</p>"_s.arg(
            styled(Tr::tr("Tools on offer:"), m_theme.faint),
            styled(tools.join(u", "_s), m_theme.secondary));
    }
}

void TranscriptPage::beginBlock(const QColor& bar, const QString& title, const QString& note,
                                const QColor& noteColor)
{
    m_html +=
        u"<table width=\"100%\" cellspacing=\"0\" cellpadding=\"0\" "
        u"style=\"margin-bottom:6px\"><tr>"
        u"<td width=\"3\" bgcolor=\"%1\"></td><td bgcolor=\"%2\" style=\"padding:6px 10px 7px "
        u"10px\">"
        u"<p style=\"margin:0 0 3px 0\"><span style=\"color:%1;font-weight:600\">%3</span>%4</p>"_s
            .arg(bar.name(), m_theme.plate.name(), title.toHtmlEscaped(),
                 note.isEmpty() ? QString()
                                : u" &nbsp; "_s + styled(note.toHtmlEscaped(), noteColor));
}

void TranscriptPage::endBlock()
{
    m_html += u"</td></tr></table>"_s;
}

void TranscriptPage::addText(const QString& text, const QString& id, const QColor& color,
                             bool isCode)
{
    QString shown = text.left(std::min(kMostLetters, m_room));
    const qsizetype lines = shown.count(u'\n') + 1;
    const bool isLong = lines > kShownLines + 6 || shown.size() > kShownLetters + 400;
    const bool isFolded = isLong && !m_look.isUnfolded && !m_look.unfolded.contains(id);
    if (isFolded) {
        qsizetype end = 0;
        for (qsizetype line = 0; line < kShownLines && end >= 0; ++line)
            end = shown.indexOf(u'\n', end + (line > 0 ? 1 : 0));
        shown = shown.left(std::min(end < 0 ? shown.size() : end, kShownLetters));
    }
    m_room -= shown.size();
    m_html += u"<p style=\"margin:1px 0;color:%1;%2\">%3</p>"_s.arg(
        color.name(),
        isCode ? u"font-family:'%1'"_s.arg(QFontInfo(m_theme.numberFont()).family()) : QString(),
        escapedLines(shown));
    if (isFolded)
        m_html +=
            u"<p style=\"margin:2px 0 0 0\"><a href=\"expand:%1\" style=\"text-decoration:none;color:%2\">%3</a></p>"_s
                .arg(id, m_theme.interaction.name(),
                     Tr::tr("Show all %1 lines, %2 letters")
                         .arg(numberText(lines), numberText(text.size())));
}

void TranscriptPage::addTree(const std::string& json, const QString& id)
{
    const auto lines =
        jsonLines(json, m_look.isUnfolded || m_look.unfolded.contains(id) ? 2000 : 60);
    if (!lines) {
        addText(utf8(json), id, m_theme.text, true);
        return;
    }
    const QColor keyColor = m_theme.kinds[static_cast<std::size_t>(Kind::Request)];
    QStringList rows;
    for (const JsonLine& line : *lines) {
        QString row = u"&nbsp;"_s.repeated(3 * line.depth);
        if (!line.key.empty())
            row += styled(utf8(line.key).toHtmlEscaped(), keyColor) + u"&nbsp; "_s;
        row += styled(escapedLines(utf8(line.value)),
                      line.isText || line.value.empty() ? m_theme.text : m_theme.warning);
        rows << row;
    }
    const bool isCut = !lines->empty() && lines->back().value == "…";
    m_html += u"<p style=\"margin:1px 0;font-family:'%1'\">%2</p>"_s.arg(
        QFontInfo(m_theme.numberFont()).family(), rows.join(u"<br>"_s));
    if (isCut && !m_look.unfolded.contains(id))
        m_html +=
            u"<p style=\"margin:2px 0 0 0\"><a href=\"expand:%1\" style=\"text-decoration:none;color:%2\">%3</a></p>"_s
                .arg(id, m_theme.interaction.name(), Tr::tr("Show the whole tree"));
}

void TranscriptPage::addImage(const ModelPart& part)
{
    if (part.isLink) {
        m_html += u"<p style=\"margin:1px 0\">%1</p>"_s.arg(
            styled(Tr::tr("Image at %1").arg(utf8(part.text)).toHtmlEscaped(), m_theme.secondary));
        return;
    }
    QString about = Tr::tr("%1, %2").arg(
        part.media.empty() ? Tr::tr("image") : utf8(part.media),
        QLocale().formattedDataSize(static_cast<qint64>(part.text.size() / 4 * 3)));
    if (m_images.size() < kMostImages && part.text.size() <= kLargestImage) {
        QImage picture = QImage::fromData(QByteArray::fromBase64(
            QByteArray::fromRawData(part.text.data(), static_cast<qsizetype>(part.text.size()))));
        if (picture.isNull()) {
            about = Tr::tr("%1. It cannot be shown: these bytes are no picture that is known here.")
                        .arg(about);
        } else {
            const QString name = u"image:%1"_s.arg(m_images.size());
            m_images.push_back({name, std::move(picture)});
            m_html += u"<p style=\"margin:4px 0\"><img src=\"%1\"></p>"_s.arg(name);
        }
    }
    m_html +=
        u"<p style=\"margin:1px 0\">%1</p>"_s.arg(styled(about.toHtmlEscaped(), m_theme.faint));
}

void TranscriptPage::addPart(const ModelPart& part, const QString& id, const QColor& color)
{
    using Is = ModelPart::Is;
    switch (part.is) {
    case Is::Text:
        return addText(utf8(part.text), id, color);
    case Is::Thinking:
        m_html += u"<p style=\"margin:1px 0\">%1</p>"_s.arg(
            styled(Tr::tr("thinking"), m_theme.faint, u"font-style:italic"_s));
        return addText(utf8(part.text), id, m_theme.secondary);
    case Is::Image:
        return addImage(part);
    case Is::ToolCall:
    case Is::ToolResult: {
        const bool isCall = part.is == Is::ToolCall;
        const QString title = isCall         ? Tr::tr("calls %1").arg(utf8(part.name))
                              : part.isError ? Tr::tr("■ the tool failed")
                                             : Tr::tr("result %1").arg(utf8(part.name));
        m_html +=
            u"<table width=\"100%\" cellspacing=\"0\" cellpadding=\"0\" style=\"margin:3px 0\"><tr>"
            u"<td bgcolor=\"%1\" style=\"padding:4px 8px 5px 8px\"><p style=\"margin:0 0 2px 0\">"
            u"<span style=\"font-weight:600;color:%2\">%3</span> &nbsp; %4</p>"_s.arg(
                m_theme.ground.name(),
                (part.isError ? m_theme.bad : roleColor(ModelRole::Tool)).name(),
                title.trimmed().toHtmlEscaped(),
                styled(utf8(part.id).toHtmlEscaped(), m_theme.faint));
        addTree(part.text, id);
        m_html += u"</td></tr></table>"_s;
        return;
    }
    case Is::Data:
        return addTree(part.text, id);
    }
}

void TranscriptPage::addMessage(const ModelMessage& message, const QString& id, const QString& mark,
                                const QColor& markColor, bool isDropped)
{
    if (m_blocks == kMostBlocks || m_room <= 0) {
        ++m_left;
        return;
    }
    ++m_blocks;
    QString title = roleText(message.role);
    if (!message.name.empty())
        title += u" · "_s + utf8(message.name);
    beginBlock(isDropped ? m_theme.faint : roleColor(message.role), title, mark, markColor);
    for (std::size_t i = 0; i < message.parts.size(); ++i)
        addPart(message.parts[i], u"%1.%2"_s.arg(id).arg(i),
                isDropped ? m_theme.faint : m_theme.text);
    if (message.parts.empty())
        addText(Tr::tr("(nothing)"), id, m_theme.faint);
    endBlock();
}

void TranscriptPage::addChanged(const PromptEdit& edit, const ModelMessage& message)
{
    beginBlock(roleColor(message.role), roleText(message.role),
               Tr::tr("~ changed since the call before"), m_theme.warning);
    const QString font = QFontInfo(m_theme.numberFont()).family();
    for (const LineEdit& line : edit.lines) {
        const bool isSame = line.is == Edit::Is::Same;
        const bool isAdded = line.is == Edit::Is::Added;
        const QColor color = isSame ? m_theme.secondary : isAdded ? m_theme.good : m_theme.bad;
        const QColor ground = isSame ? m_theme.plate : mixed(m_theme.plate, color, 0.14);
        m_html +=
            u"<p style=\"margin:0;background-color:%1\"><span style=\"font-family:'%2';"
            u"color:%3\">%4&nbsp;</span>%5</p>"_s.arg(
                ground.name(), font, color.name(),
                isSame    ? u"&nbsp;"_s
                : isAdded ? u"+"_s
                          : u"−"_s,
                styled(escapedLines(utf8(line.text)), isSame ? m_theme.secondary : m_theme.text));
    }
    endBlock();
}

void TranscriptPage::addFold(std::size_t from, std::size_t to)
{
    const auto& before = m_transcript.calls[static_cast<std::size_t>(m_call.previous)];
    const QString id = u"same%1"_s.arg(from);
    if (m_look.isUnfolded || m_look.unfolded.contains(id)) {
        for (std::size_t i = from; i < to; ++i)
            addMessage(m_call.call.prompt[i], u"p%1"_s.arg(i), Tr::tr("as before"), m_theme.faint);
        return;
    }
    m_html +=
        u"<p style=\"margin:4px 0 10px 13px\"><a href=\"expand:%1\" style=\"text-decoration:none;color:%2\">%3</a></p>"_s
            .arg(id, m_theme.interaction.name(),
                 (to - from == 1
                      ? Tr::tr("▸ 1 message as in message %1")
                      : Tr::tr("▸ %2 messages as in message %1")
                            .arg(u"%1"_s, numberText(static_cast<std::int64_t>(to - from))))
                     .arg(numberText(before.first())));
}

void TranscriptPage::addPrompt()
{
    const auto& prompt = m_call.call.prompt;
    if (m_call.previous < 0 || !m_look.onlyNew) {
        for (std::size_t i = 0; i < prompt.size(); ++i)
            addMessage(prompt[i], u"p%1"_s.arg(i));
        return;
    }
    const auto& before = m_transcript.calls[static_cast<std::size_t>(m_call.previous)];
    std::size_t foldFrom = 0;
    std::size_t foldTo = 0;
    const auto closeFold = [&] {
        if (foldTo > foldFrom)
            addFold(foldFrom, foldTo);
        foldFrom = foldTo = 0;
    };
    for (const PromptEdit& edit : m_call.edits) {
        if (edit.is == PromptEdit::Is::Same) {
            if (foldTo == foldFrom)
                foldFrom = edit.after;
            foldTo = edit.after + 1;
            continue;
        }
        closeFold();
        if (edit.is == PromptEdit::Is::Added)
            addMessage(prompt[edit.after], u"p%1"_s.arg(edit.after), Tr::tr("+ new"), m_theme.good);
        else if (edit.is == PromptEdit::Is::Dropped)
            addMessage(before.call.prompt[edit.before], u"d%1"_s.arg(edit.before),
                       Tr::tr("− no longer said"), m_theme.bad, true);
        else
            addChanged(edit, prompt[edit.after]);
    }
    closeFold();
}

void TranscriptPage::addAnswer()
{
    const ModelCall& call = m_call.call;
    if (!call.prompt.empty())
        m_html += u"<p style=\"margin:6px 0 4px 2px\">%1</p>"_s.arg(
            styled(call.answer.empty() && call.error.empty() ? QString() : Tr::tr("Answer"),
                   m_theme.faint));
    for (std::size_t i = 0; i < call.answer.size(); ++i)
        addMessage(call.answer[i], u"a%1"_s.arg(i));
    if (!call.error.empty()) {
        beginBlock(m_theme.bad, Tr::tr("■ The call failed"), {}, {});
        addText(utf8(call.error), u"error"_s, m_theme.text);
        endBlock();
    }
}

} // namespace murmur
