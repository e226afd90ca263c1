// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace murmur {

class SharedView;

/// The sentence that says how to fill an empty pane, laid over its parent. Hidden while the
/// sentence is empty.
class EmptyNote : public QWidget
{
    Q_OBJECT
public:
    explicit EmptyNote(QWidget* parent);

    /// `title` is short and says what is missing; `sentence` says how to get it. An empty title
    /// hides the note.
    void say(const QString& title, const QString& sentence = {});
    /// A button under the sentence; an empty text removes it.
    void offer(const QString& action);
    /// Where the sentence says why nothing comes, the button is what can be done about that.
    void follow(SharedView* shared);
    [[nodiscard]] QString title() const;
    [[nodiscard]] QString sentence() const;

Q_SIGNALS:
    void actionTaken();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void applyTheme();
    void keepReadable();
    void offerRemedy();

    SharedView* m_shared = nullptr;
    QLabel* m_title;
    QLabel* m_sentence;
    QPushButton* m_action;
};

} // namespace murmur
