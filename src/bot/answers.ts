import type { types } from '@slack/bolt'

import type { CampaignResult, CampaignSummary } from '../core/campaign.ts'
import type { CompanyResult } from '../core/company.ts'
import type { ContactCard } from '../core/contact-card.ts'
import type { Estimate } from '../core/enrichment/enrich.ts'
import type { ContactOutcome } from '../core/enrichment/outcome.ts'
import type { ProviderId } from '../core/enrichment/provider.ts'
import type { ErasurePreview } from '../core/erasure/erase-contact.ts'
import { InvalidInputError } from '../core/errors.ts'
import type { Finding } from '../core/finding.ts'
import type { Logger } from '../core/logger.ts'
import type { SearchResult } from '../core/search/search.ts'
import type { Actor } from './actor.ts'
import { type AlertSettingsDeps, alertsPage, pressAlerts } from './alert-settings.ts'
import { type AlertAnswerDeps, answerAlert } from './alerts/answers.ts'
import type { Message } from './blocks.ts'
import { type CardPagesDeps, cardList, whyThisScore } from './card-pages.ts'
import { answerChange, answered, type ChangingDeps, changeForm, takenBack } from './changing.ts'
import { parseCommand } from './command.ts'
import { answerDigest, type DigestDeps, pressDigest } from './digests.ts'
import { answerExport, type ExportingDeps, startExporting } from './exporting.ts'
import { failureView } from './failure.ts'
import { DeniedError } from './gate.ts'
import { answerImport, type ImportAnswerDeps } from './import-answers.ts'
import { type BlankFormId, MOST_IN_A_VALUE, type Press } from './listeners.ts'
import { addedHere, type PeopleHereDeps } from './people-here.ts'
import { answerStatistics, askStatistics, type StatisticsDeps } from './statistics.ts'
import { addContactForm } from './views/add-contact-form.ts'
import { campaignsView, campaignView } from './views/campaign.ts'
import { companyView } from './views/company.ts'
import { contactCardView } from './views/contact-card.ts'
import { contactSourcesView } from './views/contact-sources.ts'
import { enrichCostView, notStartedView } from './views/enrich-cost.ts'
import { notExportedView } from './views/export.ts'
import { forgetForm } from './views/forget.ts'
import { foundView } from './views/found.ts'
import { healthView } from './views/health.ts'
import { helpView } from './views/help.ts'
import { importForm } from './views/import-form.ts'
import { lookupForm } from './views/lookup-form.ts'
import { nearMissesView } from './views/near-misses.ts'
import { EXPORT_STARTED } from './views/person-export.ts'
import { goneView, startedView } from './views/problem.ts'

export interface AnswerDeps
  extends AlertAnswerDeps,
    ChangingDeps,
    CardPagesDeps,
    AlertSettingsDeps,
    DigestDeps,
    ExportingDeps,
    ImportAnswerDeps,
    PeopleHereDeps,
    StatisticsDeps {
  readonly addContact: (address: string, byUser: string) => Promise<ContactCard>
  /** One page of what the text means; throws `InvalidInputError` for filters that are none. `by` is a Slack user id. */
  readonly search: (asked: SearchPage, by: string) => Promise<SearchResult>
  /** Sends `by`, a Slack user id, everything that is known of a contact, in the background. */
  readonly startExport: (order: { readonly id: number; readonly by: string }) => void
  /** Everybody at the domain of an address, of a web address, or as such. */
  readonly company: (who: string) => Promise<CompanyResult>
  /** The latest of them. */
  readonly campaigns: () => Promise<readonly CampaignSummary[]>
  readonly campaign: (name: string) => Promise<CampaignResult>
  readonly health: () => Promise<readonly Finding[]>
  /** Begins anew what was to be said in Slack and was given up; says how much that is. `by` is a Slack user id. */
  readonly sendAgain: (by: string) => Promise<number>
  /** Of a contact by its id, or of an address. */
  readonly previewErasure: (who: number | string) => Promise<ErasurePreview | undefined>
  /** Finds out what is lacking of one contact; `again` asks those anew who have answered already. */
  readonly enrichContact: (id: number, options: { readonly again: boolean }) => Promise<ContactOutcome>
  /** Throws `InvalidInputError` for what is no filter. */
  readonly estimateEnrichment: (filter: string, by: string) => Promise<Estimate>
  /** Begins a run in the background, which tells `by` (a Slack user id) how it goes on. */
  readonly startEnrichment: (order: { readonly filter: string; readonly by: string }) => Promise<void>
  /** Those that are switched on. */
  readonly enrichmentProviders: readonly ProviderId[]
}

export interface SearchPage {
  readonly text: string
  /** Without it the first page. */
  readonly cursor?: string
}

/** Something to read, or a form to fill in. */
export type Answer = Message | types.ModalView

export function isForm(answer: Answer): answer is types.ModalView {
  return 'type' in answer
}

export interface Said {
  readonly answer: Answer
  /** False for a sentence on why there is no answer. */
  readonly isAnswer: boolean
  /** People of other workspaces are told nothing where others of theirs may be answered, such as by a button. */
  readonly isOutsider?: boolean
}

