import { guarded } from '../spreadsheet-cell.ts'
import type { RejectRow } from '../store/imports.ts'
import type { ImportCounts } from './report.ts'

const A_PAGE = 500

/** The rows that made no contact as separated values (RFC 4180), safe to open in a spreadsheet. */
export async function* rejectedLines(
  header: readonly string[] | null,
  { invalid, duplicate }: Pick<ImportCounts, 'invalid' | 'duplicate'>,
  pageAfter: (nth: number, limit: number) => Promise<readonly RejectRow[]>,
): AsyncGenerator<string> {
  yield `\ufeff${lineOf(['row', 'reason', ...(header ?? ['value'])])}`
  let [after, count] = [-1, 0]
  for (;;) {
    const page = await pageAfter(after, A_PAGE)
    let piece = ''
    for (const { at, reason, value, cells } of page) piece += lineOf([String(at), reason, ...(cells ?? [value])])
    if (piece !== '') yield piece
    count += page.length
    after = page.at(-1)?.nth ?? after
    if (page.length < A_PAGE) break
  }
  const more = invalid + duplicate - count
  if (more > 0) yield lineOf(['', `${more} more rows were left out that are not listed`])
}

function lineOf(cells: readonly string[]): string {
  return `${cells.map((cell) => `"${guarded(cell).replaceAll('"', '""')}"`).join(',')}\r\n`
}
