const DATE_TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?<zone>Z|[+-]\d\d:?\d\d)?)?$/i

/**
 * UTC milliseconds, or null for what is no time in the form of ISO 8601. A naive timestamp is UTC; V8
 * alone would read it in the zone of this machine, and much else as a time.
 */
export function timeOf(text: string): number | null {
  const written = text.trim()
  const match = DATE_TIME.exec(written)
  if (!match) return null
  const isWhole = written.length === 'YYYY-MM-DD'.length || match.groups?.zone !== undefined
  const at = Date.parse(isWhole ? written : `${written}Z`)
  return Number.isNaN(at) ? null : at
}