/** The answer, or a sentence on why there is none; never an error. */
export async function saying(answer: () => Promise<Answer>, log: Logger): Promise<Said> {
  try {
    return { answer: await answer(), isAnswer: true }
  } catch (error) {
    const isOutsider = error instanceof DeniedError && error.denial.why === 'outsider'
    return { answer: failureView(error, 'a Slack command failed', log), isAnswer: false, isOutsider }
  }
}

const NEW_FORMS: Readonly<Record<BlankFormId, (deps: ImportAnswerDeps) => types.ModalView>> = {
  add_contact: () => addContactForm(),
  import_contacts: importForm,
}

/** What the answer to a button is called where it stands in a modal. */
export const TITLES: Readonly<Record<Press['action'], string>> = {
  contact_lookup: 'Contact',
  contact_open: 'Contact',
  contact_add: 'Contact',
  found_open: 'Contact',
  found_page: 'Contacts',
  lookup_open: 'Look up a contact',
  contact_pick: 'Contact',
  people_add: 'People in this message',
  found_list: 'Contacts',
  contact_enrich: 'Contact',
  contact_enrich_again: 'Contact',
  contact_sources: 'Contact',
  contact_note: 'Contact',
  contact_tag: 'Contact',
  contact_status: 'Contact',
  contact_assign: 'Contact',
  contact_edit: 'Contact',
  contact_history: 'History',
  contact_score: 'Why this score?',
  contact_timeline: 'Timeline',
  contact_notes: 'Notes',
  contact_export: 'Contact',
  contact_forget: 'Erase a person',
  contact_answered: 'Contact',
  change_undo: 'Contact',
  company_open: 'Company',
  campaign_open: 'Campaign',
  campaigns_open: 'Campaigns',
  enrich_start: 'Enrich',
  enrich_cancel: 'Enrich',
  export_start: 'Export contacts',
  export_cancel: 'Export contacts',
  import_start: 'Import contacts',
  import_cancel: 'Import contacts',
  import_columns: 'Import contacts',
  import_undo: 'Undo an import',
  stats_period: 'Statistics',
  stats_form: 'Statistics',
  digest_preview: 'Daily digest',
  digest_change: 'Daily digest',
  digest_test: 'Daily digest',
  digest_now: 'Daily digest',
  digest_reset: 'Daily digest',
  alert_triage: 'Alert',
  alert_later: 'Alert',
  alert_undo: 'Alert',
  alert_open: 'Alert',
  alerts_open: 'Alerts',
  alerts_kinds: 'Alerts',
  alerts_rule_new: 'Alerts',
  alerts_rule: 'Alerts',
  alerts_rule_test: 'Alerts',
  alerts_rule_ask: 'Alerts',
  alerts_rule_remove: 'Alerts',
  alerts_rule_try: 'Send a test',
  alerts_quiet: 'Alerts',
  alerts_quiet_off: 'Alerts',
  health_open: 'Health',
  send_again: 'Health',
  open_form: 'Touchpoint',
}

/** Throws `InvalidInputError` where the text says too little. */
export async function answerCommand(text: string, actor: Actor, deps: AnswerDeps): Promise<Answer> {
  const { lookup, health, now } = deps
  const command = parseCommand(text)
  switch (command.kind) {
    case 'help':
      return helpView()
    case 'add':
      return addContactForm(command.person)
    case 'export':
      return await answerExport(command, actor, deps)
    case 'import':
      return importForm(deps)
    case 'search':
      return foundView(command.text, await deps.search({ text: command.text }, actor.userId))
    case 'stats':
      return await answerStatistics(command.scope, deps)
    case 'company':
      return companyView(await deps.company(command.who))
    case 'campaign':
      return command.name === null
        ? campaignsView(await deps.campaigns())
        : campaignView(command.name, await deps.campaign(command.name))
    case 'health':
      return healthView(await health(), { role: actor.role })
    case 'digest':
    case 'digest_preview':
    case 'digest_now':
      return await answerDigest(command, actor, deps)
    case 'alerts':
      return await alertsPage(actor, deps)
    case 'lookup': {
      const result = await lookup(command.who)
      return result.kind === 'found'
        ? contactCardView(result.card, { now: now(), role: actor.role })
        : nearMissesView(command.who, result)
    }
    case 'pick':
      return lookupForm(actor.role)
    case 'enrich': {
      const result = await lookup(command.who)
      return result.kind === 'found'
        ? await enriched(result.card.id, { again: false }, actor, deps)
        : nearMissesView(command.who, result, 'contact_enrich')
    }
    case 'forget':
      return await forgetting(command.who, deps)
    case 'note':
    case 'tag':
    case 'untag':
    case 'assign':
    case 'status':
      return await answerChange(command, actor, deps)
    case 'enrich_many':
      return await costOf(command.filter, actor, deps)
  }
}

