// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/nats/natskey.h"

#include <QByteArrayList>
#include <QFile>

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <optional>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

// A key in text: base32 of a prefix (a seed: two bytes), 32 bytes and a checksum of two.
constexpr qsizetype kSeedSize = 2 + 32 + 2;
constexpr unsigned char kSeedPrefix = 18 << 3; // "S"
constexpr unsigned char kUserPrefix = 20 << 3; // "U"

std::optional<QByteArray> fromBase32(const QByteArray& text)
{
    QByteArray bytes;
    unsigned int bits = 0;
    int count = 0;
    for (const char c : text) {
        unsigned int value = 0;
        if (c >= 'A' && c <= 'Z')
            value = static_cast<unsigned int>(c - 'A');
        else if (c >= '2' && c <= '7')
            value = static_cast<unsigned int>(c - '2') + 26;
        else
            return std::nullopt;
        bits = (bits << 5 | value) & 0xfff;
        count += 5;
        if (count >= 8) {
            count -= 8;
            bytes.append(static_cast<char>(bits >> count & 0xff));
        }
    }
    return bytes;
}

QByteArray toBase32(const QByteArray& bytes)
{
    static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    QByteArray text;
    unsigned int bits = 0;
    int count = 0;
    for (const char c : bytes) {
        bits = (bits << 8 | static_cast<unsigned char>(c)) & 0xffff;
        count += 8;
        while (count >= 5) {
            count -= 5;
            text.append(kDigits[bits >> count & 31]);
        }
    }
    if (count > 0)
        text.append(kDigits[bits << (5 - count) & 31]);
    return text;
}

unsigned int checksum(const QByteArray& bytes) // CRC-16, polynomial 0x1021, from 0
{
    unsigned int crc = 0;
    for (const char c : bytes) {
        crc ^= static_cast<unsigned int>(static_cast<unsigned char>(c)) << 8;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
        crc &= 0xffff;
    }
    return crc;
}

using PrivateKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

PrivateKey ed25519Key(const QByteArray& seed)
{
    return {EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                         reinterpret_cast<const unsigned char*>(seed.constData()),
                                         static_cast<std::size_t>(seed.size())),
            &EVP_PKEY_free};
}

std::optional<QByteArray> ed25519PublicKey(const QByteArray& seed)
{
    const PrivateKey key = ed25519Key(seed);
    if (!key)
        return std::nullopt;
    std::array<unsigned char, 32> bytes{};
    std::size_t size = bytes.size();
    if (EVP_PKEY_get_raw_public_key(key.get(), bytes.data(), &size) != 1 || size != bytes.size())
        return std::nullopt;
    return QByteArray(reinterpret_cast<const char*>(bytes.data()), qsizetype(size));
}

std::optional<QByteArray> ed25519Signature(const QByteArray& seed, const QByteArray& text)
{
    const PrivateKey key = ed25519Key(seed);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    std::array<unsigned char, 64> bytes{};
    std::size_t size = bytes.size();
    if (!key || !context ||
        EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
        EVP_DigestSign(context.get(), bytes.data(), &size,
                       reinterpret_cast<const unsigned char*>(text.constData()),
                       static_cast<std::size_t>(text.size())) != 1)
        return std::nullopt;
    return QByteArray(reinterpret_cast<const char*>(bytes.data()), qsizetype(size));
}

QByteArray withChecksum(QByteArray bytes)
{
    const unsigned int crc = checksum(bytes);
    bytes.append(static_cast<char>(crc & 0xff));
    bytes.append(static_cast<char>(crc >> 8));
    return bytes;
}

/// The 32 bytes of a user's seed in text ("SU…").
std::optional<QByteArray> secretOf(const QByteArray& seedText)
{
    const auto seed = fromBase32(seedText);
    if (!seed || seed->size() != kSeedSize || withChecksum(seed->chopped(2)) != *seed)
        return std::nullopt;
    const auto first = static_cast<unsigned char>(seed->at(0));
    const auto second = static_cast<unsigned char>(seed->at(1));
    if ((first & 0xf8) != kSeedPrefix || ((first & 7) << 5 | second >> 3) != kUserPrefix)
        return std::nullopt;
    return seed->mid(2, 32);
}

Result<QByteArrayList> linesOf(const QString& what, const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return Error{ErrorCode::Unreadable,
                     u"The %1 file %2 cannot be read: %3."_s.arg(what, path, file.errorString())};
    }
    QByteArrayList lines;
    for (const QByteArray& line : file.read(64 * 1024).split('\n'))
        lines << line.trimmed();
    return lines;
}

QByteArray seedIn(const QByteArrayList& lines)
{
    for (const QByteArray& line : lines) {
        if (line.startsWith("SU"))
            return line;
    }
    return {};
}

Error noSeed(const QString& what, const QString& path)
{
    return {
        ErrorCode::Unreadable,
        u"The %1 file %2 holds no seed of a user: a line that begins with SU."_s.arg(what, path)};
}

Result<QByteArray> signatureOf(const QByteArray& secret, const QByteArray& nonce,
                               const QString& path)
{
    const auto signature = ed25519Signature(secret, nonce);
    if (!signature) {
        return Error{ErrorCode::Unsupported,
                     u"Nothing can be signed with the key in %1 here."_s.arg(path)};
    }
    return signature->toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
}

} // namespace

Result<QByteArray> natsPublicKey(const QString& seedFile)
{
    const auto lines = linesOf(u"nkey"_s, seedFile);
    if (!lines)
        return lines.error();
    for (const QByteArray& text : *lines) {
        if (text.startsWith('U') && text.size() == 56)
            return text;
    }
    const auto secret = secretOf(seedIn(*lines));
    if (!secret)
        return noSeed(u"nkey"_s, seedFile);
    const auto key = ed25519PublicKey(*secret);
    if (!key) {
        return Error{ErrorCode::Unsupported,
                     u"The public key of %1 cannot be computed here; write it into the file, in a "
                     "line behind the seed (“nk -inkey FILE -pubout” prints it)."_s.arg(seedFile)};
    }
    return toBase32(withChecksum(static_cast<char>(kUserPrefix) + *key));
}

Result<NatsProof> natsKeyProof(const QString& seedFile, const QByteArray& nonce)
{
    const auto lines = linesOf(u"nkey"_s, seedFile);
    if (!lines)
        return lines.error();
    const auto secret = secretOf(seedIn(*lines));
    if (!secret)
        return noSeed(u"nkey"_s, seedFile);
    const auto key = natsPublicKey(seedFile);
    if (!key)
        return key.error();
    const auto signature = signatureOf(*secret, nonce, seedFile);
    if (!signature)
        return signature.error();
    return NatsProof{*key, {}, *signature};
}

Result<NatsProof> natsCredsProof(const QString& credsFile, const QByteArray& nonce)
{
    const auto lines = linesOf(u"creds"_s, credsFile);
    if (!lines)
        return lines.error();
    QByteArray jwt;
    for (const QByteArray& line : *lines) {
        // Three parts of base64; its first is the JSON of a head.
        if (jwt.isEmpty() && line.startsWith("ey") && line.count('.') == 2)
            jwt = line;
    }
    if (jwt.isEmpty()) {
        return Error{ErrorCode::Unreadable,
                     u"The creds file %1 holds no JWT of a user."_s.arg(credsFile)};
    }
    const auto secret = secretOf(seedIn(*lines));
    if (!secret)
        return noSeed(u"creds"_s, credsFile);
    const auto signature = signatureOf(*secret, nonce, credsFile);
    if (!signature)
        return signature.error();
    return NatsProof{{}, jwt, *signature};
}

} // namespace murmur
