/**
 * What the practice page and its server say to one another. Tests read the same screen and do the
 * same acts, in process. Times are UTC milliseconds.
 */

/** Everything one person sees of the workspace. */
export interface Screen {
  readonly team: { readonly id: string; readonly name: string }
  readonly me: Person
  readonly people: readonly Person[]
  readonly app: AppOnScreen
  readonly conversations: readonly Conversation[]
  /** The app's Home tab; undefined until the app has published one. */
  readonly home: HomeView | undefined
  /** At most three, the one on top last. */
  readonly modals: readonly Modal[]
  /** What Slack itself tells this person, oldest first, such as that an app did not answer in time. */
  readonly notices: readonly Notice[]
}

export interface Person {
  readonly id: string
  /** As after an `@`. */
  readonly name: string
  readonly realName: string
  readonly isBot: boolean
}

/** What manifest.yml offers, for the composer's completion and the shortcuts menu. */
export interface AppOnScreen {
  readonly name: string
  readonly userId: string
  readonly commands: readonly { readonly command: string; readonly description: string; readonly usageHint: string }[]
  readonly shortcuts: readonly {
    readonly callbackId: string
    readonly name: string
    readonly description: string
    readonly type: 'global' | 'message'
  }[]
  readonly hasHome: boolean
}

export interface Conversation {
  readonly id: string
  /** `sales`, or the other person's name in a direct message. */
  readonly name: string
  readonly kind: 'channel' | 'dm'
  readonly topic: string
  /** Whether the app was invited; it cannot post where it was not. */
  readonly hasApp: boolean
  /** Oldest first; replies stand here too, with their parent in `thread`. */
  readonly messages: readonly Message[]
}

export interface Message {
  /** Unique in its conversation, in order of time. */
  readonly ts: string
  readonly from: Person
  readonly at: number
  readonly text: string
  readonly blocks: readonly Block[]
  readonly files: readonly FileOnScreen[]
  /** "Only visible to you": gone after a reload in Slack, kept here. */
  readonly isEphemeral: boolean
  readonly isEdited: boolean
  readonly thread: string | undefined
  /** Also shown in the channel, although it is a reply. */
  readonly isBroadcast: boolean
}

/** As the app sent it. */
export type Block = Readonly<Record<string, unknown>> & { readonly type: string; readonly block_id: string }

export interface FileOnScreen {
  readonly id: string
  readonly name: string
  readonly mimetype: string
  readonly size: number
  /** On the practice server. */
  readonly url: string
}

export interface HomeView {
  readonly id: string
  readonly blocks: readonly Block[]
}

export interface Modal {
  readonly id: string
  readonly title: string
  readonly submit: string | undefined
  readonly close: string
  readonly blocks: readonly Block[]
  /** By block id: what the app says is wrong with an input. */
  readonly errors: Readonly<Record<string, string>>
  /** What Slack says when a submission failed as a whole. */
  readonly problem: string | undefined
  /** The app has not answered the submission yet. */
  readonly isBusy: boolean
}

export interface Notice {
  readonly id: number
  readonly at: number
  readonly text: string
}

/** Where an interactive element stands. */
export type Place =
  | { readonly surface: 'message'; readonly conversation: string; readonly ts: string }
  | { readonly surface: 'modal'; readonly id: string }
  | { readonly surface: 'home' }

/**
 * What a person entered in one element: the text, number, date, time or value of the option; the
 * values of several options; the ids of uploaded files; null where nothing is chosen. A button needs none.
 */
export type Entered = string | readonly string[] | null

/** By block id and action id. */
export type Values = Readonly<Record<string, Readonly<Record<string, Entered>>>>

export type Act =
  /** `/crm help`, or a message that the app does not get unless it may. */
  | { readonly act: 'type'; readonly conversation: string; readonly text: string; readonly thread?: string }
  /** Presses a button, chooses from a menu, or enters something where the app wants to hear of it. */
  | {
      readonly act: 'interact'
      readonly place: Place
      readonly block: string
      readonly action: string
      readonly entered?: Entered
      /** What stands in the other inputs of the same view. */
      readonly values?: Values
    }
  | { readonly act: 'submit'; readonly modal: string; readonly values: Values }
  /** Closes the modal on top, or with `all` the whole stack. */
  | { readonly act: 'close'; readonly modal: string; readonly all?: boolean }
  | { readonly act: 'shortcut'; readonly callbackId: string }
  | {
      readonly act: 'message-shortcut'
      readonly callbackId: string
      readonly conversation: string
      readonly ts: string
    }
  | { readonly act: 'open-home' }
  | { readonly act: 'dismiss'; readonly notice: number }

/** A menu that asks the app for its options as the person types. */
export interface OptionsQuery {
  readonly place: Place
  readonly block: string
  readonly action: string
  readonly query: string
}

export interface Option {
  readonly text: string
  readonly value: string
  readonly description?: string
  readonly group?: string
}

/** One request and its answer, of either side, as it went over the wire. */
export interface Exchange {
  readonly id: number
  readonly at: number
  readonly from: Party
  readonly to: Party
  readonly method: string
  /** Path and query, or for Socket Mode the type of the envelope. */
  readonly target: string
  readonly requestHeaders: Readonly<Record<string, string>>
  /** Text; cut after 64 KiB. */
  readonly requestBody: string
  /** 0 where there was no answer. */
  readonly status: number
  readonly responseHeaders: Readonly<Record<string, string>>
  readonly responseBody: string
  readonly ms: number
}

