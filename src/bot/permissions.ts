import type { Command } from './command.ts'
import type { Action, FormId, MenuId, Press, ShortcutId } from './listeners.ts'

/** From least to most: each may do what those before it may. */
export const ROLES = ['viewer', 'member', 'admin'] as const

export type Role = (typeof ROLES)[number]

/** Whether somebody with `role` may do what needs `needed`. */
export function may(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed)
}

/** What needs no more than this changes nothing. */
export const CHANGES_NOTHING = 'viewer' satisfies Role

/** Viewers read. Members change contacts and spend credits. Admins do what cannot be taken back. */
export const COMMAND_NEEDS = {
  help: 'viewer',
  lookup: 'viewer',
  pick: 'viewer',
  search: 'viewer',
  company: 'viewer',
  campaign: 'viewer',
  stats: 'viewer',
  health: 'viewer',
  digest: 'viewer',
  digest_preview: 'viewer',
  alerts: 'viewer',
  add: 'member',
  import: 'member',
  export: 'member',
  note: 'member',
  tag: 'member',
  untag: 'member',
  assign: 'member',
  status: 'member',
  enrich: 'member',
  enrich_many: 'member',
  digest_now: 'admin',
  forget: 'admin',
} as const satisfies Record<Command['kind'], Role>

export const PRESS_NEEDS = {
  contact_lookup: 'viewer',
  contact_open: 'viewer',
  contact_sources: 'viewer',
  contact_history: 'viewer',
  contact_score: 'viewer',
  contact_timeline: 'viewer',
  contact_notes: 'viewer',
  found_open: 'viewer',
  found_page: 'viewer',
  lookup_open: 'viewer',
  contact_pick: 'viewer',
  found_list: 'viewer',
  company_open: 'viewer',
  campaign_open: 'viewer',
  campaigns_open: 'viewer',
  stats_period: 'viewer',
  stats_form: 'viewer',
  enrich_cancel: 'viewer',
  export_cancel: 'viewer',
  alert_open: 'viewer',
  digest_preview: 'viewer',
  alerts_open: 'viewer',
  // Everybody's own, and about no contact.
  alerts_quiet: 'viewer',
  alerts_quiet_off: 'viewer',
  health_open: 'viewer',
  contact_add: 'member',
  people_add: 'member',
  contact_enrich: 'member',
  contact_enrich_again: 'member',
  contact_note: 'member',
  contact_tag: 'member',
  contact_status: 'member',
  contact_assign: 'member',
  contact_edit: 'member',
  contact_export: 'member',
  contact_answered: 'member',
  change_undo: 'member',
  alert_triage: 'member',
  alert_later: 'member',
  alert_undo: 'member',
  enrich_start: 'member',
  export_start: 'member',
  import_start: 'member',
  import_cancel: 'member',
  import_columns: 'member',
  import_undo: 'member',
  digest_change: 'admin',
  digest_test: 'admin',
  digest_now: 'admin',
  digest_reset: 'admin',
  alerts_kinds: 'admin',
  alerts_rule_new: 'admin',
  alerts_rule: 'admin',
  alerts_rule_test: 'admin',
  alerts_rule_ask: 'admin',
  alerts_rule_remove: 'admin',
  alerts_rule_try: 'admin',
  contact_forget: 'admin',
  send_again: 'admin',
  // At the least: see `needsOf`.
  open_form: 'viewer',
} as const satisfies Record<Action, Role>

export const FORM_NEEDS = {
  add_contact: 'member',
  import_contacts: 'member',
  import_columns: 'member',
  import_undo: 'member',
  note_contact: 'member',
  tag_contact: 'member',
  status_contact: 'member',
  assign_contact: 'member',
  alert_later: 'member',
  edit_contact: 'member',
  forget_contact: 'admin',
  stats: 'viewer',
  digest_schedule: 'admin',
  alerts_kinds: 'admin',
  alerts_rule: 'admin',
  alerts_quiet: 'viewer',
} as const satisfies Record<FormId, Role>

export const SHORTCUT_NEEDS = {
  crm_lookup: 'viewer',
  crm_import: 'member',
  crm_stats: 'viewer',
  crm_people: 'viewer',
} as const satisfies Record<ShortcutId, Role>

export const MENU_NEEDS = {
  contact_pick: 'viewer',
  alerts_campaign: 'admin',
  alerts_tag: 'admin',
} as const satisfies Record<MenuId, Role>

/** A button that opens a form needs what the form needs. */
export function needsOf(press: Press): Role {
  return press.action === 'open_form' ? FORM_NEEDS[press.value] : PRESS_NEEDS[press.action]
}
