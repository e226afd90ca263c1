// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/nats/natswire.h"

#include "bus/nats/natssubject.h"

#include <algorithm>
#include <array>
#include <charconv>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qsizetype kMaxLine = 256 << 10; // the greeting of a large cluster is long
constexpr qsizetype kMaxMessage = 64 << 20;
// A server cuts whoever sends a longer line; subject, reply and sizes share it.
constexpr qsizetype kMaxSubject = 3500;
constexpr char kHeaderVersion[] = "NATS/1.0";

std::string_view textOf(QByteArrayView bytes)
{
    return {bytes.data(), static_cast<std::size_t>(bytes.size())};
}

bool sizeFrom(QByteArrayView text, qsizetype& size)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    return !text.isEmpty() && error == std::errc() && end == text.data() + text.size() &&
           size >= 0 && size <= kMaxMessage;
}

QByteArrayView trimmedFront(QByteArrayView text)
{
    while (!text.isEmpty() && (text.front() == ' ' || text.front() == '\t'))
        text = text.sliced(1);
    return text;
}

/// The next word behind spaces; empty at the end.
QByteArrayView takeWord(QByteArrayView& line)
{
    line = trimmedFront(line);
    qsizetype size = 0;
    while (size < line.size() && line[size] != ' ' && line[size] != '\t')
        ++size;
    const QByteArrayView word = line.first(size);
    line = line.sliced(size);
    return word;
}

} // namespace

QString natsFlaw(QByteArrayView subject, const HeaderList& headers)
{
    const std::string_view text = textOf(subject);
    const bool isPattern = !isNatsPattern(text) || text == "*" || text == ">" ||
                           text.ends_with(".*") || text.ends_with(".>") || text.starts_with("*.") ||
                           text.find(".*.") != std::string_view::npos;
    if (isPattern) {
        return u"“%1” is no subject that something can be sent to: words divided by dots, without "
               "spaces and wildcards"_s.arg(
                   QString::fromUtf8(subject.first(std::min(subject.size(), qsizetype(80)))));
    }
    if (subject.size() > kMaxSubject)
        return u"its subject is longer than %1 bytes"_s.arg(kMaxSubject);
    for (const auto& [name, value] : headers) {
        const bool isBad = name.empty() || name.find_first_of(":\r\n") != std::string::npos ||
                           value.find_first_of("\r\n") != std::string::npos;
        if (isBad) {
            return u"NATS cannot carry its header “%1”: a name is not empty and has no colon, and "
                   "neither name nor value has a line break"_s.arg(
                       QString::fromStdString(name).simplified());
        }
    }
    return {};
}

QByteArray natsPublication(QByteArrayView subject, QByteArrayView reply, const HeaderList& headers,
                           QByteArrayView payload)
{
    QByteArray block;
    if (!headers.empty()) {
        block = QByteArray(kHeaderVersion) + "\r\n";
        for (const auto& [name, value] : headers) {
            block.append(name.data(), static_cast<qsizetype>(name.size()));
            block += ": ";
            block.append(value.data(), static_cast<qsizetype>(value.size()));
            block += "\r\n";
        }
        block += "\r\n";
    }
    QByteArray out;
    out.reserve(subject.size() + reply.size() + block.size() + payload.size() + 64);
    out += block.isEmpty() ? "PUB " : "HPUB ";
    out += subject;
    out += ' ';
    if (!reply.isEmpty()) {
        out += reply;
        out += ' ';
    }
    if (!block.isEmpty())
        out += QByteArray::number(block.size()) + ' ';
    out += QByteArray::number(block.size() + payload.size()) + "\r\n";
    out += block;
    out += payload;
    out += "\r\n";
    return out;
}

