// Protocol buffers' wire format, as far as ONNX needs it: varints, floats and length-delimited fields
// (protobuf.dev, "Encoding").

const text = new TextEncoder();

/** A whole number from 0 on in groups of seven bits, the lowest first. */
export function varint(value) {
  const bytes = [];
  let rest = BigInt(value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

export function concatenate(parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const key = (field, type) => varint((field << 3) | type);

/** Field of a whole number. */
export const number = (field, value) => concatenate([key(field, 0), varint(value)]);

/** Field of a 32-bit float. */
export function float(field, value) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return concatenate([key(field, 5), bytes]);
}

/** Field of bytes, of a string's UTF-8, or of an encoded message. */
export function bytes(field, content) {
  const raw = typeof content === 'string' ? text.encode(content) : content;
  return concatenate([key(field, 2), varint(raw.length), raw]);
}
