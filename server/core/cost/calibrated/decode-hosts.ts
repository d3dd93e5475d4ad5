import type { Decoder } from "../../base/decode.js";
import { isAggregate } from "./aggregates.js";
import { decodeNumbers } from "./decode-regressor.js";
import type { Hosts, MeasuredHost } from "./hosts.js";

export function decodeHosts(decoder: Decoder, value: unknown, path: string): Hosts | undefined {
  const fields = decoder.object(value, path);
  const features = decoder.array(fields?.["features"], `${path}.features`)?.map(String);
  const items = decoder.array(fields?.["measured"], `${path}.measured`);
  if (features === undefined || items === undefined) return undefined;
  if (!features.every(isAggregate))
    return decoder.complain(`${path}.features`, "names what is unknown.");
  const measured: MeasuredHost[] = [];
  for (const [index, item] of items.entries()) {
    const at = `${path}.measured[${index}]`;
    const host = decoder.object(item, at);
    const factor = decoder.number(host?.["factor"], `${at}.factor`, { low: 0.01, high: 100 });
    const mean = decodeNumbers(decoder, host?.["mean"], `${at}.mean`, features.length);
    const deviation = decodeNumbers(
      decoder,
      host?.["deviation"],
      `${at}.deviation`,
      features.length,
    );
    const low = decoder.number(host?.["low"], `${at}.low`, { low: 0.01, high: 1 });
    const high = decoder.number(host?.["high"], `${at}.high`, { low: 1, high: 100 });
    if (factor === undefined || low === undefined || high === undefined) return undefined;
    if (mean === undefined || deviation === undefined) return undefined;
    const waits = host?.["waits"] === true;
    const name = String(host?.["name"]);
    const own = decodeOwn(decoder, host?.["own"], `${at}.own`);
    measured.push({
      name,
      factor,
      ...(own && { own }),
      ...(waits && { waits }),
      mean,
      deviation,
      low,
      high,
    });
  }
  return { features, measured };
}

function decodeOwn(decoder: Decoder, value: unknown, path: string): MeasuredHost["own"] {
  if (value === undefined) return undefined;
  const fields = decoder.object(value, path);
  const space = decoder.string(fields?.["space"], `${path}.space`);
  const factor = decoder.number(fields?.["factor"], `${path}.factor`, { low: 0.01, high: 100 });
  return space === undefined || factor === undefined ? undefined : { space, factor };
}
