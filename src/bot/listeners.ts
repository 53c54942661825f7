import { z } from 'zod'

import { isAddress, isDomain } from '../core/address.ts'
import { TRIAGES } from '../core/alerts/conversation.ts'
import { FORMATS } from '../core/export/file.ts'
import { type Place, parsePlace } from '../core/page.ts'
import { readCursor } from '../core/search/cursor.ts'
import { isFilter } from '../core/search/filter.ts'
import { type Chosen, readPeople } from './people.ts'
import { isScope, readScope, type Scope } from './stats-scope.ts'

/** What Slack may call, as data, so that a test can hold it against manifest.yml. */
export const COMMANDS = ['/crm'] as const
export const SHORTCUTS = ['crm_lookup', 'crm_import', 'crm_stats', 'crm_people'] as const
export const EVENTS = ['app_home_opened', 'user_change'] as const

export type ShortcutId = (typeof SHORTCUTS)[number]

/** The menus that ask us for options while somebody types. */
export const MENUS = ['contact_pick', 'alerts_campaign', 'alerts_tag'] as const

export type MenuId = (typeof MENUS)[number]

/** The forms that people may send off, by their callback ids. */
export const FORMS = [
  'add_contact',
  'import_contacts',
  'import_columns',
  'import_undo',
  'note_contact',
  'tag_contact',
  'status_contact',
  'assign_contact',
  'edit_contact',
  'forget_contact',
  'stats',
  'digest_schedule',
  'alerts_kinds',
  'alerts_rule',
  'alerts_quiet',
  'alert_later',
] as const

export type FormId = (typeof FORMS)[number]

/** Those that are about nobody yet, and so can be opened from anywhere. */
const BLANK_FORMS = ['add_contact', 'import_contacts'] as const satisfies readonly FormId[]

export type BlankFormId = (typeof BLANK_FORMS)[number]
/** Those that change a contact. */
export type ContactFormId = Exclude<
  FormId,
  | BlankFormId
  | 'import_columns'
  | 'import_undo'
  | 'forget_contact'
  | 'stats'
  | 'digest_schedule'
  | 'alert_later'
  | `alerts_${string}`
>

/** What buttons ask for. Buttons that share a block add `:` and something of their own to the name. */
export const ACTIONS = [
  'contact_lookup',
  'contact_open',
  'contact_add',
  'found_open',
  'found_page',
  'lookup_open',
  'contact_pick',
  'people_add',
  'found_list',
  'contact_enrich',
  'contact_enrich_again',
  'contact_sources',
  'contact_note',
  'contact_tag',
  'contact_status',
  'contact_assign',
  'contact_edit',
  'contact_history',
  'contact_answered',
  'contact_score',
  'contact_timeline',
  'contact_notes',
  'contact_export',
  'contact_forget',
  'change_undo',
  'company_open',
  'campaign_open',
  'campaigns_open',
  'enrich_start',
  'enrich_cancel',
  'export_start',
  'export_cancel',
  'import_start',
  'import_cancel',
  'import_columns',
  'import_undo',
  'stats_period',
  'stats_form',
  'digest_preview',
  'digest_change',
  'digest_test',
  'digest_now',
  'digest_reset',
  'alerts_open',
  'alerts_kinds',
  'alerts_rule_new',
  'alerts_rule',
  'alerts_rule_test',
  'alerts_rule_ask',
  'alerts_rule_remove',
  'alerts_rule_try',
  'alerts_quiet',
  'alerts_quiet_off',
  'health_open',
  'send_again',
  'alert_triage',
  'alert_later',
  'alert_undo',
  'alert_open',
  'open_form',
] as const

export type Action = (typeof ACTIONS)[number]

/** Lists about one contact, which have pages. */
export type PagedAction = Extract<Action, 'contact_timeline' | 'contact_notes' | 'contact_history'>

const contactId = z
  .string()
  .regex(/^[1-9]\d{0,14}$/)
  .transform(Number)

const changeId = contactId

const importId = contactId

const alertRule = contactId

/** A rule, or 0 for where alerts go that no rule sends anywhere. */
const testedRule = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,14})$/)
  .transform(Number)

