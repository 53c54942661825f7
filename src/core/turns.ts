/** A few milliseconds of work at most, for what is done to a row. */
const TURN = 200

/** Passes `values` on, and lets the rest of the process run in between: a server answers while it reads a long list. */
export async function* inTurns<T>(values: Iterable<T>): AsyncGenerator<T> {
  let count = 0
  for (const value of values) {
    yield value
    count += 1
    if (count % TURN === 0) await new Promise(setImmediate)
  }
}
