import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'

import {
  type Act,
  CLOCK_MOVES,
  EMAIL_ACTIONS,
  type EmailAct,
  type EnrichmentMood,
  type OptionsQuery,
  PRACTICE_PATH,
  type PracticeParts,
} from './contract.ts'

const name = z.string().min(1).max(255)
const Entered = z.union([z.string(), z.array(z.string()), z.null()])
const Values = z.record(z.string(), z.record(z.string(), Entered))

const Place = z.discriminatedUnion('surface', [
  z.object({ surface: z.literal('message'), conversation: name, ts: name }),
  z.object({ surface: z.literal('modal'), id: name }),
  z.object({ surface: z.literal('home') }),
])

const ActBody = z.discriminatedUnion('act', [
  z.object({
    act: z.literal('type'),
    conversation: name,
    text: z.string().max(40_000),
    thread: z.exactOptional(name),
  }),
  z.object({
    act: z.literal('interact'),
    place: Place,
    block: z.string(),
    action: z.string(),
    entered: z.exactOptional(Entered),
    values: z.exactOptional(Values),
  }),
  z.object({ act: z.literal('submit'), modal: name, values: Values }),
  z.object({ act: z.literal('close'), modal: name, all: z.exactOptional(z.boolean()) }),
  z.object({ act: z.literal('shortcut'), callbackId: name }),
  z.object({ act: z.literal('message-shortcut'), callbackId: name, conversation: name, ts: name }),
  z.object({ act: z.literal('open-home') }),
  z.object({ act: z.literal('dismiss'), notice: z.number() }),
]) satisfies z.ZodType<Act>

const OptionsBody = z.object({
  place: Place,
  block: z.string(),
  action: z.string(),
  query: z.string().max(1000),
}) satisfies z.ZodType<OptionsQuery>

const contact = z.string().trim().min(1).max(320)

const EmailBody = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event'), tool: name, action: z.enum(EMAIL_ACTIONS), contact }),
  z.object({ kind: z.literal('replay-last'), tool: name }),
  z.object({ kind: z.literal('replay-batch'), tool: name }),
  z.object({ kind: z.literal('forge'), tool: name, contact }),
]) satisfies z.ZodType<EmailAct>

const MoodBody = z.object({
  latencyMs: z.exactOptional(z.int().min(0).max(60_000)),
  misses: z.exactOptional(z.boolean()),
  wrongPerson: z.exactOptional(z.boolean()),
  rateLimited: z.exactOptional(z.boolean()),
  outOfCredits: z.exactOptional(z.boolean()),
  revoked: z.exactOptional(z.boolean()),
  outage: z.exactOptional(z.boolean()),
  garbage: z.exactOptional(z.boolean()),
  silent: z.exactOptional(z.boolean()),
}) satisfies z.ZodType<Partial<EnrichmentMood>>

const ClockBody = z.object({ move: z.enum(CLOCK_MOVES) })

/** Slack's own limit for a file in a modal (Slack sheet, section 9). */
const MAX_FILE = 10 * 1024 * 1024