const conversationId = contactId

/** What follows a value where the button stands in what one person alone sees. */
const HERE = / here$/

/** A conversation, with whatever stands before its id. */
const inAlert = z.string().transform((value) => ({ value: value.replace(HERE, ''), isPrivate: HERE.test(value) }))

const alertTriage = inAlert
  .transform(({ value, isPrivate }) => {
    const [kind, conversation] = value.split(' ')
    return { kind, conversation, isPrivate }
  })
  .pipe(z.object({ kind: z.enum(TRIAGES).exclude(['later']), conversation: conversationId, isPrivate: z.boolean() }))

const alertLater = inAlert
  .transform(({ value, isPrivate }) => ({ conversation: value, isPrivate }))
  .pipe(z.object({ conversation: conversationId, isPrivate: z.boolean() }))

const alertUndo = inAlert
  .transform(({ value, isPrivate }) => {
    const [conversation, change] = value.split(':')
    return { conversation, change, isPrivate }
  })
  .pipe(z.object({ conversation: conversationId, change: changeId, isPrivate: z.boolean() }))

/** A contact, and the moment of their words that somebody saw. */
const answeredUntil = z
  .string()
  .regex(/^[1-9]\d{0,14}:\d{1,15}$/)
  .transform((value) => {
    const [contact = 0, until = 0] = value.split(':').map(Number)
    return { contact, until }
  })

/** A list about a contact from its beginning, or one of its pages. */
const contactPage = z
  .string()
  .transform((value) => {
    const [id, ...rest] = value.split(' ')
    return { id, place: rest.length === 0 ? null : (parsePlace(rest.join(' ')) ?? undefined) }
  })
  .pipe(z.object({ id: contactId, place: z.custom<Place | null>((place) => place !== undefined) }))

/** Characters that a button can carry (Slack sheet, section 10). */
export const MOST_IN_A_VALUE = 2000

const scope = z.string().max(MOST_IN_A_VALUE).transform(readScope).pipe(z.custom<Scope>(isScope))

/** One of the people of a message. */
const chosen = z
  .string()
  .max(MOST_IN_A_VALUE)
  .transform(readPeople)
  .pipe(z.custom<Chosen>((value) => value !== undefined))

/** A page of a search, and the search. */
const page = z
  .string()
  .max(MOST_IN_A_VALUE)
  .transform((value) => {
    const [cursor = '', ...words] = value.split(' ')
    return { cursor, text: words.join(' ') }
  })
  .refine(({ cursor }) => readCursor(cursor) !== null)

/** Whom to export, and as what. */
const wanted = z
  .string()
  .max(MOST_IN_A_VALUE)
  .transform((value) => {
    const [format, ...words] = value.split(' ')
    return { format, text: words.join(' ') }
  })
  .pipe(z.object({ format: z.enum(FORMATS), text: z.string() }))

