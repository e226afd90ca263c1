// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Payloads as encoders that others wrote make them, one JSON object a line: what was meant and its bytes.
import * as msgpack from '@msgpack/msgpack';
import avsc from 'avsc';
import * as cbor from 'cborg';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import zlib from 'node:zlib';

const say = (name, bytes, expected, more = {}) =>
    console.log(JSON.stringify({ name, base64: Buffer.from(bytes).toString('base64'), expected, ...more }));

const robot = {
    from: 'robot-7',
    task: { id: 8812, goal: 'A-14', tags: ['heavy', 'ünïcode "quoted"'] },
    battery: 0.82,
    position: [1.5, -2.25, 1e-7],
    offset: -70000,
    far: 4294967297,
    done: false,
    last: null,
};
say('msgpack', msgpack.encode(robot), robot);
say('msgpack of many', msgpack.encode(Array.from({ length: 70000 }, (_, i) => i)), Array.from({ length: 70000 }, (_, i) => i));
say('msgpack bytes', msgpack.encode({ blob: new Uint8Array([0, 255, 16]) }), { blob: 'AP8Q' });
say('msgpack time', msgpack.encode({ at: new Date(1700000000250) }), { at: 1700000000.25 });
say('cbor', cbor.encode(robot), robot);
say('cbor bytes', cbor.encode({ blob: Buffer.from([0, 255, 16]) }), { blob: 'AP8Q' });
say('cbor map', cbor.encode(new Map([[1, 'one'], [-2, 'minus two']])), { 1: 'one', '-2': 'minus two' }, { headers: { 'content-type': 'application/cbor' } });

const proto = `
syntax = "proto3";
package fleet;
message Pose {
  enum Mode { IDLE = 0; MOVING = 1; }
  message Point { double x = 1; double y = 2; }
  string robot = 1;
  Point at = 2;
  repeated sint32 ticks = 3;
  map<string, int64> counters = 4;
  Mode mode = 5;
  bytes blob = 6;
  float battery = 7;
  repeated Point path = 8;
  fixed64 serial = 9;
  oneof goal { string shelf = 10; uint32 dock = 11; }
}`;
const parsed = protobuf.parse(proto, { keepCase: true });
const Pose = parsed.root.lookupType('fleet.Pose');
const pose = {
    robot: 'robot-7', at: { x: 1.5, y: -2 }, ticks: [-1, 0, 300], counters: { seen: 5, lost: -1 }, mode: 1,
    blob: Buffer.from([0, 255, 16]), battery: 0.5, path: [{ x: 1 }, { y: 2 }], serial: 12345678901, dock: 4,
};
const shownPose = { ...pose, mode: 'MOVING', blob: 'AP8Q' };
const poseBytes = Pose.encode(Pose.fromObject(pose)).finish();
say('protobuf text', poseBytes, shownPose, { codec: 'protobuf', schema: Buffer.from(proto).toString('base64'), message: 'fleet.Pose' });
const set = parsed.root.toDescriptor('proto3');
const setBytes = descriptor.FileDescriptorSet.encode(set).finish();
say('protobuf set', poseBytes, shownPose, { codec: 'protobuf', schema: Buffer.from(setBytes).toString('base64'), message: 'fleet.Pose' });

const order = {
    type: 'record', name: 'Order', namespace: 'shop', fields: [
        { name: 'id', type: 'long' }, { name: 'item', type: 'string' },
        { name: 'state', type: { type: 'enum', name: 'State', symbols: ['OPEN', 'DONE'] } },
        { name: 'note', type: ['null', 'string'], default: null },
        { name: 'lines', type: { type: 'array', items: { type: 'record', name: 'Line', fields: [{ name: 'n', type: 'int' }, { name: 'price', type: 'double' }] } } },
        { name: 'stock', type: { type: 'map', values: 'float' } },
        { name: 'hash', type: { type: 'fixed', name: 'Hash', size: 3 } },
        { name: 'next', type: ['null', 'Order'], default: null },
    ],
};
const Order = avsc.Type.forSchema(order);
const plain = { id: -70000, item: 'box', state: 'DONE', note: null, lines: [{ n: 1, price: 2.5 }, { n: -3, price: 0.1 }], stock: { a: 0.5 }, hash: Buffer.from([0, 255, 16]), next: null };
const nested = { ...plain, note: { string: 'last one' }, next: { 'shop.Order': plain } };
const shown = { ...plain, hash: 'AP8Q' };
const avroText = JSON.stringify(order);
say('avro', Order.toBuffer(plain), shown, { codec: 'avro', schema: Buffer.from(avroText).toString('base64') });
const Wrapped = avsc.Type.forSchema(order, { wrapUnions: true });
say('avro in itself', Wrapped.toBuffer(nested), { ...shown, note: 'last one', next: shown }, { codec: 'avro', schema: Buffer.from(avroText).toString('base64') });

for (const codec of ['null', 'deflate']) {
    const file = await new Promise((done) => {
        const parts = [];
        const encoder = new avsc.streams.BlockEncoder(Order, { codec });
        encoder.on('data', (part) => parts.push(part));
        encoder.on('end', () => done(Buffer.concat(parts)));
        encoder.write(plain);
        encoder.write({ ...plain, id: 2 });
        encoder.end();
    });
    say(`avro file, ${codec}`, file, [shown, { ...shown, id: 2 }]);
}

const text = Buffer.from(JSON.stringify(robot));
say('gzip', zlib.gzipSync(text), robot);
say('zlib', zlib.deflateSync(text), robot);
say('deflate', zlib.deflateRawSync(text), robot, { headers: { 'Content-Encoding': 'deflate' } });
say('gzip of msgpack', zlib.gzipSync(msgpack.encode(robot)), robot);
say('gzip of cbor, typed', zlib.gzipSync(cbor.encode(7)), 7, { headers: { 'content-encoding': 'gzip', 'content-type': 'application/cbor' } });
say('lines', Buffer.from('{"a":1}\n{"a":2}\r\n\n[3]\n'), [{ a: 1 }, { a: 2 }, [3]]);
say('number, typed', msgpack.encode(1500), 1500, { headers: { 'content-type': 'application/x-msgpack; v=1' } });
