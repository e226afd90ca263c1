// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/latestjob.h"

#include "causality/clocks.h"
#include "session/cells.h"
#include "session/session.h"

#include <QAbstractTableModel>
#include <QCache>
#include <QColor>
#include <QFont>
#include <QHash>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace murmur {

/// The messages of a session as rows: all of them, or those that a search has found. Rows are
/// virtual: only pages near those that are looked at are held, fetched as they come into view, and
/// what is not there yet shows "…". Costs nothing per row, so a hundred million are as cheap as
/// ten.
class MessageModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Role { IsBookmarkedRole = Qt::UserRole + 1 };
    enum Column {
        Time,
        Delta,
        KindWord,
        From,
        To,
        Topic,
        Latency,
        Payload,
        Number,
        Type,
        Sent,
        Connection,
        Size,
        FlagWords,
        Aligned, ///< when it was sent, by our clock
        ColumnCount
    };
    using Fetch = std::function<QFuture<Result<std::vector<MessageRow>>>(RowRequest)>;
    using CellFetch = std::function<QFuture<Result<std::vector<CellRow>>>(CellRequest)>;

    explicit MessageModel(QObject* parent = nullptr);
    ~MessageModel() override;

    /// A new session, of which the messages first … last are shown; without `fetch` the model is
    /// empty.
    void open(Fetch fetch, std::shared_ptr<const Dictionaries> names, Seq last, Seq first = 1);
    /// What answers for the columns that a person has added; stays until it is replaced.
    void setCellFetch(CellFetch fetch);
    /// A column behind the others for a field; false when there is one.
    bool addColumn(const MessageField& field);
    void removeColumn(int column);
    [[nodiscard]] const std::vector<MessageField>& added() const { return m_added; }
    /// The field of the language of filters that a column shows; empty: none.
    [[nodiscard]] QString fieldOf(int column) const;
    /// The filter that exactly the messages with the value of this cell pass; empty: none, or the
    /// value is not here yet.
    [[nodiscard]] QString conditionOf(int row, int column) const;

    /// More messages. Rows appear unless matches are shown. False when there are no more than
    /// before.
    bool grow(Seq last);
    /// A ring has let go of what lies before `first`: those rows disappear.
    void letGo(Seq first);
    /// From now on only matches are shown, none to begin with.
    void showMatches();
    void appendMatches(std::span<const Seq> seqs); ///< ascending, above those already there
    void showAll();
    /// From now on all are shown, and those that are no matches in faint letters; none is one to
    /// begin with, and what lies behind `through` is not known.
    void dimOthers();
    void setLookedAt(Seq through);
    [[nodiscard]] bool isDimmed(Seq seq) const;
    [[nodiscard]] std::int64_t matchCount() const
    {
        return static_cast<std::int64_t>(m_matches.size());
    }
    /// The next (+1) or previous (-1) match from `seq` on; 0: none that is known.
    [[nodiscard]] Seq matchFrom(Seq seq, int direction) const;
    [[nodiscard]] bool showsMatches() const { return m_showsMatches; }

    /// The rows in view: their pages are fetched first, their neighbours next, others not at all.
    void setVisible(int first, int last);
    void setSlo(nanoseconds slo);
    void setHidesPayloads(bool hides);
    /// By which `Aligned` is told; null: not known.
    void setClocks(ClocksPtr clocks);
    void applyTheme();

    /// Messages that people have bookmarked, ascending.
    void setBookmarked(std::vector<Seq> seqs);
    [[nodiscard]] Seq seqAt(int row) const; ///< 0: no such row
    /// The row of a message, or of the next one that is shown; -1 when there is none.
    [[nodiscard]] int rowOf(Seq seq) const;
    [[nodiscard]] const MessageRow* message(int row) const; ///< null while not fetched
    [[nodiscard]] const Dictionaries* names() const { return m_names.get(); }
    [[nodiscard]] QString text(const MessageRow& row, Column column,
                               std::optional<TimePoint> before = {}) const;
    [[nodiscard]] bool isSettled() const { return !m_job.isBusy() && !m_cellJob.isBusy(); }
    [[nodiscard]] int cachedRows() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

Q_SIGNALS:
    void fetchFailed(const QString& sentence);

private:
    static constexpr int kPageRows = 256;
    struct Page
    {
        std::vector<MessageRow> rows;    // seq 0: not there
        std::optional<TimePoint> before; // time of the row above the first
        int asked = 0;
        std::vector<std::vector<QString>> cells; // of the added columns, by row
        quint64 cellsRevision = 0;               // of the columns that `cells` is of
    };

    [[nodiscard]] int total() const;
    [[nodiscard]] int rowsUpTo(Seq last) const;
    [[nodiscard]] int pageOf(int row) const;
    [[nodiscard]] int firstRowOf(int page) const; ///< negative when some of its rows are gone
    [[nodiscard]] int rowsOf(int page) const;
    [[nodiscard]] std::vector<int> wantedPages() const;
    void fetchNext();
    void store(int page, int asked, const Result<std::vector<MessageRow>>& answer);
    void forget();
    void fetchCells();
    void storeCells(int page, const Result<std::vector<CellRow>>& answer);
    [[nodiscard]] QVariant addedData(const QModelIndex& index, int role) const;
    [[nodiscard]] QString addedText(int row, int column) const;
    void tellColours();
    [[nodiscard]] static QColor dimmedColour();
    [[nodiscard]] QVariant foreground(const MessageRow& row, Column column) const;
    [[nodiscard]] QString toolTip(const MessageRow& row, Column column) const;
    [[nodiscard]] std::optional<AlignedTime> alignedTime(const MessageRow& row) const;
    [[nodiscard]] QString agentName(AgentId agent) const;
    [[nodiscard]] QString audienceName(AudienceId audience) const;

    Fetch m_fetch;
    std::shared_ptr<const Dictionaries> m_names;
    ClocksPtr m_clocks;
    Seq m_first = 1;
    std::int64_t m_gone = 0; // rows let go since the last reset: pages are counted with them
    Seq m_last = 0;
    bool m_showsMatches = false;
    bool m_dimsOthers = false; // then matches are shown among the others
    Seq m_lookedAt = 0;
    std::vector<Seq> m_matches;
    QCache<int, Page> m_pages;
    int m_visibleFirst = 0;
    int m_visibleLast = -1;
    int m_pageUnderWay = -1;
    int m_failedPage = -1;
    LatestJob m_job;
    std::vector<MessageField> m_added;
    quint64 m_addedRevision = 0;
    int m_cellsUnderWay = -1; ///< page
    CellFetch m_cellFetch;
    LatestJob m_cellJob;
    nanoseconds m_slo{0};
    bool m_hidesPayloads = false;
    std::vector<Seq> m_bookmarked;
    QFont m_font;
    QFont m_numberFont;
    // Looking a name up takes a lock and makes a string; a frame needs a hundred of them.
    mutable QHash<quint32, QString> m_agentNames;
    mutable QHash<quint32, QString> m_audienceNames;
    mutable std::uint64_t m_labelRevision = 0;
};

/// One line of text of a payload: control characters become spaces, bytes that are no text hex.
QString previewText(const QByteArray& payload);

} // namespace murmur
