// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "base/fuzzymatch.h"

#include <algorithm>

namespace murmur {

namespace {

constexpr int kLetter = 1;
constexpr int kPiece = 10;    ///< all letters of a word in one piece
constexpr int kFollows = 6;   ///< right behind the letter before
constexpr int kBegins = 8;    ///< at the beginning of a word
constexpr int kFirst = 6;     ///< at the beginning of the text
constexpr int kWholeWord = 4; ///< the pattern's word is one of the text's
constexpr int kLongest = 400; ///< characters of a text that are looked at

bool beginsWord(QStringView text, qsizetype at)
{
    if (at == 0)
        return true;
    const QChar before = text[at - 1];
    return !before.isLetterOrNumber() || (before.isLower() && text[at].isUpper());
}

struct Found
{
    int score = 0;
    std::vector<qsizetype> places;
};

/// The letters of one word. First as one piece, the best place of it; else one by one, each at the
/// beginning of a word where that leaves room for the rest.
std::optional<Found> find(QStringView word, QStringView text)
{
    std::optional<Found> best;
    for (qsizetype at = text.indexOf(word, 0, Qt::CaseInsensitive); at >= 0;
         at = text.indexOf(word, at + 1, Qt::CaseInsensitive)) {
        Found found;
        found.score = kPiece + static_cast<int>(word.size()) * kLetter +
                      (static_cast<int>(word.size()) - 1) * kFollows;
        if (beginsWord(text, at))
            found.score += kBegins;
        if (at == 0)
            found.score += kFirst;
        const qsizetype end = at + word.size();
        if (beginsWord(text, at) && (end == text.size() || !text[end].isLetterOrNumber()))
            found.score += kWholeWord;
        if (!best || found.score > best->score) {
            for (qsizetype i = 0; i < word.size(); ++i)
                found.places.push_back(at + i);
            best = std::move(found);
        }
    }
    if (best)
        return best;
    Found found;
    qsizetype at = 0;
    for (qsizetype i = 0; i < word.size(); ++i) {
        const QChar letter = word[i];
        const qsizetype next = text.indexOf(letter, at, Qt::CaseInsensitive);
        if (next < 0)
            return std::nullopt;
        qsizetype chosen = next;
        const bool follows = i > 0 && next == at;
        for (qsizetype later = next; !follows && later >= 0;
             later = text.indexOf(letter, later + 1, Qt::CaseInsensitive)) {
            if (!beginsWord(text, later))
                continue;
            // Only where the rest of the letters still come.
            qsizetype rest = later + 1;
            for (qsizetype j = i + 1; j < word.size() && rest > 0; ++j) {
                const qsizetype there = text.indexOf(word[j], rest, Qt::CaseInsensitive);
                rest = there < 0 ? -1 : there + 1;
            }
            if (rest > 0)
                chosen = later;
            break;
        }
        found.score += kLetter;
        if (i > 0 && chosen == found.places.back() + 1)
            found.score += kFollows;
        else if (beginsWord(text, chosen))
            found.score += kBegins;
        if (chosen == 0)
            found.score += kFirst;
        found.places.push_back(chosen);
        at = chosen + 1;
    }
    return found;
}

std::optional<Found> findAll(QStringView pattern, QStringView text)
{
    text = text.left(kLongest);
    Found all;
    for (const QStringView part : pattern.trimmed().split(u' ', Qt::SkipEmptyParts)) {
        auto found = find(part, text);
        if (!found)
            return std::nullopt;
        all.score += found->score;
        all.places.insert(all.places.end(), found->places.begin(), found->places.end());
    }
    std::ranges::sort(all.places);
    all.places.erase(std::unique(all.places.begin(), all.places.end()), all.places.end());
    return all;
}

} // namespace

std::optional<int> fuzzyScore(QStringView pattern, QStringView text)
{
    const auto found = findAll(pattern, text);
    if (!found)
        return std::nullopt;
    return found->score;
}

std::vector<qsizetype> fuzzyPlaces(QStringView pattern, QStringView text)
{
    auto found = findAll(pattern, text);
    return found ? std::move(found->places) : std::vector<qsizetype>();
}

} // namespace murmur