/** `entered` is what stands in the inputs beside the button. */
export async function answerPress(press: Press, actor: Actor, deps: AnswerDeps, entered?: unknown): Promise<Answer> {
  const { cardById, addContact, startEnrichment, now } = deps
  switch (press.action) {
    case 'contact_lookup':
    case 'contact_open':
    case 'contact_pick':
    case 'found_open': {
      const card = await cardById(press.value)
      return card ? contactCardView(card, { now: now(), role: actor.role }) : goneView()
    }
    case 'found_page':
      return foundView(press.value.text, await deps.search(press.value, actor.userId))
    case 'found_list':
      return foundView(press.value, await deps.search({ text: press.value }, actor.userId))
    case 'lookup_open':
      return lookupForm(actor.role)
    case 'people_add':
      return await addedHere(press.value, actor, deps)
    case 'contact_add':
      return contactCardView(await addContact(press.value, actor.userId), { added: true, role: actor.role })
    case 'contact_enrich':
      return await enriched(press.value, { again: false }, actor, deps)
    case 'contact_enrich_again':
      return await enriched(press.value, { again: true }, actor, deps)
    case 'contact_sources': {
      const card = await cardById(press.value)
      return card ? contactSourcesView(card) : goneView()
    }
    case 'contact_note':
    case 'contact_tag':
    case 'contact_status':
    case 'contact_assign':
    case 'contact_edit':
      return await changeForm(press.action, press.value, deps)
    case 'contact_timeline':
    case 'contact_notes':
    case 'contact_history':
      return await cardList(press, deps)
    case 'contact_score':
      return await whyThisScore(press.value, deps)
    case 'contact_export': {
      const card = await cardById(press.value)
      if (!card) return goneView()
      deps.startExport({ id: press.value, by: actor.userId })
      return contactCardView(card, { news: { sentence: EXPORT_STARTED }, now: now(), role: actor.role })
    }
    case 'contact_answered':
      return await answered(press.value, actor, deps)
    case 'contact_forget':
      return await forgettingOne(press.value, deps)
    case 'change_undo':
      return await takenBack(press.value, actor, deps)
    case 'company_open':
      return companyView(await deps.company(press.value))
    case 'campaign_open':
      return campaignView(press.value, await deps.campaign(press.value))
    case 'campaigns_open':
      return campaignsView(await deps.campaigns())
    case 'enrich_start':
      await startEnrichment({ filter: press.value, by: actor.userId })
      return startedView()
    case 'enrich_cancel':
      return notStartedView()
    case 'export_start':
      return await startExporting(press.value, actor, deps)
    case 'export_cancel':
      return notExportedView()
    case 'import_start':
    case 'import_cancel':
    case 'import_columns':
    case 'import_undo':
      return await answerImport(press, actor, deps)
    case 'stats_period':
      return await answerStatistics(press.value, deps)
    case 'stats_form':
      return await askStatistics(press.value, deps)
    case 'digest_preview':
    case 'digest_change':
    case 'digest_test':
    case 'digest_now':
    case 'digest_reset':
      return await pressDigest(press, actor, deps)
    case 'alert_triage':
    case 'alert_later':
    case 'alert_undo':
    case 'alert_open':
      return await answerAlert(press, actor, deps)
    case 'alerts_open':
    case 'alerts_kinds':
    case 'alerts_rule_new':
    case 'alerts_rule':
    case 'alerts_rule_test':
    case 'alerts_rule_ask':
    case 'alerts_rule_remove':
    case 'alerts_rule_try':
    case 'alerts_quiet':
    case 'alerts_quiet_off':
      return await pressAlerts(press, actor, deps, entered)
    case 'health_open':
      return healthView(await deps.health(), { role: actor.role })
    case 'send_again': {
      const sentAgain = await deps.sendAgain(actor.userId)
      return healthView(await deps.health(), { role: actor.role, sentAgain })
    }
    case 'open_form':
      return NEW_FORMS[press.value](deps)
  }
}

/** The form that asks once more, for a contact or for an address that is to stay out. */
async function forgetting(who: string, { lookup, previewErasure }: AnswerDeps): Promise<Answer> {
  const result = await lookup(who)
  const address = result.kind === 'found' ? result.card.email : result.address
  const preview = address === null ? undefined : await previewErasure(address)
  if (preview) return forgetForm(preview)
  return result.kind === 'found' ? goneView() : nearMissesView(who, result, 'contact_forget')
}

async function forgettingOne(id: number, { previewErasure }: AnswerDeps): Promise<Answer> {
  const preview = await previewErasure(id)
  return preview ? forgetForm(preview) : goneView()
}

/** The card as it is after enriching, with what came of it. */
async function enriched(
  id: number,
  options: { readonly again: boolean },
  { role }: Actor,
  { enrichContact, cardById, now }: AnswerDeps,
): Promise<Message> {
  const outcome = await enrichContact(id, options)
  const card = await cardById(id)
  return card ? contactCardView(card, { outcome, now: now(), role }) : goneView()
}

async function costOf(
  filter: string,
  actor: Actor,
  { estimateEnrichment, enrichmentProviders }: AnswerDeps,
): Promise<Message> {
  if (filter.length > MOST_IN_A_VALUE)
    throw new InvalidInputError('This filter is too long for one run. Name fewer things at a time.')
  return enrichCostView(filter, await estimateEnrichment(filter, actor.userId), enrichmentProviders)
}
