// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// registry.mjs: a schema registry as Confluent's speaks, in memory, on a port of its own. Says "port N", and what it is
// asked for.
import http from "node:http";

const record = (name, fields) => JSON.stringify({ type: "record", name, namespace: "shop", fields });
const schemas = {
    "/schemas/ids/7": {
        schema: record("Order", [{ name: "id", type: "long" }, { name: "item", type: "shop.Item" }]),
        references: [{ name: "shop.Item", subject: "item/value", version: 2 }],
    },
    "/subjects/item%2Fvalue/versions/2": { subject: "item/value", version: 2, id: 6, schema: record("Item", [{ name: "name", type: "string" }]) },
    "/schemas/ids/8": { schemaType: "PROTOBUF", schema: 'syntax = "proto3"; message A { int32 a = 1; }' },
    "/schemas/ids/9": { schemaType: "JSON", schema: "{}" },
};

const server = http.createServer((request, response) => {
    console.log(request.method, request.url);
    const found = request.method === "GET" ? schemas[request.url] : undefined;
    response.writeHead(found ? 200 : 404, { "content-type": "application/vnd.schemaregistry.v1+json" });
    response.end(JSON.stringify(found ?? { error_code: 40403, message: "Schema not found" }));
});
server.listen(0, "127.0.0.1", () => console.log("port", server.address().port));
