// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The tables of the editor of dialects.

#include "dialect/units.h"
#include "views/base/theme.h"
#include "views/dialect/dialectpreview.h"
#include "views/dialect/dialecttemplates.h"
#include "views/dialect/fieldsmodel.h"
#include "views/dialect/previewmodel.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

namespace {

using From = FieldSource::From;

FieldSource source(From from, std::string what = {})
{
    return {from, std::move(what), {}, {}, {}, {}};
}

std::shared_ptr<const UserDialect> units()
{
    auto dialect = std::make_shared<UserDialect>();
    dialect->name = "units";
    (*dialect)[DialectField::Sender] = {source(From::Path, "body.unit")};
    (*dialect)[DialectField::Kind] = {source(From::Path, "body.verb")};
    return dialect;
}

QString dump(const FieldsModel& model)
{
    QStringList lines;
    for (int row = 0; row < model.rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < FieldsModel::ColumnCount; ++column)
            cells << model.index(row, column).data().toString();
        while (!cells.isEmpty() && cells.back().isEmpty())
            cells.removeLast();
        lines << cells.join(u'|');
    }
    return lines.join(u'\n');
}

} // namespace

class TestDialectModels : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }

    void placesAreEditedAndWrittenBack()
    {
        FieldsModel model;
        QAbstractItemModelTester tester(&model);
        QSignalSpy edited(&model, &FieldsModel::edited);
        model.setDialect(*units());
        QCOMPARE(dump(model), u"sender|JSON path|body.unit\nkind|JSON path|body.verb"_s);
        QCOMPARE(edited.size(), 0);
        // A second place goes behind the first of its field, and before it by hand.
        QCOMPARE(model.add(DialectField::Sender, source(From::Segment, "2")), 1);
        QCOMPARE(model.move(1, -1), 0);
        QCOMPARE(model.move(0, -1), 0); // no further
        QCOMPARE(model.move(1, 1), 1);  // nor among those of another field
        QVERIFY(model.setData(model.index(2, FieldsModel::Means), u"go = command; x=state;;=y"_s,
                              Qt::EditRole));
        QCOMPARE(dump(model), u"sender|topic segment|2\nsender|JSON path|body.unit\n"
                              "kind|JSON path|body.verb||||go = command; x = state"_s);
        UserDialect written;
        written.name = "units";
        model.writeTo(written);
        QVERIFY(written.validate().ok());
        QCOMPARE(written[DialectField::Sender].front(), source(From::Segment, "2"));
        QCOMPARE(written[DialectField::Kind].front().map.size(), std::size_t(2));
        // A place becomes one of another field, and moves there.
        QVERIFY(model.setData(model.index(0, FieldsModel::FieldColumn),
                              static_cast<int>(DialectField::Site), Qt::EditRole));
        QCOMPARE(dump(model), u"sender|JSON path|body.unit\n"
                              "kind|JSON path|body.verb||||go = command; x = state\n"
                              "site|topic segment|2"_s);
        QVERIFY(model.setData(model.index(2, FieldsModel::FieldColumn),
                              static_cast<int>(DialectField::Receivers), Qt::EditRole));
        QCOMPARE(model.field(1), DialectField::Receivers);
        model.remove(1);
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(edited.size(), 6);
    }

    void whatAPlaceBeginsWithCanBeUsed()
    {
        FieldsModel model;
        QAbstractItemModelTester tester(&model);
        for (std::size_t i = 0; i < kDialectFieldCount; ++i) {
            const auto field = static_cast<DialectField>(i);
            for (const From from : FieldsModel::fromsFor(field)) {
                UserDialect dialect;
                dialect.name = "x";
                dialect[field] = {FieldsModel::proposed(field, from)};
                const auto valid = dialect.validate();
                QVERIFY2(valid.ok(), valid.ok() ? "" : qPrintable(valid.error().message));
                QVERIFY(UserDialect::parse(dialect.toJson(), u"x"_s).ok());
                model.setDialect(dialect);
                QVERIFY(!FieldsModel::fromText(from).isEmpty());
            }
        }
        // What says nothing of such a place cannot be typed into.
        UserDialect peer;
        peer[DialectField::Sender] = {source(From::Peer)};
        model.setDialect(peer);
        QVERIFY(!(model.flags(model.index(0, FieldsModel::What)) & Qt::ItemIsEditable));
        QVERIFY(!(model.flags(model.index(0, FieldsModel::Split)) & Qt::ItemIsEditable));
        QVERIFY(model.flags(model.index(0, FieldsModel::Match)) & Qt::ItemIsEditable);
    }

    void templatesAreDialects()
    {
        QVERIFY(dialectTemplates().size() >= 5);
        for (const DialectTemplate& one : dialectTemplates()) {
            const auto valid = one.dialect.validate();
            QVERIFY2(valid.ok(), valid.ok() ? "" : qPrintable(valid.error().message));
            const auto again = UserDialect::parse(one.dialect.toJson(), one.title);
            QVERIFY(again.ok());
            QVERIFY(*again == one.dialect);
        }
    }

    void aPreviewShowsWhatTheDialectChanges()
    {
        PreviewModel model;
        QAbstractItemModelTester tester(&model);
        const auto sample = unitsTalking();
        const DialectPreview preview = previewOf({sample, units(), 1});
        QCOMPARE(preview.rows.size(), kMostPreviewed);
        QCOMPARE(preview.before.messages, 400);
        QCOMPARE(preview.before.share(DialectField::Sender), 0.0);
        QCOMPARE(preview.after.share(DialectField::Sender), 1.0);
        QCOMPARE(preview.after.share(DialectField::Kind), 1.0);
        model.setRows(preview.rows);
        QCOMPARE(model.rowCount(), static_cast<int>(kMostPreviewed));
        const auto cell = [&model](int row, int column) {
            return model.index(row, column).data().toString();
        };
        QCOMPARE(cell(0, DialectPreview::Sender), u"unit-0"_s);
        QCOMPARE(cell(0, DialectPreview::KindColumn), u"request"_s);
        QVERIFY(model.row(0).isOwn(DialectPreview::Sender));
        QVERIFY(!model.row(0).isOwn(DialectPreview::Receivers));
        const QModelIndex sender = model.index(0, DialectPreview::Sender);
        QVERIFY(sender.data(Qt::FontRole).value<QFont>().bold());
        QVERIFY(sender.data(Qt::ToolTipRole).toString().contains(u"by this dialect"_s));

        // The same messages read otherwise are the same rows.
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        model.setRows(previewOf({sample, nullptr, 1}).rows);
        QCOMPARE(reset.size(), 0);
        QCOMPARE(cell(0, DialectPreview::Sender), u"—"_s);
        // Of both connections; the dialect is for one.
        const DialectPreview both = previewOf({sample, units(), std::nullopt});
        QCOMPARE(both.after.messages, 440);
        QCOMPARE(both.after.of(DialectField::Sender), 400);
        model.setRows(both.rows);
        QCOMPARE(reset.size(), 1);
        model.setRows({});
        QCOMPARE(model.rowCount(), 0);
    }

    void aDialectForSomeTopicsReadsThose()
    {
        auto dialect = std::make_shared<UserDialect>(*units());
        dialect->topics = {"hall/unit-?/*"};
        const DialectPreview preview = previewOf({unitsTalking(), dialect, 1});
        QCOMPARE(preview.after.share(DialectField::Sender), 0.9);
        QCOMPARE(preview.rows[0].sender, u"unit-0"_s);
    }

    void bitsOfAMessageAreFound()
    {
        const Explanation how = explanationOf({unitsTalking(), units(), 1}, 3);
        const auto sender =
            std::ranges::find(how.fields, std::string_view("from"), &Explanation::Field::name);
        QVERIFY(sender != how.fields.end());
        QCOMPARE(sender->place, std::string("body>unit"));
        QCOMPARE(sender->size, std::size_t(6));
    }
};

QTEST_MAIN(TestDialectModels)
#include "tst_dialectmodels.moc"
