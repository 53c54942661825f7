import { readdirSync, readFileSync } from 'node:fs'
import { PUBLIC_URL, SECRETS, type Signed, sign } from '../../practice/email/sign.ts'
import { snsFetch } from '../../practice/email/sns.ts'
import type { Delivery } from '../../src/core/delivery.ts'
import type { Logger } from '../../src/core/logger.ts'
import { createWebhookApp, type WebhookDeps } from '../../src/webhooks/app.ts'
import { createProviders } from '../../src/webhooks/providers/index.ts'

/** Nothing that a provider does in a test reaches the network. */
export const providers = createProviders({ fetch: snsFetch })

export const NOW = Date.parse('2026-01-01T12:00:00Z')
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

/** What a provider sends, and what it means beside it. */
export interface Fixture {
  readonly name: string
  /** Where the documentation is silent or contradicts itself: which readings are taken. */
  readonly note?: string
  readonly headers?: Readonly<Record<string, string>>
  /** The body as JSON, or as it is on the wire, or as the fields of a form. */
  readonly body?: unknown
  readonly raw?: string
  readonly form?: Readonly<Record<string, string | { readonly latin1: string }>>
  readonly files?: readonly FixtureFile[]
  readonly urlencoded?: Readonly<Record<string, string>>
  /** The time that it is signed with is also the event's: a redelivery repeats it. */
  readonly signedOnce?: boolean
  readonly events: readonly object[]
  readonly unreadable?: readonly object[]
  /** Instead of one body: many, each `base` with a patch, and the one event or none that it becomes. */
  readonly base?: unknown
  readonly batch?: boolean
  readonly cases?: readonly { readonly patch: object; readonly event: object | null }[]
}

interface FixtureFile {
  readonly name: string
  readonly filename: string
  readonly type: string
  readonly content: string
}

export function fixturesOf(provider: string): Fixture[] {
  const folder = new URL(`fixtures/${provider}/`, import.meta.url)
  return readdirSync(folder).map((file) => ({
    name: file.replace('.json', ''),
    ...JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
  }))
}

export interface Unsigned {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export function requestOf(fixture: Omit<Fixture, 'name' | 'events'>): Unsigned {
  if (fixture.form) return multipart(fixture.form, fixture.files ?? [])
  if (fixture.urlencoded) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return { headers, body: Buffer.from(new URLSearchParams(fixture.urlencoded).toString()) }
  }
  return { headers: fixture.headers ?? {}, body: Buffer.from(fixture.raw ?? JSON.stringify(fixture.body)) }
}

export function multipart(form: NonNullable<Fixture['form']>, files: readonly FixtureFile[] = []): Unsigned {
  const boundary = 'xYzZY'
  const parts: Buffer[] = Object.entries(form).map(([name, value]) =>
    Buffer.concat([
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`),
      typeof value === 'string' ? Buffer.from(value) : Buffer.from(value.latin1, 'latin1'),
      Buffer.from('\r\n'),
    ]),
  )
  for (const { name, filename, type, content } of files) {
    const disposition = `form-data; name="${name}"; filename="${filename}"`
    parts.push(
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: ${disposition}\r\nContent-Type: ${type}\r\n\r\n${content}\r\n`,
      ),
    )
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`))
  return { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body: Buffer.concat(parts) }
}

/** JSON merge patch: null takes a field away. */
export function patched(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const result: Record<string, unknown> = { ...(isObject(target) ? target : {}) }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = patched(result[key], value)
  }
  return result
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function signed(provider: string, unsigned: Unsigned, sentAt = NOW): Signed {
  const signer = sign[provider]
  if (!signer) throw new Error(`test/support/sign.ts has no sender for ${provider}`)
  return signer({ ...unsigned, sentAt })
}

export interface LogLine {
  readonly level: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** The receiver with every provider switched on, and what it did. */
export function aReceiver(overrides: Partial<WebhookDeps> = {}) {
  const deliveries: Delivery[] = []
  const refusals: string[] = []
  const misdirections: string[] = []
  const lines: LogLine[] = []
  const line =
    (level: string) =>
    (message: string, fields: LogLine['fields'] = {}) => {
      lines.push({ level, message, fields })
    }
  const log: Logger = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
  const app = createWebhookApp({
    providers,
    secrets: Object.fromEntries(Object.entries(SECRETS).map(([id, secret]) => [id, [secret]])),
    async ingest(delivery) {
      deliveries.push(delivery)
      return { accepted: delivery.events.length, duplicates: 0, unreadable: delivery.unreadable.length }
    },
    refused: (provider, reason) => refusals.push(`${provider} ${reason}`),
    misdirected: (provider, sender) => misdirections.push(`${provider} ${sender}`),
    now: () => NOW,
    log,
    publicUrl: PUBLIC_URL,
    ...overrides,
  })
  const post = async (provider: string, { headers, body, path = '' }: Unsigned & Pick<Signed, 'path'>) =>
    await app.request(`/webhooks/${provider}${path}`, { method: 'POST', headers, body: Buffer.from(body) })
  return {
    app,
    deliveries,
    refusals,
    misdirections,
    lines,
    post,
    events: () => deliveries.flatMap(({ events }) => events),
    unreadable: () => deliveries.flatMap(({ unreadable }) => unreadable),
  }
}
