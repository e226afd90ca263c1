// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/suggestion.h"
#include "views/base/latestjob.h"
#include "views/dialect/dialectpreview.h"

#include <QDialog>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

class QComboBox;
class QLabel;
class QLineEdit;
class QMenu;
class QPushButton;
class QTableView;
class QTabWidget;
class QToolButton;

namespace murmur {

class CoverageFigures;
class DialectText;
class FieldsModel;
class FieldsTable;
class MatchView;
class PreviewModel;

/// Where a dialect of a person is written: as a form or as its text, with what it makes of recorded
/// messages beside it. The text is what counts; the form writes into it. Keeps files; everything
/// else it asks for.
class DialectEditor : public QDialog
{
    Q_OBJECT
public:
    /// `directory`: where dialects are found by name.
    explicit DialectEditor(QString directory, QWidget* parent = nullptr);
    ~DialectEditor() override;

    /// The messages to try it on, and what is proposed for them; null: there are none.
    void setSample(std::shared_ptr<const MessageSample> sample);
    /// Whose messages are shown, and which are read again by "apply"; nothing: all.
    void setConnection(std::optional<std::uint32_t> connection);
    [[nodiscard]] std::optional<std::uint32_t> connection() const;
    /// Where it can hold from now on: what people read, in their order.
    void setTargets(const QStringList& targets);
    /// What applying does now; an empty text: it cannot be done.
    void setApply(const QString& text, const QString& tip);

    /// Begins anew, as if it had been typed: it can be taken back.
    void setDialect(const UserDialect& dialect);
    /// What there is to begin with: it need not be kept.
    void begin(const UserDialect& dialect);
    /// The same from a file; what is wrong with it is told at its place.
    void openFile(const QString& path);
    /// Nothing while its text is wrong.
    [[nodiscard]] std::shared_ptr<const UserDialect> dialect() const;
    [[nodiscard]] QString path() const { return m_path; }
    [[nodiscard]] bool isChanged() const;
    /// One sentence for the person, below the text.
    void say(const QString& sentence, bool isBad = false);

    /// Where it came from, else where it is found by its name.
    bool save();
    /// Where it is found by its name.
    bool saveByName();
    bool saveTo(const QString& path);
    void askWhereToSave();
    void undo();
    void redo();
    /// Calls `then` once what was changed is saved or given up; asks when it is neither.
    void whenKept(std::function<void()> then);
    /// Closes it so, and calls `then`.
    void closeThen(std::function<void()> then);

    [[nodiscard]] DialectText* text() const { return m_text; }
    [[nodiscard]] FieldsModel* fields() const { return m_fields; }
    [[nodiscard]] FieldsTable* fieldsTable() const { return m_fieldsTable; }
    [[nodiscard]] PreviewModel* preview() const { return m_preview; }
    [[nodiscard]] QTableView* previewTable() const { return m_previewTable; }
    [[nodiscard]] CoverageFigures* figures() const { return m_figures; }
    [[nodiscard]] MatchView* match() const { return m_match; }
    [[nodiscard]] QTabWidget* tabs() const { return m_tabs; }
    [[nodiscard]] QString note() const;
    [[nodiscard]] QPushButton* applyButton() const { return m_apply; }
    [[nodiscard]] QMenu* targetMenu() const { return m_targets; }
    [[nodiscard]] QMenu* templateMenu() const { return m_templates; }
    [[nodiscard]] QLineEdit* nameEdit() const { return m_name; }
    /// What was typed is shown.
    [[nodiscard]] bool isSettled() const { return !m_pause.isActive() && !m_read.isBusy(); }

    void reject() override;

Q_SIGNALS:
    void applyRequested();
    /// It was saved and shall hold from now on there.
    void targetChosen(qsizetype target);
    void saved(const QString& path);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;

private:
    void build();
    [[nodiscard]] QWidget* buildHead();
    [[nodiscard]] QWidget* buildLeft();
    [[nodiscard]] QWidget* buildRight();
    [[nodiscard]] QWidget* buildButtons();
    void addShortcuts();
    void fillTemplates();
    void fillOpen();
    void askWhatToOpen();
    /// The text has changed: is it a dialect, and what does it make of the messages?
    void look();
    void showForm();
    void readForm();
    void preview(bool isNew);
    void showSuggestions();
    void showMatch();
    void updateButtons();
    void writeText(const UserDialect& dialect);
    const QString m_directory;
    QString m_path;
    std::string m_saved; ///< the text when it was saved or begun
    std::shared_ptr<const MessageSample> m_sample;
    std::vector<Suggestion> m_suggestions;
    std::shared_ptr<const UserDialect> m_dialect; ///< the last that was right
    bool m_isRight = false;
    bool m_isByForm = false; ///< the text is what the form wrote
    bool m_isShowing = false;
    bool m_isWriting = false;
    bool m_isClosing = false;
    QTimer m_pause;
    LatestJob m_read;

    QLineEdit* m_name = nullptr;
    QLineEdit* m_topics = nullptr;
    QLineEdit* m_description = nullptr;
    QComboBox* m_base = nullptr;
    QTabWidget* m_tabs = nullptr;
    QWidget* m_form = nullptr;
    QLabel* m_formNote = nullptr;
    FieldsModel* m_fields = nullptr;
    FieldsTable* m_fieldsTable = nullptr;
    DialectText* m_text = nullptr;
    QLabel* m_note = nullptr;
    QToolButton* m_toProblem = nullptr;
    QComboBox* m_connections = nullptr;
    CoverageFigures* m_figures = nullptr;
    QLabel* m_sampled = nullptr;
    PreviewModel* m_preview = nullptr;
    QTableView* m_previewTable = nullptr;
    MatchView* m_match = nullptr;
    QMenu* m_templates = nullptr;
    QMenu* m_open = nullptr;
    QMenu* m_targets = nullptr;
    QToolButton* m_fromNowOn = nullptr;
    QPushButton* m_save = nullptr;
    QPushButton* m_apply = nullptr;
};

} // namespace murmur
