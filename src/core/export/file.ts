import type { Query } from '../search/filter.ts'
import type { Database } from '../store/database.ts'
import { exportCsv } from './csv.ts'
import { exportJson } from './json.ts'

export const FORMATS = ['csv', 'json'] as const

export type Format = (typeof FORMATS)[number]

/** `spreadsheet`: what would calculate there stands behind an apostrophe. `raw`: as it is, for programs. */
export type Profile = 'spreadsheet' | 'raw'

export interface Exporting {
  /** UTC milliseconds. */
  readonly now: number
  /** Called every now and then, and at the end with their number. */
  readonly onProgress?: (done: number) => void
}

export interface FileForm {
  readonly format: Format
  /** Of a CSV. */
  readonly profile: Profile
  /** Whether a CSV begins with the mark that Excel knows UTF-8 by. */
  readonly bom: boolean
}

/** The contacts that `query` means as they are at this moment, as text in pieces. */
export function exportFile(
  database: Database,
  query: Query,
  { format, profile, bom, ...exporting }: FileForm & Exporting,
): AsyncGenerator<string> {
  return format === 'csv'
    ? exportCsv(database, query, { profile, bom, ...exporting })
    : exportJson(database, query, exporting)
}

/** `contacts-2026-03-02.csv`; what is raw says so. */
export function fileName({ format, profile }: Pick<FileForm, 'format' | 'profile'>, day: string): string {
  return `contacts-${day}${format === 'csv' && profile === 'raw' ? '.raw' : ''}.${format}`
}
