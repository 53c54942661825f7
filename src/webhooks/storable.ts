/** The name by which an assignment reaches an object's prototype. */
export const PROTOTYPE_KEYS: readonly string[] = ['__proto__']

/** `text` as both databases can hold it: no unpaired surrogates, no NUL. */
export function storableText(text: string): string {
  const wellFormed = text.toWellFormed()
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\uFFFD') : wellFormed
}

/** A JSON value with every string storable and no key that reaches a prototype. Its depth must be bounded. */
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(storable)
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !PROTOTYPE_KEYS.includes(key))
      .map(([key, field]) => [storableText(key), storable(field)]),
  )
}
