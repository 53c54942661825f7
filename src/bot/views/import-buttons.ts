import { button } from '../blocks.ts'
import type { Action } from '../listeners.ts'

/** Before anything is written it ends an import; later it stops it where it is. */
export function cancelButton(id: number, label: 'Cancel' | 'Stop' = 'Cancel') {
  return button({ label, action: 'import_cancel' satisfies Action, value: String(id) })
}

/** Asks what the columns of a list hold. */
export function columnsButton(id: number, primary = false) {
  return button({ label: 'Columns', action: 'import_columns' satisfies Action, value: String(id), primary })
}
