import { isFields, textsOf } from './fields.ts'

export interface MailHeader {
  /** In lower case. */
  readonly name: string
  readonly value: string
}

interface WithHeaders {
  readonly headers: readonly MailHeader[]
}

/** The first header of that name, which is written in lower case. */
export function header({ headers }: WithHeaders, name: string): string | null {
  return headers.find((candidate) => candidate.name === name)?.value ?? null
}

/** A block of headers as it stands on top of a mail. */
export function parseHeaders(block: string): readonly MailHeader[] {
  const headers: MailHeader[] = []
  for (const line of block.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon > 0)
      headers.push({ name: line.slice(0, colon).trim().toLowerCase(), value: line.slice(colon + 1).trim() })
  }
  return headers
}

/** Headers as most providers write them in JSON: an object whose values are texts, or lists where a header came again. */
export function namedHeaders(headers: unknown): readonly MailHeader[] {
  if (!isFields(headers)) return []
  return Object.entries(headers).flatMap(([name, values]) =>
    textsOf(values).map((value) => ({ name: name.toLowerCase(), value })),
  )
}
