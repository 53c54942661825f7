import pLimit from 'p-limit'

import { createEmailTools } from '../email/index.ts'
import { Exchanges } from '../exchanges.ts'
import { crm, type Home } from '../program.ts'
import { sampleContacts } from './contacts.ts'
import { sampleDeliveries } from './history.ts'

const CONCURRENCY = 10

export interface LoadSamplesDeps {
  /** Where the program that runs at `program.url` keeps its database. */
  readonly home: Home
  readonly program: { readonly url: string }
  /** UTC milliseconds. */
  readonly now: () => number
}

/**
 * Brings the sample people in by the command line, and their history by signed webhooks. It stays
 * out of what the practice page shows of requests, which is for what somebody does there. Throws
 * when the program refuses any of it.
 */
export async function loadSamples({ home, program, now }: LoadSamplesDeps): Promise<void> {
  const at = now()
  const { code, stderr } = await crm(home, ['import', '-'], JSON.stringify(sampleContacts(at)))
  if (code !== 0) throw new Error(`the sample people could not be imported: ${stderr.trim()}`)
  const tools = createEmailTools({ program, exchanges: new Exchanges(), now })
  await pLimit(CONCURRENCY).map(sampleDeliveries(at), async (delivery) => {
    const { status, body } = await tools.deliver(delivery)
    if (status !== 200) throw new Error(`a sample delivery of ${delivery.tool} was answered ${status}: ${body}`)
  })
}
