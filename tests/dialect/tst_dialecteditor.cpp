// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The editor of dialects and the bar that asks, as people use them.

#include "dialect/units.h"
#include "views/base/theme.h"
#include "views/dialect/coveragefigures.h"
#include "views/dialect/dialectbar.h"
#include "views/dialect/dialecteditor.h"
#include "views/dialect/dialecttext.h"
#include "views/dialect/fieldsmodel.h"
#include "views/dialect/fieldstable.h"
#include "views/dialect/matchview.h"
#include "views/dialect/previewmodel.h"

#include <QAction>
#include <QComboBox>
#include <QDropEvent>
#include <QFile>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

class TestDialectEditor : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<DialectEditor> m_editor;

    [[nodiscard]] QString cell(int row, DialectPreview::Column column) const
    {
        return m_editor->preview()->index(row, column).data().toString();
    }
    void type(const QString& json)
    {
        m_editor->text()->selectAll();
        m_editor->text()->insertPlainText(json);
        QTRY_VERIFY(m_editor->isSettled());
    }
    [[nodiscard]] QString write(const QString& name, const QByteArray& json) const
    {
        QFile file(m_dir->filePath(name));
        if (file.open(QFile::WriteOnly))
            file.write(json);
        return file.fileName();
    }
    static QAction* actionOf(QMenu* menu, const QString& text)
    {
        Q_EMIT menu->aboutToShow();
        for (QAction* action : menu->actions()) {
            if (action->text().contains(text))
                return action;
        }
        return nullptr;
    }

