/**
 * Shim lines to values and back, with the forms for what JSON cannot carry: `{"$num": "NaN"}`,
 * `{"$int": "18446744073709551615"}`, `{"$utf16": [55296]}`.
 */

/**
 * A request, or a part of one: the runner keeps to the schemas of the protocol, so nothing here checks them.
 */
export type Args = any;

export function load(line: string): Args {
  return JSON.parse(line, line.includes('"$') ? plain : undefined);
}

/** Throws for a key that is no Unicode text, and for what is nested beyond the stack. */
export function dump(message: object): string {
  return JSON.stringify(message, wrapped);
}

function plain(_key: string, value: Args): unknown {
  const [form, ...more] = Object.keys(value ?? {});
  if (more.length > 0) return value;
  if (form === "$num") return Number(value.$num);
  if (form === "$int") return BigInt(value.$int);
  return form === "$utf16" ? String.fromCharCode(...value.$utf16) : value;
}

function wrapped(_key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return { $num: `${value}` };
  if (typeof value === "bigint" && !Number.isSafeInteger(Number(value))) return { $int: `${value}` };
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string" && !value.isWellFormed()) {
    return { $utf16: Array.from({ length: value.length }, (_, at) => value.charCodeAt(at)) };
  }
  if (typeof value === "object" && !Object.keys(value ?? {}).every((key) => key.isWellFormed())) {
    throw new TypeError("a key that is no Unicode text has no form");
  }
  return value;
}
