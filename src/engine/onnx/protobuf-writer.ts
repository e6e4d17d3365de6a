/** Writes the wire format of Protocol Buffers: enough for ONNX models; knows no message type. */

/** Numbers of the wire types in use. */
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** Seven payload bits a byte; the eighth says that more follow. */
const PAYLOAD = 0x80;
const PAYLOAD_BITS = 7n;

/** Bytes of at least this length are kept where they are instead of being copied from message to message. */
const LONG = 1024;

const utf8 = new TextEncoder();

/** One message under construction; fields appear in the order in which they are written. */
export class ProtobufWriter {
  /** What was written before the buffer. */
  private readonly chunks: Uint8Array[] = [];
  private chunksLength = 0;
  private buffer = new Uint8Array(64);
  private used = 0;

  /** Bytes so far. */
  get length(): number {
    return this.chunksLength + this.used;
  }

  private reserve(more: number): void {
    if (this.used + more <= this.buffer.length) return;
    const larger = new Uint8Array(2 * (this.used + more));
    larger.set(this.buffer.subarray(0, this.used));
    this.buffer = larger;
  }

  private varint(value: number | bigint): void {
    this.reserve(10); // the longest varint
    let rest = Number(value);
    if (rest >= 0 && Number.isSafeInteger(rest)) {
      for (; rest >= PAYLOAD; rest = Math.floor(rest / PAYLOAD))
        this.buffer[this.used++] = (rest % PAYLOAD) + PAYLOAD;
      this.buffer[this.used++] = rest;
      return;
    }
    let bits = BigInt.asUintN(64, BigInt(value)); // negative numbers take ten bytes, as the format demands
    for (; bits >= PAYLOAD; bits >>= PAYLOAD_BITS)
      this.buffer[this.used++] = Number(BigInt.asUintN(Number(PAYLOAD_BITS), bits)) + PAYLOAD;
    this.buffer[this.used++] = Number(bits);
  }

  private tag(field: number, wireType: number): void {
    this.varint((field << 3) | wireType);
  }

  private append(bytes: Uint8Array): void {
    if (bytes.length >= LONG) {
      this.chunks.push(this.buffer.subarray(0, this.used), bytes);
      this.chunksLength += this.used + bytes.length;
      this.buffer = new Uint8Array(64);
      this.used = 0;
      return;
    }
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** An integer of any sign. */
  integer(field: number, value: number | bigint): this {
    this.tag(field, VARINT);
    this.varint(value);
    return this;
  }

  /** A 32-bit float. */
  float(field: number, value: number): this {
    this.tag(field, FIXED32);
    this.reserve(4);
    new DataView(this.buffer.buffer).setFloat32(this.used, value, true);
    this.used += 4;
    return this;
  }

  /** Raw bytes, which must stay as they are until {@link bytes}. */
  raw(field: number, bytes: Uint8Array): this {
    this.tag(field, LENGTH_DELIMITED);
    this.varint(bytes.length);
    this.append(bytes);
    return this;
  }

  /** Text in UTF-8. */
  text(field: number, text: string): this {
    return this.raw(field, utf8.encode(text));
  }

  /** A finished message inside this one. */
  message(field: number, message: ProtobufWriter): this {
    this.tag(field, LENGTH_DELIMITED);
    this.varint(message.length);
    for (const chunk of message.chunks) this.append(chunk);
    this.append(message.buffer.subarray(0, message.used));
    return this;
  }

  /** The message as one array. */
  bytes(): Uint8Array {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const chunk of [...this.chunks, this.buffer.subarray(0, this.used)]) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }
}
