/** An object as it came over the wire: nothing of it is known until it is looked at. */
export type Thing = Readonly<Record<string, unknown>>

export function isThing(value: unknown): value is Thing {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function thing(value: unknown): Thing {
  return isThing(value) ? value : {}
}

export function things(value: unknown): Thing[] {
  return Array.isArray(value) ? value.filter(isThing) : []
}

export function string(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

/** What the text says as JSON, or the text itself where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The text of a text object. */
export function textIn(value: unknown): string {
  return string(thing(value).text)
}
