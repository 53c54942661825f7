import { z } from 'zod'

import { isAddress, isDomain } from '../core/address.ts'
import { readCursor } from '../core/search/cursor.ts'
import { isFilter } from '../core/search/filter.ts'
import { PERIODS } from './command.ts'

/** What Slack may call, as data, so that a test can hold it against manifest.yml. */
export const COMMANDS = ['/crm'] as const
export const SHORTCUTS = [] as const
export const EVENTS = ['app_home_opened'] as const

/** The forms that people may send off, by their callback ids. */
export const FORMS = [
  'add_contact',
  'import_contacts',
  'note_contact',
  'tag_contact',
  'status_contact',
  'assign_contact',
  'edit_contact',
] as const

export type FormId = (typeof FORMS)[number]

/** Those that are about nobody yet, and so can be opened from anywhere. */
const BLANK_FORMS = ['add_contact', 'import_contacts'] as const satisfies readonly FormId[]

export type BlankFormId = (typeof BLANK_FORMS)[number]
export type ContactFormId = Exclude<FormId, BlankFormId>

/** What buttons ask for. Buttons that share a block add `:` and something of their own to the name. */
export const ACTIONS = [
  'contact_lookup',
  'contact_open',
  'contact_add',
  'found_open',
  'found_page',
  'contact_enrich',
  'contact_enrich_again',
  'contact_sources',
  'contact_note',
  'contact_tag',
  'contact_status',
  'contact_assign',
  'contact_edit',
  'contact_history',
  'change_undo',
  'company_open',
  'campaign_open',
  'campaigns_open',
  'enrich_start',
  'enrich_cancel',
  'stats_period',
  'open_form',
] as const

export type Action = (typeof ACTIONS)[number]

const contactId = z
  .string()
  .regex(/^[1-9]\d{0,14}$/)
  .transform(Number)

const changeId = contactId

const period = z
  .string()
  .transform(Number)
  .pipe(z.literal([...PERIODS]))

/** Characters that a button can carry (Slack sheet, section 10). */
export const MOST_IN_A_VALUE = 2000

/** A page of a search, and the search. */
const page = z
  .string()
  .max(MOST_IN_A_VALUE)
  .transform((value) => {
    const [cursor = '', ...words] = value.split(' ')
    return { cursor, text: words.join(' ') }
  })
  .refine(({ cursor }) => readCursor(cursor) !== null)

const Press = z.discriminatedUnion('action', [
  z.object({ action: z.literal('contact_lookup'), value: contactId }),
  z.object({ action: z.literal('contact_open'), value: contactId }),
  z.object({ action: z.literal('contact_add'), value: z.string().max(320).refine(isAddress) }),
  z.object({ action: z.literal('found_open'), value: contactId }),
  z.object({ action: z.literal('found_page'), value: page }),
  z.object({ action: z.literal('contact_enrich'), value: contactId }),
  z.object({ action: z.literal('contact_enrich_again'), value: contactId }),
  z.object({ action: z.literal('contact_sources'), value: contactId }),
  z.object({ action: z.literal('contact_note'), value: contactId }),
  z.object({ action: z.literal('contact_tag'), value: contactId }),
  z.object({ action: z.literal('contact_status'), value: contactId }),
  z.object({ action: z.literal('contact_assign'), value: contactId }),
  z.object({ action: z.literal('contact_edit'), value: contactId }),
  z.object({ action: z.literal('contact_history'), value: contactId }),
  z.object({ action: z.literal('change_undo'), value: changeId }),
  z.object({ action: z.literal('company_open'), value: z.string().refine(isDomain) }),
  z.object({ action: z.literal('campaign_open'), value: z.string().min(1).max(MOST_IN_A_VALUE) }),
  z.object({ action: z.literal('campaigns_open'), value: z.literal('recent') }),
  z.object({ action: z.literal('enrich_start'), value: z.string().max(MOST_IN_A_VALUE).refine(isFilter) }),
  z.object({ action: z.literal('enrich_cancel'), value: z.string() }),
  z.object({ action: z.literal('stats_period'), value: period }),
  z.object({ action: z.literal('open_form'), value: z.enum(BLANK_FORMS) }),
])

export type Press = z.infer<typeof Press>

/** What a button asks for, or undefined: whoever sees a message can send any value back. */
export function readPress(actionId: string, value: string | undefined): Press | undefined {
  return Press.safeParse({ action: actionId.split(':')[0], value }).data
}
