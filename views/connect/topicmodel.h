// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/surveyedtopic.h"
#include "session/topicpick.h"

#include <QAbstractItemModel>

#include <map>
#include <vector>

namespace murmur {

/// The topics that a survey found, with a box to choose each. Topics that begin alike are children
/// of one row, which chooses all of them.
class TopicModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column { Topic, Rate, Bandwidth, Size, Traffic, Form, Note, ColumnCount };
    /// What a column is sorted by; what the filter looks at (of Topic).
    static constexpr int kSortRole = Qt::UserRole + 41;
    static constexpr int kTextRole = Qt::UserRole + 42;

    explicit TopicModel(QObject* parent = nullptr);

    /// What is known now. Choices of the person stay; a topic that is new, or was not touched, is
    /// chosen unless it is large and binary, or the bus's own.
    void setTopics(std::vector<SurveyedTopic> topics);
    [[nodiscard]] const std::vector<SurveyedTopic>& topics() const { return m_topics; }
    [[nodiscard]] std::vector<TopicWish> wishes() const;
    /// Of the topics that `index` stands for.
    void choose(const QModelIndex& index, bool isChosen);

    struct Sum
    {
        int topics = 0;
        double perSecond = 0;
        double bytesPerSecond = 0;
        bool isLeast = false; ///< of some topics nothing is known
    };
    [[nodiscard]] Sum sum(bool onlyChosen) const;

    [[nodiscard]] QModelIndex index(int row, int column,
                                    const QModelIndex& parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& index) const override;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;

Q_SIGNALS:
    void choiceChanged();

private:
    struct Top
    {
        QString name;          ///< "agents."; of a topic alone empty
        std::vector<int> rows; ///< of m_topics
    };
    [[nodiscard]] const std::vector<int>& rowsOf(const QModelIndex& index,
                                                 std::vector<int>& one) const;
    [[nodiscard]] bool isGroup(const QModelIndex& index) const;
    [[nodiscard]] bool isChosen(int row) const;
    [[nodiscard]] SurveyedTopic totalOf(const std::vector<int>& rows) const;
    [[nodiscard]] QString textOf(const SurveyedTopic& topic, int column) const;
    [[nodiscard]] static QVariant sortedBy(const SurveyedTopic& topic, int column);
    void arrange();

    std::vector<SurveyedTopic> m_topics; ///< by name
    std::vector<Top> m_tops;
    std::map<std::pair<QString, QString>, bool> m_said; ///< by the person: (item, topic)
};

} // namespace murmur
