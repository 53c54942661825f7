import process from 'node:process'

import { SECRETS } from '../practice/email/sign.ts'
import { snsFetch } from '../practice/email/sns.ts'
import { TOOLS } from '../practice/email/tools/index.ts'
import type { WebhookProvider, WebhookRequest } from '../src/webhooks/provider.ts'
import { createProviders } from '../src/webhooks/providers/index.ts'
import { readDelivery } from '../src/webhooks/read-delivery.ts'
import { type SampleDelivery, sampleDeliveries } from './support/deliveries.ts'

const ROUNDS = 7
const WARM_UP_US = 12_000

/**
 * What each provider costs between the bytes of a delivery and its events, beside what
 * `JSON.parse` takes for the same bytes. Nothing is stored and nothing goes over the network.
 */
export async function measureProviders(): Promise<void> {
  console.log('\nVerify and read: processor time in microseconds an event, beside JSON.parse of the same bytes')
  print(['', '', 'bytes', 'JSON.parse', 'verify', 'verify and read', 'times JSON.parse'])
  const providers = createProviders({ fetch: snsFetch })
  for (const tool of TOOLS) {
    const provider = providers.find(({ id }) => id === tool.id)
    if (!provider) throw new Error(`there is no provider ${tool.id}`)
    for (const [nth, delivery] of sampleDeliveries(tool, Date.now()).entries()) {
      print([nth === 0 ? tool.name : '', ...(await measured(provider, delivery))])
    }
  }
}

async function measured(provider: WebhookProvider, { what, events, request, json }: SampleDelivery): Promise<string[]> {
  const secret = SECRETS[provider.id] ?? ''
  const proven = async () => {
    // What is found in a request is kept with it, so that each time needs one of its own.
    const fresh = { ...request }
    await provider.verify(fresh, secret)
    return fresh
  }
  const read = async (fresh: WebhookRequest) => {
    await provider.oneTimeToken?.(fresh)
    await provider.handshake?.(fresh)
    return await readDelivery(provider, fresh)
  }
  const delivery = await read(await proven())
  if (delivery.events.length !== events) throw new Error(`${provider.name} reads ${what} as ${delivery.events.length}`)

  const parse = json === undefined ? undefined : (await microseconds(() => JSON.parse(json))) / events
  const verify = (await microseconds(proven)) / events
  const all = (await microseconds(async () => read(await proven()))) / events
  const bytes = Math.round(request.body.byteLength / events)
  const [parsed, times] = parse === undefined ? ['', ''] : [figure(parse), figure(all / parse)]
  return [what, bytes.toLocaleString('en'), parsed, figure(verify), figure(all), times]
}

/**
 * Processor time of one `work`, threads of the pool included, as the median of a few rounds after
 * warming up: who else is busy on the machine matters little to it.
 */
async function microseconds(work: () => unknown): Promise<number> {
  const spent = async (count: number) => {
    const before = process.cpuUsage()
    for (let n = 0; n < count; n += 1) await work()
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  let count = 1
  while ((await spent(count)) < WARM_UP_US) count *= 2
  count = Math.max(1, count >> 2)
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) rounds.push((await spent(count)) / count)
  return rounds.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN
}

function figure(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0)
}

const WIDTHS = [14, 16, 8, 12, 10, 17, 18]

function print(cells: readonly string[]): void {
  const padded = cells.map((cell, column) => {
    const width = WIDTHS[column] ?? 0
    return column < 2 ? cell.padEnd(width) : cell.padStart(width)
  })
  console.log(`  ${padded.join('')}`.trimEnd())
}
