import type { FilterRead } from "../transaction/readSet.ts";
import { Heap } from "./heap.ts";

/** A vector as it is stored. Ids are 16 bytes as latin1 text, filter values as `filterValue` gives them. */
export interface StoredVector {
  internal: string;
  filters: readonly string[];
  vector: Float32Array;
}

/** Rows are allocated in pieces of this many. */
const ROWS_PER_CHUNK = 1024;
const CODE_LIMIT = 127;
/** More than all rounding of float32 and float64 sums over 4096 dimensions. */
const ROUNDING = 1e-5;

interface Chunk {
  codes: Int8Array;
  /** What a code of 1 stands for. */
  scales: Float32Array;
  /** How far (Euclidean) the codes are from the unit vector that they stand for. */
  errors: Float32Array;
  /** Interned filter values, one column after another. */
  filters: Int32Array[];
}

/**
 * The vectors of one index, in memory, at one byte a dimension (a quarter of the stored float32 values): unit vectors, each
 * with a scale of its own. The codes only rule out what cannot be among the best: by Cauchy-Schwarz, the similarity to a unit
 * vector is off by at most the distance between a vector and its codes. Those that remain are compared exactly, by the caller.
 */
export class PackedVectors {
  readonly #dimensions: number;
  readonly #filterFields: number;
  readonly #chunks: Chunk[] = [];
  readonly #ids: string[] = [];
  readonly #positions = new Map<string, number>();
  readonly #values = new Map<string, number>();

  constructor(dimensions: number, filterFields: number) {
    this.#dimensions = dimensions;
    this.#filterFields = filterFields;
  }

  get size(): number {
    return this.#ids.length;
  }

  /** Roughly, in bytes. */
  get memory(): number {
    return this.#chunks.length * ROWS_PER_CHUNK * (this.#dimensions + 8 + 4 * this.#filterFields) + this.size * 150;
  }

  /** Adds a vector, or changes the one with the same id. */
  put({ internal, filters, vector }: StoredVector): void {
    let position = this.#positions.get(internal);
    if (position === undefined) {
      position = this.#ids.push(internal) - 1;
      this.#positions.set(internal, position);
      if (position % ROWS_PER_CHUNK === 0) this.#chunks.push(this.#newChunk());
    }
    const [chunk, row] = this.#locate(position);
    this.#encode(chunk, row, vector);
    for (const [field, value] of filters.entries()) chunk.filters[field]![row] = this.#intern(value);
  }

  /** Removes a vector, if it is there. The last one takes its place. */
  remove(internal: string): void {
    const position = this.#positions.get(internal);
    if (position === undefined) return;
    this.#positions.delete(internal);
    const lastPosition = this.#ids.length - 1;
    const lastId = this.#ids.pop()!;
    if (position !== lastPosition) {
      this.#ids[position] = lastId;
      this.#positions.set(lastId, position);
      this.#move(lastPosition, position);
    }
    if (lastPosition % ROWS_PER_CHUNK === 0) this.#chunks.pop();
  }

  /**
   * The ids of all vectors that may be among the `limit` most similar ones (and of some that are not), in no order.
   *
   * @param query a unit vector, or all zeros.
   * @param filters a vector must have one of these values; null if it need not.
   */
  candidates(query: Float64Array, limit: number, filters: readonly FilterRead[] | null): string[] {
    const accepted = filters === null ? null : this.#accepted(filters);
    const best = new Threshold(limit);
    const found: { position: number; highest: number }[] = [];
    for (let position = 0; position < this.#ids.length; position++) {
      const chunk = this.#chunks[Math.floor(position / ROWS_PER_CHUNK)]!;
      const row = position % ROWS_PER_CHUNK;
      if (accepted !== null && !accepted.some(({ field, value }) => chunk.filters[field]![row] === value)) continue;
      const similarity = chunk.scales[row]! * dot(chunk.codes, row * this.#dimensions, query);
      const margin = chunk.errors[row]! + ROUNDING;
      if (similarity + margin < best.value) continue;
      best.offer(similarity - margin);
      found.push({ position, highest: similarity + margin });
    }
    return found.filter(({ highest }) => highest >= best.value).map(({ position }) => this.#ids[position]!);
  }

  #accepted(filters: readonly FilterRead[]): { field: number; value: number }[] {
    return filters.flatMap(({ position, value }) => {
      const interned = this.#values.get(value);
      return interned === undefined ? [] : [{ field: position, value: interned }];
    });
  }

  #intern(value: string): number {
    const known = this.#values.get(value);
    if (known !== undefined) return known;
    this.#values.set(value, this.#values.size);
    return this.#values.size - 1;
  }

