import type { Finding } from '../finding.ts'
import { alertRules } from '../store/alert-settings.ts'
import type { Database } from '../store/database.ts'
import { counted } from '../text.ts'
import { type AlertRule, TO_OWNER } from './rules.ts'

/** How many rules there are, and whether something falls between them; nothing where there are none. */
export async function alertRuleFindings(database: Database, channel: string | undefined): Promise<Finding[]> {
  const rules = await alertRules(database)
  if (rules.length === 0) return []
  const [name, count] = ['alert rules', counted(rules.length, 'rule')]
  if (channel !== undefined || rules.some(takesEverything)) return [{ name, state: 'ok', facts: [count], fixes: [] }]
  const facts = [count, 'what none of them sends anywhere is told to nobody']
  const fix = 'set CRM_ALERT_CHANNEL to the id of a channel, or add a rule without conditions in /crm alerts'
  return [{ name, state: 'ok', facts, fixes: [fix] }]
}

function takesEverything({ kinds, campaign, tag, owner, target }: AlertRule): boolean {
  return kinds.length === 0 && campaign === null && tag === null && owner === null && target !== TO_OWNER
}
