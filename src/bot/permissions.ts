import type { Command } from './command.ts'
import type { Action, FormId } from './listeners.ts'

/** From least to most: each may do what those before it may. */
export const ROLES = ['viewer', 'member', 'admin'] as const

export type Role = (typeof ROLES)[number]

/** Whether somebody with `role` may do what needs `needed`. */
export function may(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed)
}

/** Viewers read. Members change contacts and spend credits. Admins do what cannot be taken back. */
export const COMMAND_NEEDS = {
  help: 'viewer',
  lookup: 'viewer',
  search: 'viewer',
  company: 'viewer',
  campaign: 'viewer',
  stats: 'viewer',
  health: 'viewer',
  unavailable: 'viewer',
  add: 'member',
  import: 'member',
  note: 'member',
  tag: 'member',
  untag: 'member',
  assign: 'member',
  status: 'member',
  enrich: 'member',
  enrich_many: 'member',
} as const satisfies Record<Command['kind'], Role>

export const PRESS_NEEDS = {
  contact_lookup: 'viewer',
  contact_open: 'viewer',
  contact_sources: 'viewer',
  contact_history: 'viewer',
  found_open: 'viewer',
  found_page: 'viewer',
  company_open: 'viewer',
  campaign_open: 'viewer',
  campaigns_open: 'viewer',
  stats_period: 'viewer',
  enrich_cancel: 'viewer',
  contact_add: 'member',
  contact_enrich: 'member',
  contact_enrich_again: 'member',
  contact_note: 'member',
  contact_tag: 'member',
  contact_status: 'member',
  contact_assign: 'member',
  contact_edit: 'member',
  change_undo: 'member',
  enrich_start: 'member',
  open_form: 'member',
} as const satisfies Record<Action, Role>

export const FORM_NEEDS = {
  add_contact: 'member',
  import_contacts: 'member',
  note_contact: 'member',
  tag_contact: 'member',
  status_contact: 'member',
  assign_contact: 'member',
  edit_contact: 'member',
} as const satisfies Record<FormId, Role>
