import type { Act, FileOnScreen, Option, OptionsQuery, Outcome, Screen } from '../contract.ts'
import type { Exchanges } from '../exchanges.ts'
import type { After, Connection } from './delivery.ts'
import type { NewFile } from './files.ts'
import type { Manifest } from './manifest.ts'
import type { Persona } from './persona.ts'
import type { Sharing } from './screens.ts'
import type { SlackSocket } from './socket.ts'
import type { Standing } from './standings.ts'
import type { Trouble, Weather } from './troubles.ts'
import type { SlackCall } from './web-api.ts'
import type { Thing } from './wire.ts'
import type { Channel } from './workspace.ts'

/** The tokens of the app, unless a workspace is started with others. */
export const BOT_TOKEN = 'xoxb-token-of-a-test'
export const APP_TOKEN = 'xapp-1-test'

export interface SlackOptions {
  /** 0, or nothing: any that is free. */
  readonly port?: number
  readonly botToken?: string
  readonly appToken?: string
  /** That of the program, unless a test needs another. */
  readonly manifest?: Manifest
  /** Whether calls are counted as Slack counts them. */
  readonly rateLimits?: boolean
  readonly exchanges?: Exchanges
  /** UTC milliseconds. */
  readonly now?: () => number
  /** Resolves after so many milliseconds; a test decides when the app is too late. */
  readonly after?: After
  /** What disposal does with problems that nobody took: throw them, which fails a test, or nothing. */
  readonly problems?: 'throw' | 'keep'
}

export interface Slack extends AsyncDisposable {
  /** For `SLACK_API_URL`. */
  readonly apiUrl: string
  readonly botToken: string
  readonly appToken: string
  /** Says where the app takes Slack's requests. An app with a socket gets everything over that. */
  connect(connection: Connection): void
  /** One of the people: by the beginning of the name, or the first one. */
  person(name?: string): Persona
  channel(name: string): Channel

  /** What one of the people sees, the first one unless another is named; so in what follows. */
  screen(person?: string): Screen
  act(act: Act, person?: string): Promise<Outcome>
  options(query: OptionsQuery, person?: string): Promise<readonly Option[]>
  addFile(file: NewFile, person?: string): Promise<FileOnScreen>
  file(id: string): Promise<NewFile | undefined>
  /** Calls back after every change of any screen until the returned function is called. */
  onChange(listener: () => void): () => void

  readonly calls: readonly SlackCall[]
  callsOf(method: string): SlackCall[]
  /** What was posted to response_urls, oldest first, as it was posted. */
  readonly answers: readonly Thing[]
  /** A new address that takes five answers, as one that came with a command, for requests made by hand. */
  responseUrl(): string
  /** The next `times` requests, of `method` if named, meet this. */
  trouble(trouble: Trouble, options?: { readonly method?: string; readonly times?: number }): void
  /** A part of all requests meets trouble from now on; without an argument none does. */
  weather(weather?: Weather): void
  /** Refuses blocks of these types from now on, as a workspace does that they have not reached. */
  refuseBlocks(types: readonly string[]): void
  /** Everything that real Slack would have refused or warned of. */
  readonly problems: readonly string[]
  /** Gives the problems and forgets them. Those that nobody takes fail the test when the workspace is disposed. */
  takeProblems(): string[]
  readonly exchanges: Exchanges
  readonly socket: SlackSocket
  /** Delivers an event to the app; false when it was not taken, and will come again. */
  send(event: Thing): Promise<boolean>
  /** Makes one of the people something else, which the app is told of where it wants to know. */
  become(person: string, standing: Standing): Promise<void>
  /** Whether the app answers the challenge that Slack sends to a new address. */
  verifyUrl(): Promise<boolean>
  /** Invites the app into a channel, such as `#general`, or removes it, or archives the channel. */
  invite(channel: string): Promise<void>
  remove(channel: string): Promise<void>
  archive(channel: string): Promise<void>
  /** Lets another organization into a channel, or only invites it, or sends it away. */
  share(channel: string, sharing?: Sharing): void
}
