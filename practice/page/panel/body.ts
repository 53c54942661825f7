export interface BodyPart {
  /** A form's field; empty for a body as a whole. */
  readonly name: string
  readonly text: string
}

/** A body as people read it: JSON indented, a form field by field, JSON in a field too. */
export function readBody(body: string, contentType: string): BodyPart[] {
  if (!body) return [{ name: '', text: '(empty)' }]
  if (contentType.startsWith('application/x-www-form-urlencoded')) return readForm(body)
  return [{ name: '', text: pretty(body) }]
}

function readForm(body: string): BodyPart[] {
  const short: string[] = []
  const long: BodyPart[] = []
  for (const [name, value] of new URLSearchParams(body)) {
    const text = pretty(value)
    if (text.includes('\n')) long.push({ name, text })
    else short.push(`${name}: ${text}`)
  }
  return [...(short.length > 0 ? [{ name: '', text: short.join('\n') }] : []), ...long]
}

function pretty(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
