import { randomUUID } from 'node:crypto'
import pLimit from 'p-limit'
import { z } from 'zod'

import { EMAIL_ACTIONS, type EmailAct, type EmailAction, type EmailResult, type EmailTool } from '../contract.ts'
import type { Exchanges } from '../exchanges.ts'
import { thousandEvents } from './batch.ts'
import { Conversations } from './conversations.ts'
import { deviceOf } from './devices.ts'
import { numberOf } from './ids.ts'
import { requestOf, requestsOf } from './request.ts'
import { ENVIRONMENT, newSender, type Signed, sign } from './sign.ts'
import {
  arrivalOf,
  type Happening,
  type Occasion,
  type Person,
  type SentMail,
  type Tool,
  type Unsigned,
} from './tool.ts'
import { TOOLS, toolById } from './tools/index.ts'
import { ANSWERS } from './words.ts'

/** A mail that a tool has told of before, and how much it told. */
export interface KnownMail {
  readonly tool: string
  readonly mail: SentMail
  readonly told: readonly Happening[]
}

export interface EmailToolsDeps {
  /** Asked at each delivery: a program that starts again has another address. */
  readonly program: { readonly url: string }
  readonly exchanges: Exchanges
  /** UTC milliseconds. */
  readonly now: () => number
  /** Whose names are known; anybody else answers with the bare address. */
  readonly people?: readonly Person[]
  readonly known?: readonly KnownMail[]
}

export interface EmailTools {
  readonly tools: readonly EmailTool[]
  /** The variables that switch these tools on in the program, and what it has to be told of its own address. */
  readonly env: Readonly<Record<string, string>>
  /** Throws when there is no such tool, or it cannot tell such a thing. */
  act(act: EmailAct): Promise<EmailResult>
  /** Signs a delivery as of now and posts it. */
  deliver(delivery: { readonly tool: string } & Unsigned): Promise<Answer>
}

export interface Answer {
  /** 0 where nobody answered. */
  readonly status: number
  readonly body: string
  readonly ms: number
}

/** At once, where a tool makes a request of every event. */
const CONCURRENCY = 20

