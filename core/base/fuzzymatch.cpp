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

/// Puts the letters of `word` from `i` on, each right behind the one before or at the beginning of
/// a later word.
bool place(QStringView word, QStringView text, qsizetype i, Found& found)
{
    if (i == word.size())
        return true;
    const qsizetype after = found.places.empty() ? 0 : found.places.back() + 1;
    for (qsizetype at = text.indexOf(word[i], after, Qt::CaseInsensitive); at >= 0;
         at = text.indexOf(word[i], at + 1, Qt::CaseInsensitive)) {
        const bool follows = i > 0 && at == after;
        if (!follows && !beginsWord(text, at))
            continue;
        const int score = kLetter + (follows ? kFollows : kBegins) + (at == 0 ? kFirst : 0);
        found.places.push_back(at);
        found.score += score;
        if (place(word, text, i + 1, found))
            return true;
        found.places.pop_back();
        found.score -= score;
    }
    return false;
}

/// The letters of one word: as one piece, the best place of it; else one by one.
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
    // Letters that stand anywhere mean nothing: each begins a word or follows the one before.
    Found found;
    return place(word, text, 0, found) ? std::optional(std::move(found)) : std::nullopt;
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