  #newChunk(): Chunk {
    return {
      codes: new Int8Array(ROWS_PER_CHUNK * this.#dimensions),
      scales: new Float32Array(ROWS_PER_CHUNK),
      errors: new Float32Array(ROWS_PER_CHUNK),
      filters: Array.from({ length: this.#filterFields }, () => new Int32Array(ROWS_PER_CHUNK)),
    };
  }

  #locate(position: number): [Chunk, row: number] {
    return [this.#chunks[Math.floor(position / ROWS_PER_CHUNK)]!, position % ROWS_PER_CHUNK];
  }

  #encode(chunk: Chunk, row: number, vector: Float32Array): void {
    const unit = unitVector(vector);
    let greatest = 0;
    for (const number of unit) greatest = Math.max(greatest, Math.abs(number));
    const scale = Math.fround(greatest / CODE_LIMIT);
    const start = row * this.#dimensions;
    let squares = 0;
    for (let dimension = 0; dimension < unit.length; dimension++) {
      const code = scale === 0 ? 0 : Math.max(-CODE_LIMIT, Math.min(CODE_LIMIT, Math.round(unit[dimension]! / scale)));
      chunk.codes[start + dimension] = code;
      squares += (unit[dimension]! - code * scale) ** 2;
    }
    chunk.scales[row] = scale;
    chunk.errors[row] = Math.sqrt(squares);
  }

  #move(from: number, to: number): void {
    const [source, sourceRow] = this.#locate(from);
    const [target, targetRow] = this.#locate(to);
    const start = sourceRow * this.#dimensions;
    target.codes.set(source.codes.subarray(start, start + this.#dimensions), targetRow * this.#dimensions);
    target.scales[targetRow] = source.scales[sourceRow]!;
    target.errors[targetRow] = source.errors[sourceRow]!;
    for (const [field, column] of source.filters.entries()) target.filters[field]![targetRow] = column[sourceRow]!;
  }
}

/** The vector divided by its length; a vector of zeros stays one. */
export function unitVector(vector: Float32Array): Float64Array {
  const unit = Float64Array.from(vector);
  let squares = 0;
  for (let dimension = 0; dimension < unit.length; dimension++) squares += unit[dimension]! * unit[dimension]!;
  const factor = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  for (let dimension = 0; dimension < unit.length; dimension++) unit[dimension]! *= factor;
  return unit;
}

/** Four sums at a time: the processor need not wait for one addition before the next. */
function dot(codes: Int8Array, start: number, query: Float64Array): number {
  const length = query.length;
  const whole = length - (length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  let dimension = 0;
  for (; dimension < whole; dimension += 4) {
    const at = start + dimension;
    a += codes[at]! * query[dimension]!;
    b += codes[at + 1]! * query[dimension + 1]!;
    c += codes[at + 2]! * query[dimension + 2]!;
    d += codes[at + 3]! * query[dimension + 3]!;
  }
  for (; dimension < length; dimension++) a += codes[start + dimension]! * query[dimension]!;
  return a + b + (c + d);
}

/** The n-th greatest of the numbers offered so far; -Infinity while there are fewer. */
class Threshold {
  readonly #limit: number;
  readonly #leastFirst = new Heap<number>((left, right) => left < right);

  constructor(limit: number) {
    this.#limit = limit;
  }

  get value(): number {
    return this.#leastFirst.size < this.#limit ? -Infinity : this.#leastFirst.top!;
  }

  offer(number: number): void {
    if (this.#leastFirst.size < this.#limit) this.#leastFirst.push(number);
    else if (number > this.#leastFirst.top!) this.#leastFirst.replaceTop(number);
  }
}
