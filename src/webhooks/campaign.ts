import type { Campaign } from '../core/event.ts'
import { type Fields, textOf } from './fields.ts'

/**
 * The campaign that senders name in a message's own data, for tools that know no campaigns: under
 * `campaign`, `campaign_id` and `step`, as the pages in docs/providers ask them to.
 */
export function statedCampaign(data: Fields): Campaign | null {
  const [id = null, name = null, step = null] = [data.campaign_id, data.campaign, data.step].map(textOf)
  return id === null && name === null && step === null ? null : { id, name, step }
}
