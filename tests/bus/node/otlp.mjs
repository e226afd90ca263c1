// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Exporters of OpenTelemetry's own SDK: node otlp.mjs URL json|proto|logs COUNT EXPORTERS [gzip] [TOKEN]
// COUNT numbered spans (or log records) over so many exporters. Prints "sent" when the SDK has flushed, and keeps
// the connections open until standard input ends; fails when an export failed.

import process from "node:process";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtoExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { Resource } from "@opentelemetry/resources";
import { LoggerProvider, BatchLogRecordProcessor } from "@opentelemetry/sdk-logs";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";

const [url, how, countText, exportersText, compression, token] = process.argv.slice(2);
const count = Number(countText);
const exporters = Number(exportersText);
const options = {
  url: `${url}/v1/${how === "logs" ? "logs" : "traces"}`,
  compression: compression === "gzip" ? "gzip" : "none",
  headers: token ? { Authorization: `Bearer ${token}` } : {},
  timeoutMillis: 30000,
};
const failures = [];
// What the exporters say of their exports goes through here; the SDK itself only logs it.
const watched = (exporter) => {
  const send = exporter.export.bind(exporter);
  exporter.export = (items, done) =>
    send(items, (result) => {
      if (result.code !== 0) failures.push(String(result.error));
      done(result);
    });
  return exporter;
};

const batches = { maxQueueSize: count + 1, maxExportBatchSize: 512, scheduledDelayMillis: 50 };
const resourceOf = (i) => new Resource({ "service.name": `agent-${i % 4}` });
const providers = [];
let n = 0;
for (let i = 0; i < exporters; ++i) {
  const share = Math.floor(count / exporters) + (i < count % exporters ? 1 : 0);
  if (how === "logs") {
    const provider = new LoggerProvider({ resource: resourceOf(i) });
    provider.addLogRecordProcessor(
      new BatchLogRecordProcessor(watched(new OTLPLogExporter(options)), batches),
    );
    providers.push(provider);
    const logger = provider.getLogger("swarm");
    for (let k = 0; k < share; ++k)
      logger.emit({
        severityNumber: SeverityNumber.INFO,
        severityText: "INFO",
        body: `line ${n}`,
        attributes: { n: n++ },
      });
    continue;
  }
  const exporter = watched(how === "json" ? new JsonExporter(options) : new ProtoExporter(options));
  const provider = new BasicTracerProvider({
    resource: resourceOf(i),
    spanLimits: { eventCountLimit: 10 },
    spanProcessors: [new BatchSpanProcessor(exporter, batches)],
  });
  providers.push(provider);
  const tracer = provider.getTracer("swarm", "1.0");
  for (let k = 0; k < share; ++k) {
    const span = tracer.startSpan(`step-${n % 10}`, {
      kind: n % 2 ? SpanKind.CLIENT : SpanKind.INTERNAL,
      attributes: { n, "gen_ai.tool.name": "Suche “x”", ratio: 0.5, tags: ["a", "b"] },
    });
    if (n % 100 === 0) span.setStatus({ code: SpanStatusCode.ERROR, message: "no" });
    if (n % 50 === 0) span.addEvent("half way", { n });
    span.end();
    ++n;
  }
}
await Promise.all(providers.map((provider) => provider.forceFlush()));
console.log(failures.length ? `failed ${failures.length} times: ${failures[0]}` : "sent");
process.stdin.resume();
process.stdin.on("end", () => process.exit(failures.length ? 1 : 0));
