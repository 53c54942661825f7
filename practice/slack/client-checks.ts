import type { Entered, Values } from '../contract.ts'
import { elementsIn, type Placed } from './elements.ts'
import { many, valueIn } from './entered.ts'
import type { Thing } from './wire.ts'

/** By block id, what the person has to change before the form is sent. The app does not hear of it. */
export function complaintsAbout(blocks: unknown, values: Values): Record<string, string> {
  const complaints: Record<string, string> = {}
  for (const placed of elementsIn(blocks)) {
    if (!placed.isInput) continue
    const complaint = complaintAbout(placed, valueIn(placed, values))
    if (complaint) complaints[placed.blockId] = complaint
  }
  return complaints
}

function complaintAbout(placed: Placed, entered: Entered): string | undefined {
  const entries = many(entered)
  if (entries.length === 0) return placed.isOptional ? undefined : 'Please complete this required field.'
  return CLIENT_CHECKS[placed.type]?.(entries, placed.element) ?? tooMany(entries, placed.element)
}

function tooMany(entries: readonly string[], { max_selected_items, max_files }: Thing): string | undefined {
  const most = Number(max_selected_items ?? max_files ?? Number.POSITIVE_INFINITY)
  return entries.length > most ? `Please choose no more than ${most}.` : undefined
}

const CLIENT_CHECKS: Readonly<Record<string, (entries: readonly string[], element: Thing) => string | undefined>> = {
  plain_text_input: ([text = ''], { min_length, max_length }) => {
    if (text.length < Number(min_length ?? 0)) return `Please enter at least ${min_length} characters.`
    // Three thousand is as much as an input takes.
    const most = Number(max_length ?? 3000)
    return text.length > most ? `Please enter no more than ${most} characters.` : undefined
  },
  email_text_input: ([text = '']) =>
    /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? undefined : 'Please enter a valid email address.',
  url_text_input: ([text = '']) => (URL.canParse(text) ? undefined : 'Please enter a valid URL.'),
  number_input: ([text = ''], { is_decimal_allowed, min_value, max_value }) => {
    const isNumber = is_decimal_allowed === true ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/
    if (!isNumber.test(text)) return 'Please enter a valid number.'
    if (Number(text) < Number(min_value ?? Number.NEGATIVE_INFINITY)) return `Please enter ${min_value} or more.`
    if (Number(text) > Number(max_value ?? Number.POSITIVE_INFINITY)) return `Please enter ${max_value} or less.`
    return undefined
  },
}
