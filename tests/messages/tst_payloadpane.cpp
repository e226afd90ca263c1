// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "base/message.h"
#include "views/base/theme.h"
#include "views/messages/codecbutton.h"
#include "views/messages/jsonmodel.h"
#include "views/messages/payloadpane.h"
#include "views/messages/pictureview.h"

#include <QAbstractItemModelTester>
#include <QBuffer>
#include <QFile>
#include <QInputDialog>
#include <QMenu>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

struct Bed
{
    Bed()
    {
        Theme::apply(true);
        pane.resize(400, 400);
        pane.show();
    }
    void say(const QByteArray& bytes, const std::string& topic = "fleet/pose",
             const HeaderList& headers = {})
    {
        pane.setPayload({bytes, topic, headersToBytes(headers), names});
    }
    [[nodiscard]] bool settles() const
    {
        return QTest::qWaitFor([this] { return pane.isSettled(); }, 10'000);
    }
    std::shared_ptr<Dictionaries> names = std::make_shared<Dictionaries>();
    PayloadPane pane;
};

} // namespace

class TestPayloadPane : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void msgpackIsATree()
    {
        Bed bed;
        const QAbstractItemModelTester tester(bed.pane.model());
        bed.say(QByteArray::fromHex("82a16107a162a378797a"));
        QVERIFY(bed.settles());
        QCOMPARE(bed.pane.model()->rowCount(), 2);
        QCOMPARE(bed.pane.codec()->text(), u"msgpack ▾"_s);
        QVERIFY2(bed.pane.note().startsWith(u"Read as msgpack: "_s), qPrintable(bed.pane.note()));
        QVERIFY(bed.pane.asText().contains(u"\"xyz\""_s));
    }

    void plainJsonNeedsNoWord()
    {
        Bed bed;
        bed.say("{\"a\":1}");
        QVERIFY(bed.pane.isSettled());
        QCOMPARE(bed.pane.model()->rowCount(), 1);
        QCOMPARE(bed.pane.note(), QString());
        QCOMPARE(bed.pane.codec()->text(), u"json ▾"_s);
    }

    void picturesAreShown()
    {
        QImage image(64, 48, QImage::Format_ARGB32);
        image.fill(Qt::red);
        QByteArray bytes;
        QBuffer buffer(&bytes);
        QVERIFY(image.save(&buffer, "PNG"));
        Bed bed;
        bed.say(bytes);
        QVERIFY(bed.settles());
        QCOMPARE(bed.pane.picture()->picture().size(), QSize(64, 48));
        QVERIFY(bed.pane.picture()->isVisible());
        QVERIFY2(bed.pane.note().contains(u"PNG, 64 × 48"_s), qPrintable(bed.pane.note()));
        const QImage shot = bed.pane.picture()->grab().toImage();
        QCOMPARE(shot.pixelColor(shot.width() / 2, 12 + 48), QColor(Qt::red));
        // Broken behind its head: said, and nothing is shown.
        bed.say(bytes.left(40));
        QVERIFY(bed.settles());
        QVERIFY(bed.pane.picture()->picture().isNull());
        QVERIFY2(bed.pane.note().contains(u"cannot be shown"_s), qPrintable(bed.pane.note()));
    }

    void aChoiceHoldsForTheTopic()
    {
        QTemporaryDir folder;
        QFile schema(folder.filePath(u"order.avsc"_s));
        QVERIFY(schema.open(QIODevice::WriteOnly));
        schema.write("{\"type\":\"record\",\"name\":\"O\",\"fields\":[{\"name\":\"n\",\"type\":"
                     "\"int\"}]}");
        schema.close();
        Bed bed;
        QSignalSpy chosen(&bed.pane, &PayloadPane::codecChosen);
        bed.say("T");
        QVERIFY(bed.settles());
        QCOMPARE(bed.pane.codec()->text(), u"text ▾"_s);
        Q_EMIT bed.pane.codec()->picked(u"msgpack"_s, {});
        QVERIFY(bed.settles());
        QCOMPARE(bed.pane.asText(), u"84"_s);
        QCOMPARE(bed.pane.codec()->text(), u"msgpack, by hand ▾"_s);
        QCOMPARE(chosen.takeLast().at(1).toString(), u"fleet/pose=msgpack"_s);
        Q_EMIT bed.pane.codec()->picked(u"avro"_s, schema.fileName());
        QVERIFY(bed.settles());
        QVERIFY2(bed.pane.asText().contains(u"\"n\": 42"_s), qPrintable(bed.pane.asText()));
        // Of another topic it does not.
        bed.say("T", "other");
        QVERIFY(bed.settles());
        QCOMPARE(bed.pane.codec()->text(), u"text ▾"_s);
        // A schema that cannot be used is said, and the choice stays as it was.
        Q_EMIT bed.pane.codec()->picked(u"avro"_s, folder.filePath(u"none.avsc"_s));
        QVERIFY(bed.settles());
        QVERIFY(bed.pane.note().startsWith(u"▲"_s));
        // Back to automatic.
        bed.say("T");
        Q_EMIT bed.pane.codec()->picked({}, {});
        QVERIFY(bed.settles());
        QCOMPARE(bed.pane.codec()->text(), u"text ▾"_s);
        QCOMPARE(chosen.takeLast().at(1).toString(), QString());
    }

    void ofASchemaOfSeveralMessagesAPersonSaysWhich()
    {
        QTemporaryDir folder;
        QFile schema(folder.filePath(u"robot.proto"_s));
        QVERIFY(schema.open(QIODevice::WriteOnly));
        schema.write("syntax = \"proto3\"; package robot; message Pose { int32 x = 1; message "
                     "Way { int32 far = 1; } map<string, int32> seen = 2; } "
                     "message Charge { int32 percent = 1; }");
        schema.close();
        Bed bed;
        QSignalSpy chosen(&bed.pane, &PayloadPane::codecChosen);
        bed.say(QByteArray::fromHex("0805"));
        Q_EMIT bed.pane.codec()->picked(u"protobuf"_s, schema.fileName());
        QVERIFY(bed.settles());
        auto* dialog = bed.pane.codec()->findChild<QInputDialog*>();
        QVERIFY(dialog != nullptr);
        QCOMPARE(dialog->comboBoxItems(),
                 QStringList({u"robot.Pose"_s, u"robot.Pose.Way"_s, u"robot.Charge"_s}));
        QVERIFY(chosen.isEmpty()); // nothing holds before that
        dialog->setTextValue(u"robot.Charge"_s);
        dialog->accept();
        QTRY_COMPARE(chosen.size(), 1);
        QVERIFY(bed.settles());
        QVERIFY2(bed.pane.asText().contains(u"\"percent\": 5"_s), qPrintable(bed.pane.asText()));
        QCOMPARE(chosen.takeLast().at(1).toString(),
                 u"fleet/pose=protobuf:%1#robot.Charge"_s.arg(schema.fileName()));
    }

    void aFailureIsSaidWithItsByte()
    {
        Bed bed;
        bed.names->codecs().setRule({"fleet/pose", "msgpack", {}});
        bed.say(QByteArray::fromHex("82a16107c1"));
        QVERIFY(bed.settles());
        QVERIFY2(bed.pane.note().contains(u"at byte 4"_s), qPrintable(bed.pane.note()));
        QVERIFY(bed.pane.note().contains(u"see Hex"_s));
        bed.say({});
        QVERIFY(bed.settles());
        QVERIFY(bed.pane.note().contains(u"no payload"_s));
    }

    void theMenuNamesAllCodecs()
    {
        Bed bed;
        bed.say("{}");
        QMenu* menu = bed.pane.codec()->menu();
        Q_EMIT menu->aboutToShow();
        QStringList names;
        for (const QAction* action : menu->actions())
            names << action->text();
        QVERIFY(names.contains(u"Automatic"_s));
        QVERIFY(names.contains(u"protobuf"_s));
        QVERIFY(names.contains(u"With a schema file"_s));
        QSignalSpy wanted(&bed.pane, &PayloadPane::schemasWanted);
        menu->actions().last()->trigger();
        QCOMPARE(wanted.size(), 1);
    }
};

QTEST_MAIN(TestPayloadPane)
#include "tst_payloadpane.moc"
