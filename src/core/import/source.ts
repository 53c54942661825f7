/** A list as somebody gave it to us: its bytes can be read from the start again and again, and are never held whole. */
export interface ImportSource {
  /** As people call it: `people.csv`, or without an extension what they pasted. */
  readonly name: string
  bytes(): AsyncIterable<Uint8Array>
}

/** Small enough that the rest of the process waits a few milliseconds for what is done with it. */
const PIECE = 64 * 1024

/** What is in memory already. */
export function sourceOf(name: string, content: Uint8Array | string): ImportSource {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return {
    name,
    async *bytes() {
      yield bytes
    },
  }
}

/** The same bytes in pieces of one size, however they come. */
export async function* inPieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    for (let start = 0; start < chunk.length; start += PIECE) yield chunk.subarray(start, start + PIECE)
  }
}