private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_editor = std::make_unique<DialectEditor>(m_dir->path());
        m_editor->setSample(unitsTalking());
        m_editor->setConnection(1);
        m_editor->show();
        QTRY_VERIFY(m_editor->isSettled());
    }
    void cleanup()
    {
        m_editor.reset();
        m_dir.reset();
    }

    void whatIsTypedIsSeenAtOnce()
    {
        QCOMPARE(cell(0, DialectPreview::Sender), u"—"_s);
        type(uR"({"version": 1, "name": "units", "fields": {"sender": "body.unit"}})"_s);
        QTRY_COMPARE(cell(0, DialectPreview::Sender), u"unit-0"_s);
        QVERIFY2(m_editor->figures()->asText().startsWith(u"100 % have a sender, 0 % now"_s),
                 qPrintable(m_editor->figures()->asText()));
        QVERIFY(m_editor->dialect() != nullptr);
        // The bit of the message that it is read from.
        QTRY_VERIFY(m_editor->match()->marked().contains(u"unit-0"_s));
        QVERIFY(m_editor->match()->toPlainText().contains(u"from = unit-0   ← body>unit"_s));
        m_editor->previewTable()->setFocus();
        QTest::keyClick(m_editor->previewTable(), Qt::Key_Down);
        QVERIFY(!m_editor->match()->marked().contains(u"unit-0"_s));
    }

    void aMistakeIsToldAtItsPlaceAndCostsNothing()
    {
        type(uR"({"version": 1, "name": "units", "fields": {"sender": "body.unit"}})"_s);
        QTRY_COMPARE(cell(0, DialectPreview::Sender), u"unit-0"_s);
        type(u"{\"version\": 1,\n\"name\": \"units\",\n\"fields\": {\n\"sendr\": \"x\"}}"_s);
        QTRY_COMPARE(m_editor->text()->wrongLine(), 4);
        QVERIFY2(m_editor->note().startsWith(u"Line 4: fields>sendr is no field"_s),
                 qPrintable(m_editor->note()));
        QVERIFY(m_editor->dialect() == nullptr);
        QVERIFY(!m_editor->save());
        QVERIFY(!m_editor->applyButton()->isEnabled());
        QVERIFY(!m_editor->fieldsTable()->isEnabled());
        QCOMPARE(cell(0, DialectPreview::Sender), u"unit-0"_s); // what it made before stays
        m_editor->undo();
        QTRY_COMPARE(m_editor->text()->wrongLine(), 0);
        QVERIFY(m_editor->fieldsTable()->isEnabled());
        QCOMPARE(m_editor->fields()->rowCount(), 1);
    }

    void theFormWritesTheTextAndIsTakenBack()
    {
        m_editor->nameEdit()->selectAll();
        QTest::keyClicks(m_editor->nameEdit(), u"fleet"_s);
        FieldsModel* fields = m_editor->fields();
        fields->add(DialectField::Sender,
                    FieldsModel::proposed(DialectField::Sender, FieldSource::From::Segment));
        QVERIFY(fields->setData(fields->index(0, FieldsModel::What), u"2"_s, Qt::EditRole));
        QTRY_COMPARE(cell(0, DialectPreview::Sender), u"unit-0"_s);
        const QString text = m_editor->text()->toPlainText();
        QVERIFY2(text.contains(u"\"name\": \"fleet\""_s) && text.contains(u"\"segment\": 2"_s),
                 qPrintable(text));
        // Wrong while it is typed: the form stays as it is.
        QVERIFY(fields->setData(fields->index(0, FieldsModel::What), u"0"_s, Qt::EditRole));
        QTRY_VERIFY(m_editor->isSettled());
        QVERIFY(m_editor->text()->wrongLine() > 0);
        QVERIFY(m_editor->fieldsTable()->isEnabled());
        QCOMPARE(fields->index(0, FieldsModel::What).data().toString(), u"0"_s);
        QTest::keyClick(m_editor.get(), Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE(fields->index(0, FieldsModel::What).data().toString(), u"2"_s);
        while (m_editor->isChanged())
            m_editor->undo();
        QTRY_COMPARE(fields->rowCount(), 0);
        m_editor->redo();
        QVERIFY(m_editor->isChanged());
    }

    void proposalsAreAddedFromTheMenu()
    {
        QCOMPARE(m_editor->fieldsTable()->proposals().front(), u"sender ← body.unit 100 %"_s);
        QMenu* menu = m_editor->fieldsTable()->addMenu();
        QAction* unit = actionOf(menu, u"sender from body.unit"_s);
        QVERIFY(unit);
        unit->trigger();
        QTRY_COMPARE(cell(0, DialectPreview::Sender), u"unit-0"_s);
        QAction* verb = actionOf(menu, u"kind from body.verb"_s);
        QVERIFY(verb);
        verb->trigger();
        QTRY_COMPARE(cell(1, DialectPreview::KindColumn), u"reply"_s);
        // What is said is proposed no more; of the other connection nothing was.
        QVERIFY(!m_editor->fieldsTable()->proposals().join(u' ').contains(u"sender"_s));
        // With the keyboard they go again.
        QTableView* table = m_editor->fieldsTable()->table();
        table->setCurrentIndex(table->model()->index(0, 0));
        table->setFocus();
        QTRY_VERIFY(table->hasFocus());
        QTest::keyClick(table, Qt::Key_Delete);
        QTRY_COMPARE(cell(0, DialectPreview::Sender), u"—"_s);
    }

    void itIsSavedWhereItIsFoundByName()
    {
        type(uR"({"version": 1, "name": "units", "fields": {"sender": "body.unit"}})"_s);
        QVERIFY(m_editor->isChanged());
        QSignalSpy saved(m_editor.get(), &DialectEditor::saved);
        QVERIFY(m_editor->save());
        QVERIFY(!m_editor->isChanged());
        QCOMPARE(saved.size(), 1);
        QVERIFY(UserDialects::named(u"units"_s, m_dir->path()).ok());
        QVERIFY(m_editor->save()); // over its own file
        // Never over that of another.
        DialectEditor other(m_dir->path());
        UserDialect same;
        same.name = "units";
        other.setDialect(same);
        QVERIFY(!other.save());
        QVERIFY2(other.note().contains(u"There is a dialect units already"_s),
                 qPrintable(other.note()));
        QVERIFY(other.saveTo(m_dir->filePath(u"elsewhere.dialect.json"_s)));
        QVERIFY(!other.saveTo(m_dir->filePath(u"units.dialect.json/below.dialect.json"_s)));
        QVERIFY2(other.note().contains(u"Save it elsewhere"_s), qPrintable(other.note()));
    }

    void aFileIsDroppedIntoIt()
    {
        const QString path = write(u"dropped.dialect.json"_s,
                                   R"({"version": 1, "fields": {"sender": {"segment": 2}}})");
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, {});
        QCoreApplication::sendEvent(m_editor.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, {});
        QCoreApplication::sendEvent(m_editor.get(), &drop);
        QTRY_COMPARE(cell(0, DialectPreview::Sender), u"unit-0"_s);
        QCOMPARE(m_editor->nameEdit()->text(), u"dropped"_s);
        QVERIFY(!m_editor->isChanged());
        // One that is damaged is shown as it is, at its line.
        m_editor->openFile(write(u"bad.dialect.json"_s, "{\n\n oops"));
        QCOMPARE(m_editor->text()->wrongLine(), 3);
        QCOMPARE(m_editor->tabs()->currentWidget(), m_editor->text());
        m_editor->openFile(m_dir->filePath(u"missing.dialect.json"_s));
        QVERIFY2(m_editor->note().contains(u"cannot be read"_s), qPrintable(m_editor->note()));
    }

    void whatIsNotSavedIsAskedFor()
    {
        type(uR"({"version": 1, "name": "units"})"_s);
        m_editor->close();
        auto* question = m_editor->findChild<QMessageBox*>();
        QVERIFY(question);
        QVERIFY(m_editor->isVisible());
        QTest::keyClick(question, Qt::Key_Escape);
        QTRY_VERIFY(!m_editor->findChild<QMessageBox*>());
        QVERIFY(m_editor->isVisible());
        bool isClosed = false;
        m_editor->closeThen([&isClosed] { isClosed = true; });
        question = m_editor->findChild<QMessageBox*>();
        QVERIFY(question);
        for (QAbstractButton* button : question->buttons()) {
            if (button->text().contains(u"Save"_s))
                QTest::mouseClick(button, Qt::LeftButton);
        }
        QTRY_VERIFY(isClosed);
        QVERIFY(!m_editor->isVisible());
        QVERIFY(UserDialects::named(u"units"_s, m_dir->path()).ok());
    }

    void templatesAndTargets()
    {
        QAction* parts = actionOf(m_editor->templateMenu(), u"Parts of the topic"_s);
        QVERIFY(parts);
        parts->trigger();
        QTRY_COMPARE(m_editor->nameEdit()->text(), u"topics"_s);
        QCOMPARE(m_editor->fields()->rowCount(), 2);
        QSignalSpy chosen(m_editor.get(), &DialectEditor::targetChosen);
        m_editor->setTargets({u"Profile a: mqtt://hall"_s, u"Profile b: mqtt://yard"_s});
        actionOf(m_editor->targetMenu(), u"Profile b"_s)->trigger();
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen[0][0].toLongLong(), 1);
        QVERIFY(UserDialects::named(u"topics"_s, m_dir->path()).ok()); // it was saved for that
    }

    void withoutMessagesItSaysWhatToDo()
    {
        m_editor->setSample(nullptr);
        QCOMPARE(m_editor->preview()->rowCount(), 0);
        QVERIFY(m_editor->match()->toPlainText().contains(u"Open a recording"_s));
        type(uR"({"version": 1, "name": "units", "fields": {"sender": "body.unit"}})"_s);
        QVERIFY(m_editor->dialect() != nullptr);
        QVERIFY(!m_editor->applyButton()->isEnabled());
    }

    void theBarAsksReadsAndTells()
    {
        QWidget window;
        DialectBar bar(&window);
        QVERIFY(bar.isHidden());
        DialectQuestion question{1, u"hall"_s, 0.03, 440, {}};
        for (const Suggestion& one : suggestionsFor(*unitsTalking())) {
            if (one.connection == 1 && one.field == DialectField::Sender)
                question.senders.push_back(one);
        }
        bar.ask(question);
        QVERIFY(!bar.isHidden());
        QVERIFY2(bar.sentence().contains(u"3 % of the messages of hall name a sender"_s),
                 qPrintable(bar.sentence()));
        QCOMPARE(bar.offered(), (QStringList{u"body.unit 100 %"_s, u"topic segment 2 90 %"_s,
                                             u"the connection"_s, u"Edit…"_s}));
        QSignalSpy placed(&bar, &DialectBar::placeChosen);
        QTest::mouseClick(bar.button(u"topic segment 2 90 %"_s), Qt::LeftButton);
        QCOMPARE(placed.size(), 1);
        QCOMPARE(placed[0][0].toLongLong(), 1);
        bar.showProgress(u"Reading again:"_s, 5000, 10'000);
        QVERIFY(bar.isReading());
        QVERIFY(bar.offered().isEmpty());
        QVERIFY2(bar.sentence().contains(u"of 10"_s), qPrintable(bar.sentence()));
        QSignalSpy cancelled(&bar, &DialectBar::cancelRequested);
        QTest::mouseClick(bar.button(u"Cancel"_s), Qt::LeftButton);
        QCOMPARE(cancelled.size(), 1);
        bar.say(u"Done."_s, {u"Undo"_s});
        QVERIFY(!bar.isReading());
        QSignalSpy chosen(&bar, &DialectBar::chosen);
        QTest::mouseClick(bar.button(u"Undo"_s), Qt::LeftButton);
        QCOMPARE(chosen.size(), 1);
    }

    void sharesAreNeverRoundedToAll()
    {
        QCOMPARE(coverageText(1), u"100 %"_s);
        QCOMPARE(coverageText(0.9999), u"99 %"_s);
        QCOMPARE(coverageText(0.97), u"97 %"_s);
        QCOMPARE(coverageText(0.0004), u"0.1 %"_s);
        QCOMPARE(coverageText(0), u"0 %"_s);
    }
};

QTEST_MAIN(TestDialectEditor)
#include "tst_dialecteditor.moc"
