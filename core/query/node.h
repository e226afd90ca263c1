// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"
#include "query/filter.h"
#include "query/rowcontext.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace murmur {

/// Everything, as far as times can tell.
inline constexpr TimeRange kAllTime{TimePoint::min(), TimePoint::max()};

/// One byte per row: 1 still in, 0 out.
using Mask = std::vector<std::uint8_t>;

/// A node of a filter's tree. Immutable and shared between threads; what changes while evaluating
/// lives in the RowContext.
class Node
{
public:
    Node() = default;
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    virtual ~Node() = default;

    /// What it takes to judge one row; cheaper conditions are judged first.
    enum class Cost : std::uint8_t {
        Columns, ///< the columns are enough
        Rarely,  ///< the bytes of the few rows whose hash fits
        Bytes,   ///< the bytes of each row
    };
    [[nodiscard]] virtual Cost cost() const { return Cost::Columns; }
    [[nodiscard]] bool needsPayload() const { return cost() != Cost::Columns; }
    /// The ColumnSet that is looked at.
    [[nodiscard]] virtual std::uint32_t columns() const = 0;
    [[nodiscard]] virtual TimeRange bounds() const { return kAllTime; }
    /// As of Filter::idChoice.
    [[nodiscard]] virtual IdChoice idChoice() const { return {}; }
    /// As of Filter::textChoice.
    [[nodiscard]] virtual TextChoice textChoice(const Dictionaries& /*names*/) const { return {}; }
    [[nodiscard]] virtual bool matches(RowContext& context, std::size_t row) const = 0;
    /// Takes the rows that do not match out of `mask`; rows that are out already are not looked at.
    virtual void narrow(RowContext& context, Mask& mask) const;
};
using NodePtr = std::unique_ptr<Node>;

/// All children match. Children that are content with the columns go first, so bytes are fetched
/// only for rows that passed them.
class AndNode final : public Node
{
public:
    explicit AndNode(std::vector<NodePtr> children);
    [[nodiscard]] Cost cost() const override { return m_children.back()->cost(); }
    [[nodiscard]] std::uint32_t columns() const override;
    [[nodiscard]] TimeRange bounds() const override;
    [[nodiscard]] IdChoice idChoice() const override;
    [[nodiscard]] TextChoice textChoice(const Dictionaries& names) const override;
    [[nodiscard]] bool matches(RowContext& context, std::size_t row) const override;
    void narrow(RowContext& context, Mask& mask) const override;

private:
    std::vector<NodePtr> m_children; // by cost
    std::size_t m_firstWithPayload = 0;
};

/// Some child matches, in the same order.
class OrNode final : public Node
{
public:
    explicit OrNode(std::vector<NodePtr> children);
    [[nodiscard]] Cost cost() const override { return m_children.back()->cost(); }
    [[nodiscard]] std::uint32_t columns() const override;
    [[nodiscard]] TimeRange bounds() const override;
    [[nodiscard]] IdChoice idChoice() const override;
    [[nodiscard]] TextChoice textChoice(const Dictionaries& names) const override;
    [[nodiscard]] bool matches(RowContext& context, std::size_t row) const override;
    void narrow(RowContext& context, Mask& mask) const override;

private:
    std::vector<NodePtr> m_children;
    std::size_t m_firstWithPayload = 0;
};

class NotNode final : public Node
{
public:
    explicit NotNode(NodePtr child);
    [[nodiscard]] Cost cost() const override { return m_child->cost(); }
    [[nodiscard]] std::uint32_t columns() const override { return m_child->columns(); }
    [[nodiscard]] bool matches(RowContext& context, std::size_t row) const override;
    void narrow(RowContext& context, Mask& mask) const override;

private:
    NodePtr m_child;
};

} // namespace murmur
