/**
 * What erasing somebody does with each table. A test goes through the schema and fails where a
 * table that can hold words is not named here.
 */
export const TREATMENT: Readonly<Record<string, Treatment>> = {
  contacts: 'deleted',
  contact_tags: 'deleted',
  contact_words: 'deleted',
  events: 'deleted',
  notes: 'deleted',
  enrichment_lookups: 'deleted',
  posts: 'deleted',
  alert_conversations: 'deleted',
  alert_events: 'deleted',
  import_contacts: 'deleted',
  alert_marks: 'deleted',
  /** Those that name the address; what they would have done is about nobody any more. */
  jobs: 'searched',
  quarantine: 'searched',
  enrichment_providers: 'searched',
  /** Rows that made no contact. */
  import_rejects: 'searched',
  /** A list that waits for somebody to say yes is given up; one that is coming in leaves the person out and goes with its end. */
  import_pieces: 'searched',
  /** Who did what and when stays; what they wrote does not. */
  changes: 'blanked',
  /** A tag or a campaign that nobody is left with goes. */
  contact_groups: 'counts',
  event_days: 'counts',
  tally_days: 'counts',
  campaign_steps: 'counts',
  /** Without the parts of a path that stand for one person (`linkOf`). A link that nobody else clicked goes. */
  campaign_links: 'counts',
  source_days: 'counts',
  totals: 'counts',
  enrichment_days: 'counts',
  /** Numbers of contacts, while a call is under way. */
  enrichment_calls: 'nobody',
  refused_blocks: 'nobody',
  /** Channels, and people of ours. Messages that are about several are shown anew without whoever is erased. */
  alert_targets: 'nobody',
  alert_roll_ups: 'nobody',
  alert_kinds: 'nobody',
  alert_rules: 'nobody',
  alert_people: 'nobody',
  alert_notices: 'nobody',
  channel_troubles: 'nobody',
  digest_settings: 'nobody',
  digests: 'nobody',
  /** Of people nothing but their ids, which are nobody's any more when they are erased. */
  digest_posts: 'nobody',
  /** What lists are called, and what their columns are. */
  imports: 'nobody',
  import_columns: 'nobody',
  erased: 'nobody',
  erasure: 'nobody',
}

/** `counts` tell no person from another; `nobody` holds none. */
export type Treatment = 'deleted' | 'searched' | 'blanked' | 'counts' | 'nobody'

/** Those in which something is deleted or blanked. */
export const TOUCHED: readonly string[] = Object.entries(TREATMENT)
  .filter(([, treatment]) => treatment !== 'counts' && treatment !== 'nobody')
  .map(([name]) => name)