const Press = z.discriminatedUnion('action', [
  z.object({ action: z.literal('contact_lookup'), value: contactId }),
  z.object({ action: z.literal('contact_open'), value: contactId }),
  z.object({ action: z.literal('contact_add'), value: z.string().max(320).refine(isAddress) }),
  z.object({ action: z.literal('found_open'), value: contactId }),
  z.object({ action: z.literal('found_page'), value: page }),
  z.object({ action: z.literal('found_list'), value: z.string().max(MOST_IN_A_VALUE).refine(isFilter) }),
  z.object({ action: z.literal('lookup_open'), value: z.literal('next') }),
  z.object({ action: z.literal('contact_pick'), value: contactId }),
  z.object({ action: z.literal('people_add'), value: chosen }),
  z.object({ action: z.literal('contact_enrich'), value: contactId }),
  z.object({ action: z.literal('contact_enrich_again'), value: contactId }),
  z.object({ action: z.literal('contact_sources'), value: contactId }),
  z.object({ action: z.literal('contact_note'), value: contactId }),
  z.object({ action: z.literal('contact_tag'), value: contactId }),
  z.object({ action: z.literal('contact_status'), value: contactId }),
  z.object({ action: z.literal('contact_assign'), value: contactId }),
  z.object({ action: z.literal('contact_edit'), value: contactId }),
  z.object({ action: z.literal('contact_history'), value: contactPage }),
  z.object({ action: z.literal('contact_score'), value: contactId }),
  z.object({ action: z.literal('contact_timeline'), value: contactPage }),
  z.object({ action: z.literal('contact_notes'), value: contactPage }),
  z.object({ action: z.literal('contact_export'), value: contactId }),
  z.object({ action: z.literal('contact_forget'), value: contactId }),
  z.object({ action: z.literal('contact_answered'), value: answeredUntil }),
  z.object({ action: z.literal('change_undo'), value: changeId }),
  z.object({ action: z.literal('company_open'), value: z.string().refine(isDomain) }),
  z.object({ action: z.literal('campaign_open'), value: z.string().min(1).max(MOST_IN_A_VALUE) }),
  z.object({ action: z.literal('campaigns_open'), value: z.literal('recent') }),
  z.object({ action: z.literal('enrich_start'), value: z.string().max(MOST_IN_A_VALUE).refine(isFilter) }),
  z.object({ action: z.literal('enrich_cancel'), value: z.string() }),
  z.object({ action: z.literal('export_start'), value: wanted }),
  z.object({ action: z.literal('export_cancel'), value: z.string() }),
  z.object({ action: z.literal('import_start'), value: importId }),
  z.object({ action: z.literal('import_cancel'), value: importId }),
  z.object({ action: z.literal('import_columns'), value: importId }),
  z.object({ action: z.literal('import_undo'), value: importId }),
  z.object({ action: z.literal('stats_period'), value: scope }),
  z.object({ action: z.literal('stats_form'), value: scope }),
  z.object({ action: z.literal('digest_preview'), value: z.literal('now') }),
  z.object({ action: z.literal('digest_change'), value: z.literal('now') }),
  z.object({ action: z.literal('digest_test'), value: z.literal('now') }),
  z.object({ action: z.literal('digest_now'), value: z.literal('now') }),
  z.object({ action: z.literal('digest_reset'), value: z.literal('now') }),
  z.object({ action: z.literal('alert_triage'), value: alertTriage }),
  z.object({ action: z.literal('alert_later'), value: alertLater }),
  z.object({ action: z.literal('alert_undo'), value: alertUndo }),
  z.object({ action: z.literal('alert_open'), value: conversationId }),
  z.object({ action: z.literal('alerts_open'), value: z.literal('now') }),
  z.object({ action: z.literal('alerts_kinds'), value: z.literal('now') }),
  z.object({ action: z.literal('alerts_rule_new'), value: z.literal('now') }),
  z.object({ action: z.literal('alerts_rule'), value: alertRule }),
  z.object({ action: z.literal('alerts_rule_test'), value: testedRule }),
  z.object({ action: z.literal('alerts_rule_ask'), value: alertRule }),
  z.object({ action: z.literal('alerts_rule_remove'), value: alertRule }),
  z.object({ action: z.literal('alerts_rule_try'), value: z.literal('form') }),
  z.object({ action: z.literal('alerts_quiet'), value: z.literal('now') }),
  z.object({ action: z.literal('alerts_quiet_off'), value: z.literal('now') }),
  z.object({ action: z.literal('health_open'), value: z.literal('now') }),
  z.object({ action: z.literal('send_again'), value: z.literal('all') }),
  z.object({ action: z.literal('open_form'), value: z.enum(BLANK_FORMS) }),
])

export type Press = z.infer<typeof Press>

/** What a button asks for, or undefined: whoever sees a message can send any value back. */
export function readPress(actionId: string, value: string | undefined): Press | undefined {
  return Press.safeParse({ action: actionId.split(':')[0], value }).data
}

/** The entries of a menu are buttons that take less room: what one asks for stands in its value, as one text. */
export function writeChoice(action: Action, value: string): string {
  return `${action} ${value}`
}

/** What the choice of an entry of a menu asks for, or undefined. */
export function readChoice(choice: string): Press | undefined {
  const [action = '', ...value] = choice.split(' ')
  return readPress(action, value.join(' '))
}