/** The e-mail tools of the practice workspace: what they post is told and signed as the real ones do. */
export function createEmailTools({ program, exchanges, now, people = [], known = [] }: EmailToolsDeps): EmailTools {
  const conversations = new Conversations()
  for (const { tool, mail, told } of known) conversations.remember(tool, mail, told)
  const names = new Map(people.map(({ email, name }) => [email.toLowerCase(), name]))
  const last = new Map<string, { readonly unsigned: Unsigned; readonly signed: Signed; readonly at: number }>()
  const batches = new Map<string, readonly Unsigned[]>()

  async function post(tool: string, { headers, body, path = '' }: Signed): Promise<Answer> {
    const started = performance.now()
    const since = () => performance.now() - started
    try {
      const parties = { from: tool, to: 'touchpoint' }
      const answer = await exchanges.post(parties, `${program.url}/webhooks/${tool}${path}`, { headers, body })
      return { status: answer.status, body: answer.body, ms: since() }
    } catch (error) {
      const cause = error instanceof Error ? (error.cause ?? error) : error
      return {
        status: 0,
        body: `Touchpoint did not answer: ${cause instanceof Error ? cause.message : cause}`,
        ms: since(),
      }
    }
  }

  async function deliver({ tool, ...unsigned }: { readonly tool: string } & Unsigned): Promise<Answer> {
    const signed = signerOf(tool)({ ...unsigned, sentAt: now() })
    last.set(tool, { unsigned, signed, at: now() })
    return await post(tool, signed)
  }

  function person(email: string): Person {
    return { email, name: names.get(email.toLowerCase()) ?? '' }
  }

  async function tell(tool: Tool, action: EmailAction, email: string): Promise<EmailResult> {
    const conversation = conversations.continue(tool, person(email), action, now())
    // Nobody answers a mail that has not arrived, and some answers are known by nothing else.
    const arrival = arrivalOf(tool)
    const before: Happening[] = action === 'replied' && !conversation.told.has(arrival) ? [arrival] : []
    const answers: Answer[] = []
    for (const happening of [...before, action]) {
      const { mail, told } = conversation
      const request = requestOf(tool, happening, occasionOf(mail, !told.has(happening), now()))
      const answer = await deliver({ tool: tool.id, ...request })
      answers.push(answer)
      if (answer.status === 200) told.add(happening)
    }
    const what = [...before, action].map((happening) => WORDS[happening] ?? happening).join(' and ')
    return resultOf(tool, `${tool.name}: ${what}, ${email}`, answers)
  }

  async function replayLast(tool: Tool): Promise<EmailResult> {
    const before = last.get(tool.id)
    if (!before) return resultOf(tool, `${tool.name} has not sent anything yet`, [])
    const isBelieved = now() - before.at <= tool.proofLastsMs
    if (isBelieved) {
      return resultOf(tool, `${tool.name}: the last delivery once more, byte for byte`, [
        await post(tool.id, before.signed),
      ])
    }
    const answer = await deliver({ tool: tool.id, ...before.unsigned })
    return resultOf(tool, `${tool.name}: the last delivery once more, signed anew`, [answer])
  }

  async function replayBatch(tool: Tool): Promise<EmailResult> {
    const requests = batches.get(tool.id) ?? requestsOf(tool, thousandEvents(tool, now()))
    batches.set(tool.id, requests)
    const started = performance.now()
    const answers = await pLimit(CONCURRENCY).map(requests, (request) => deliver({ tool: tool.id, ...request }))
    const count = requests.length === 1 ? 'one request' : `${requests.length.toLocaleString('en')} requests`
    return { ...resultOf(tool, `${tool.name}: 1,000 events in ${count}`, answers), ms: performance.now() - started }
  }

  async function forge(tool: Tool, email: string): Promise<EmailResult> {
    const mail = conversations.last(tool.id, email)?.mail ?? strangeMail(tool, person(email), now())
    const unsigned = requestOf(tool, arrivalOf(tool), occasionOf(mail, true, now()))
    const signed = newSender(tool.id).sign({ ...unsigned, sentAt: now() })
    return resultOf(tool, `${tool.name}: ${arrivalOf(tool)}, ${email}, signed by somebody else`, [
      await post(tool.id, signed),
    ])
  }

  return {
    tools: TOOLS.map(({ id, name, events, mail }) => ({
      id,
      name,
      actions: EMAIL_ACTIONS.filter((action) => events[action] ?? mail[action]),
    })),
    env: ENVIRONMENT,
    deliver,
    async act(act) {
      const tool = toolById(act.tool)
      switch (act.kind) {
        case 'event':
          return await tell(tool, act.action, act.contact)
        case 'replay-last':
          return await replayLast(tool)
        case 'replay-batch':
          return await replayBatch(tool)
        case 'forge':
          return await forge(tool, act.contact)
      }
    },
  }
}

/** How an action reads in a sentence, where its name does not. */
const WORDS: Readonly<Partial<Record<Happening, string>>> = { machine_opened: 'opened by a machine' }

function signerOf(tool: string) {
  const signer = sign[tool]
  if (!signer) throw new Error(`nobody can sign for ${tool}`)
  return signer
}

function occasionOf(mail: SentMail, isFirst: boolean, at: number): Occasion {
  const id = randomUUID()
  const words = ANSWERS[numberOf(id) % ANSWERS.length] ?? ''
  return { id, mail, at, device: deviceOf(mail.to.email), isFirst, words }
}

function strangeMail({ campaign }: Tool, to: Person, sentAt: number): SentMail {
  return { id: randomUUID(), to, campaign, step: 1, sentAt }
}

function resultOf(tool: Tool, what: string, answers: readonly Answer[]): EmailResult {
  const worst = answers.find(({ status }) => status !== 200) ?? answers.at(-1)
  return {
    tool: tool.id,
    what,
    requests: answers.length,
    status: worst?.status ?? 0,
    body: worst?.status === 200 ? summed(answers) : (worst?.body ?? ''),
    ms: answers.reduce((sum, { ms }) => sum + ms, 0),
  }
}

const Counts = z.record(z.string(), z.number())

/** What the program counted in all these deliveries together. */
function summed(answers: readonly Answer[]): string {
  const [first, ...others] = answers
  if (!first || others.length === 0) return first?.body ?? ''
  const sums: Record<string, number> = {}
  for (const { body } of answers) {
    for (const [name, count] of Object.entries(Counts.parse(JSON.parse(body)))) sums[name] = (sums[name] ?? 0) + count
  }
  return JSON.stringify(sums)
}