HeaderList natsHeadersFrom(QByteArrayView block)
{
    HeaderList headers;
    bool isFirst = true;
    while (!block.isEmpty()) {
        qsizetype end = block.indexOf("\r\n");
        QByteArrayView line = block.first(end < 0 ? block.size() : end);
        block = block.sliced(end < 0 ? block.size() : end + 2);
        if (std::exchange(isFirst, false)) {
            takeWord(line);
            if (const QByteArrayView status = takeWord(line); !status.isEmpty())
                headers.emplace_back("Status", textOf(status));
            if (line = trimmedFront(line); !line.isEmpty())
                headers.emplace_back("Description", textOf(line));
            continue;
        }
        const qsizetype colon = line.indexOf(':');
        if (colon > 0) {
            headers.emplace_back(textOf(line.first(colon)),
                                 textOf(trimmedFront(line.sliced(colon + 1))));
        }
    }
    return headers;
}

void NatsReader::append(const QByteArray& bytes)
{
    m_bytes.remove(0, m_at);
    m_bytes += bytes;
    m_at = 0;
}

NatsReader::Found NatsReader::next(NatsFrame& frame)
{
    const QByteArrayView rest = QByteArrayView(m_bytes).sliced(m_at);
    const qsizetype end = rest.indexOf('\n');
    if (end < 0)
        return rest.size() > kMaxLine ? Found::Broken : Found::More;
    if (end > kMaxLine)
        return Found::Broken;
    return readLine(rest.first(end > 0 && rest[end - 1] == '\r' ? end - 1 : end), frame);
}

NatsReader::Found NatsReader::readLine(QByteArrayView line, NatsFrame& frame)
{
    struct Verb
    {
        QByteArrayView word;
        NatsFrame::What what;
    };
    static constexpr std::array verbs{
        Verb{"+OK", NatsFrame::What::Ok},      Verb{"-ERR", NatsFrame::What::Error},
        Verb{"PING", NatsFrame::What::Ping},   Verb{"PONG", NatsFrame::What::Pong},
        Verb{"INFO", NatsFrame::What::Info},   Verb{"MSG", NatsFrame::What::Message},
        Verb{"HMSG", NatsFrame::What::Message}};
    QByteArrayView text = line;
    const QByteArrayView word = takeWord(text);
    const auto verb = std::ranges::find(verbs, word, &Verb::word);
    if (verb == verbs.end())
        return Found::Broken;
    frame = NatsFrame();
    frame.what = verb->what;
    if (frame.what == NatsFrame::What::Message)
        return readMessage(text, word.startsWith('H'), frame);
    frame.text = trimmedFront(text);
    m_at = m_bytes.indexOf('\n', m_at) + 1;
    return Found::Frame;
}

NatsReader::Found NatsReader::readMessage(QByteArrayView line, bool hasHeaders, NatsFrame& frame)
{
    std::array<QByteArrayView, 6> words;
    std::size_t count = 0;
    while (count < words.size() && !(words[count] = takeWord(line)).isEmpty())
        ++count;
    const std::size_t sizes = hasHeaders ? 2 : 1;
    if (count != sizes + 2 && count != sizes + 3)
        return Found::Broken;
    qsizetype total = 0;
    qsizetype inHeaders = 0;
    if (!sizeFrom(words[count - 1], total) ||
        (hasHeaders && !sizeFrom(words[count - 2], inHeaders)) || inHeaders > total)
        return Found::Broken;
    const qsizetype begin = m_bytes.indexOf('\n', m_at) + 1;
    if (m_bytes.size() - begin < total + 2) {
        m_bytes.reserve(begin + total + 2); // one growth, not many
        return Found::More;
    }
    const QByteArrayView body = QByteArrayView(m_bytes).sliced(begin, total);
    if (QByteArrayView(m_bytes).sliced(begin + total, 2) != QByteArrayView("\r\n"))
        return Found::Broken;
    frame.subject = words[0];
    frame.reply = count == sizes + 3 ? words[2] : QByteArrayView();
    frame.headers = body.first(inHeaders);
    frame.payload = body.sliced(inHeaders);
    m_at = begin + total + 2;
    return Found::Frame;
}

} // namespace murmur
