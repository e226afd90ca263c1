// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QString>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace murmur {

struct Interpretation;
struct MessageView;

/// What a user dialect can say of a message.
enum class DialectField : std::uint8_t {
    Sender,
    Receivers,
    Kind,
    Type,
    Message,
    Correlation,
    Trace,
    Span,
    ParentSpan,
    Conversation,
    ReplyTo,
    Parents,
    Sequence,
    Time, ///< when the sender says that it sent
    Payload,
    State, ///< an object: its members are what the sender knows
    Site,
    Crew,
    Role,
    Tenant,
};
inline constexpr std::size_t kDialectFieldCount = 20;
/// The name in files: "sender", "msg_id" …
std::string_view dialectFieldName(DialectField field) noexcept;
std::optional<DialectField> dialectFieldFromName(std::string_view name) noexcept;

/// One place from which a field is read.
struct FieldSource
{
    enum class From : std::uint8_t {
        Path,       ///< in JSON, from the top of the message: "payload.agent"
        Header,     ///< name of a header of the bus
        Topic,      ///< a template, "robots/{agent}/{kind}"; `take` names the part
        Segment,    ///< number of a part of the topic: "1" is the first, "-1" the last
        Connection, ///< the name of the connection
        Peer,       ///< the socket, client id or login by which it came
        Raw,        ///< the beginning of the message as text, for `match`
        Text,       ///< this very text
    };
    From from = From::Path;
    std::string what;
    std::string take;
    std::string match; ///< regular expression (RE2); its first group, or all of it, is the value
    std::string split; ///< of receivers and parents: what stands between several
    std::vector<std::pair<std::string, std::string>> map; ///< value → what it means

    /// "payload.agent", "topic segment 2", "header x-agent": for people.
    [[nodiscard]] QString described() const;
    friend bool operator==(const FieldSource&, const FieldSource&) = default;
};

/// How a person says that messages are to be read. A value: parsed from and written to a small JSON
/// file, NAME.dialect.json.
struct UserDialect
{
    /// What stays where the fields below find nothing: the reading of the dialect that the message
    /// speaks ("auto"), of one by name, or nothing ("none").
    std::string base = "auto";
    std::string name;
    std::string description;
    std::vector<std::string> topics; ///< globs where it holds; empty: everywhere
    /// The places of each field in the order in which they are tried.
    std::array<std::vector<FieldSource>, kDialectFieldCount> fields;

    [[nodiscard]] std::vector<FieldSource>& operator[](DialectField field)
    {
        return fields[static_cast<std::size_t>(field)];
    }
    [[nodiscard]] const std::vector<FieldSource>& operator[](DialectField field) const
    {
        return fields[static_cast<std::size_t>(field)];
    }

    /// `where` names the file in errors, which tell the line, what is wrong and what to write.
    /// Errors: WrongUse, NewerFormat.
    static Result<UserDialect> parse(std::string_view json, const QString& where);
    [[nodiscard]] std::string toJson() const;
    /// Whether its places, expressions and base can be used. The error names the field.
    [[nodiscard]] Status validate() const;
    friend bool operator==(const UserDialect&, const UserDialect&) = default;
};

/// A user dialect made ready for reading. Bounded by the size of the message and of the dialect;
/// never throws. One thread.
class UserDialectReader
{
public:
    /// `dialect` is valid (else the fields that are not stay silent).
    explicit UserDialectReader(UserDialect dialect);
    ~UserDialectReader();
    UserDialectReader(const UserDialectReader&) = delete;
    UserDialectReader& operator=(const UserDialectReader&) = delete;

    [[nodiscard]] const UserDialect& dialect() const;
    /// Overwrites in `out`, which holds the reading of the base, what the fields find in `message`.
    void apply(const MessageView& message, Interpretation& out);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

/// The user dialects of this person: a directory of files.
class UserDialects
{
public:
    struct Entry
    {
        QString path;
        QString name;
        std::optional<UserDialect> dialect;
        QString problem; ///< why there is none
    };

    /// MURMURSCOPE_DIALECTS, else a directory beside the profiles.
    static QString usualDirectory();
    /// By name.
    static std::vector<Entry> all(const QString& directory = usualDirectory());
    static Result<UserDialect> fromFile(const QString& path);
    /// NotFound names those that there are.
    static Result<UserDialect> named(const QString& name,
                                     const QString& directory = usualDirectory());
    /// Writes it as NAME.dialect.json, over what is there; gives the path.
    static Result<QString> save(const UserDialect& dialect,
                                const QString& directory = usualDirectory());
    static Status saveAs(const UserDialect& dialect, const QString& path);
};

} // namespace murmur