/** The requests at the end of contract.ts. Streams of changes end with `closing`. */
export function createPageApi(parts: PracticeParts, closing: AbortSignal): Hono {
  const api = new Hono().basePath(PRACTICE_PATH)
  api.use(bodyLimit({ maxSize: MAX_FILE, onError: (c) => problem(c, 413, 'More than 10 MB are not taken.') }))
  api.onError((error, c) => problem(c, 500, `The practice server failed: ${error.message}`))
  api.notFound((c) => problem(c, 404, `There is no ${c.req.method} ${c.req.path}.`))

  api.get('/state', (c) => c.json(parts.state()))
  api.get('/changes', () => stream(changes(parts.onChange, closing)))
  api.post('/act', async (c) => {
    const act = await read(c, ActBody)
    return act.ok ? c.json(await parts.act(act.value)) : problem(c, 400, act.problem)
  })
  api.post('/options', async (c) => {
    const query = await read(c, OptionsBody)
    return query.ok ? c.json(await parts.options(query.value)) : problem(c, 400, query.problem)
  })
  api.post('/files', async (c) => {
    const file = name.safeParse(c.req.query('name'))
    if (!file.success) return problem(c, 400, 'A file needs a name: /practice/files?name=people.csv')
    const bytes = new Uint8Array(await c.req.arrayBuffer())
    if (bytes.length === 0) return problem(c, 400, 'The file is empty.')
    const mimetype = c.req.header('content-type') || 'application/octet-stream'
    return c.json(await parts.addFile({ name: file.data, mimetype, bytes }))
  })
  api.get('/files/:id', async (c) => {
    const file = await parts.file(c.req.param('id'))
    return file ? download(file) : problem(c, 404, 'There is no such file.')
  })
  api.post('/email', async (c) => {
    const act = await read(c, EmailBody)
    return act.ok ? c.json(await parts.email(act.value)) : problem(c, 400, act.problem)
  })
  api.post('/enrichment/:id', async (c) => {
    const mood = await read(c, MoodBody)
    return mood.ok ? c.json(parts.setMood(c.req.param('id'), mood.value)) : problem(c, 400, mood.problem)
  })
  api.post('/clock', async (c) => {
    const clock = await read(c, ClockBody)
    return clock.ok ? c.json(await parts.moveClock(clock.value.move)) : problem(c, 400, clock.problem)
  })
  api.get('/exchanges/:id', (c) => {
    const exchange = parts.exchange(Number(c.req.param('id')))
    return exchange ? c.json(exchange) : problem(c, 404, 'Only the last two hundred requests are kept.')
  })
  return api
}

function problem(c: Context, status: 400 | 404 | 413 | 500, sentence: string): Response {
  return c.json({ ok: false, problem: sentence }, status)
}

type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string }

async function read<T>(c: Context, schema: z.ZodType<T>): Promise<Read<T>> {
  let body: unknown
  try {
    body = await c.req.json()
  } catch {
    return { ok: false, problem: 'The body is not JSON.' }
  }
  const parsed = schema.safeParse(body)
  if (parsed.success) return { ok: true, value: parsed.data }
  const [issue] = parsed.error.issues
  return { ok: false, problem: `The body is not understood: ${issue?.path.join('.')}: ${issue?.message}` }
}

/** Never shown in the page's own origin, where a script in it could act as the person. */
function download(file: { readonly name: string; readonly mimetype: string; readonly bytes: Uint8Array }): Response {
  return new Response(Buffer.from(file.bytes), {
    headers: {
      'content-type': file.mimetype,
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
      'content-security-policy': 'sandbox',
      'x-content-type-options': 'nosniff',
    },
  })
}

function stream(body: ReadableStream<Uint8Array>): Response {
  return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } })
}

/** Long enough for a burst to end, too short to be noticed. */
const COALESCE_MS = 25
/** So that a connection that died is noticed. */
const HEARTBEAT_MS = 15_000

/** Says `changed` once for all changes of a moment. */
function changes(onChange: PracticeParts['onChange'], closing: AbortSignal): ReadableStream<Uint8Array> {
  const end = new AbortController()
  const encoder = new TextEncoder()
  return new ReadableStream({
    start(controller) {
      const say = (text: string) => controller.enqueue(encoder.encode(text))
      let soon: NodeJS.Timeout | undefined
      const forget = onChange(() => {
        soon ??= setTimeout(() => {
          soon = undefined
          say('event: changed\ndata: changed\n\n')
        }, COALESCE_MS)
      })
      const heartbeat = setInterval(() => say(': still here\n\n'), HEARTBEAT_MS)
      const stop = AbortSignal.any([end.signal, closing])
      stop.addEventListener('abort', () => {
        forget()
        clearTimeout(soon)
        clearInterval(heartbeat)
        if (!end.signal.aborted) controller.close()
      })
      // Headers reach the browser with the first bytes.
      say(': hello\n\n')
    },
    cancel: () => end.abort(),
  })
}