/** `slack`, `touchpoint`, or the id of an e-mail tool or an enrichment API. */
export type Party = string

export const EMAIL_ACTIONS = [
  'sent',
  'delivered',
  'opened',
  'machine_opened',
  'clicked',
  'replied',
  'bounced',
  'unsubscribed',
] as const

export type EmailAction = (typeof EMAIL_ACTIONS)[number]

/** An e-mail tool that is switched on. */
export interface EmailTool {
  readonly id: string
  /** "SendGrid". */
  readonly name: string
  readonly actions: readonly EmailAction[]
}

export type EmailAct =
  | { readonly kind: 'event'; readonly tool: string; readonly action: EmailAction; readonly contact: string }
  /** The last delivery of the tool once more, byte for byte where its proof allows, else signed anew. */
  | { readonly kind: 'replay-last'; readonly tool: string }
  /** The tool's last thousand events at once, all of them known already or new. */
  | { readonly kind: 'replay-batch'; readonly tool: string }
  /** A believable delivery with a wrong proof. */
  | { readonly kind: 'forge'; readonly tool: string; readonly contact: string }

export interface EmailResult {
  readonly tool: string
  /** "SendGrid: clicked, ada@example.com". */
  readonly what: string
  readonly requests: number
  readonly status: number
  readonly body: string
  readonly ms: number
}

/** What can be wrong with an enrichment API. Each says it as the real one does. */
export const ENRICHMENT_FAULTS = [
  /** Nobody is found. */
  'misses',
  /** Every answer is about somebody else, of another company. */
  'wrongPerson',
  'rateLimited',
  'outOfCredits',
  /** The key is refused. */
  'revoked',
  'outage',
  /** By turns a page instead of JSON, and an answer that ends in the middle. */
  'garbage',
  /** Connections stay open, and nothing comes. */
  'silent',
] as const

export type EnrichmentFault = (typeof ENRICHMENT_FAULTS)[number]

export interface EnrichmentApi {
  readonly id: string
  /** "Apollo". */
  readonly name: string
  readonly calls: number
  /** Those that it can have: a service of one's own knows neither keys nor credits. */
  readonly faults: readonly EnrichmentFault[]
  readonly mood: EnrichmentMood
}

/** What is switched on for one enrichment API. */
export interface EnrichmentMood extends Readonly<Record<EnrichmentFault, boolean>> {
  readonly latencyMs: number
}

export const GOOD_MOOD: EnrichmentMood = {
  latencyMs: 0,
  misses: false,
  wrongPerson: false,
  rateLimited: false,
  outOfCredits: false,
  revoked: false,
  outage: false,
  garbage: false,
  silent: false,
}

/** How the time of the workspace can be moved: nothing goes back. */
export const CLOCK_MOVES = ['hour', 'morning'] as const

export type ClockMove = (typeof CLOCK_MOVES)[number]

/** All that the page draws; it asks again when the server says that something changed. */
export interface PracticeState {
  readonly screen: Screen
  readonly clock: {
    /** How far the time of the workspace is ahead of this computer. */
    readonly aheadMs: number
  }
  readonly tools: readonly EmailTool[]
  /** Whom the e-mail buttons can be pressed for, by name. */
  readonly contacts: readonly { readonly email: string; readonly name: string; readonly company: string }[]
  readonly enrichment: readonly EnrichmentApi[]
  /** The newest two hundred, oldest first, without bodies and headers; `GET /practice/exchanges/<id>` has them. */
  readonly exchanges: readonly ExchangeSummary[]
}

export type ExchangeSummary = Pick<Exchange, 'id' | 'at' | 'from' | 'to' | 'method' | 'target' | 'status' | 'ms'>

/** The answer to everything that the page posts. */
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly problem: string }

/** What stands behind the page's server. */
export interface PracticeParts {
  state(): PracticeState
  /** Calls back after every change, however small, until the returned function is called. */
  onChange(listener: () => void): () => void
  /** Resolves once the app has acknowledged. */
  act(act: Act): Promise<Outcome>
  options(query: OptionsQuery): Promise<readonly Option[]>
  addFile(file: { readonly name: string; readonly mimetype: string; readonly bytes: Uint8Array }): Promise<FileOnScreen>
  file(
    id: string,
  ): Promise<{ readonly name: string; readonly mimetype: string; readonly bytes: Uint8Array } | undefined>
  email(act: EmailAct): Promise<EmailResult>
  setMood(api: string, mood: Partial<EnrichmentMood>): Outcome
  exchange(id: number): Exchange | undefined
  /** Resolves once it is as late for the program too. */
  moveClock(move: ClockMove): Promise<Outcome>
}

/**
 * The page's requests, all to the practice server, JSON both ways:
 * - `GET  /practice/state` → `PracticeState`
 * - `GET  /practice/changes` → server-sent events, one `changed` at least after every change
 * - `POST /practice/act` with `Act` → `Outcome`, once the app has acknowledged
 * - `POST /practice/options` with `OptionsQuery` → `Option[]`
 * - `POST /practice/files?name=people.csv` with the bytes → `FileOnScreen`
 * - `GET  /practice/files/<id>` → the bytes
 * - `POST /practice/email` with `EmailAct` → `EmailResult`
 * - `POST /practice/enrichment/<id>` with `Partial<EnrichmentMood>` → `Outcome`
 * - `GET  /practice/exchanges/<id>` → `Exchange`
 * - `POST /practice/clock` with `{ move: ClockMove }` → `Outcome`
 */
export const PRACTICE_PATH = '/practice'
