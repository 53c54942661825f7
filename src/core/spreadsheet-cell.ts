/** What makes a spreadsheet calculate where it should show (reliability sheet, section 11), also after spaces. */
const DANGER = String.raw` *[=+\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]`

/** Those that have their apostrophe already get another one, so that taking one off gives back what there was. */
const TO_GUARD = new RegExp(`^'*${DANGER}`)
const GUARDED = new RegExp(`^'+${DANGER}`)

/** A cell as no spreadsheet takes it for a formula: with an apostrophe before what is dangerous. */
export function guarded(cell: string): string {
  return TO_GUARD.test(cell) ? `'${cell}` : cell
}

/** What `guarded` was given. */
export function unguarded(cell: string): string {
  return cell.startsWith("'") && GUARDED.test(cell) ? cell.slice(1) : cell
}
