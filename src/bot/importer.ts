import pLimit from 'p-limit'

import type { GivenFile } from '../core/decode-text.ts'
import { StorageError } from '../core/errors.ts'
import type { ImportResult } from '../core/import-contacts.ts'
import type { ImportPlan } from '../core/import-plan.ts'
import type { InterchangeContact } from '../core/interchange.ts'
import { readImportFile } from '../core/read-import.ts'
import type { Message } from './blocks.ts'
import { createDirectMessage, type DirectMessageDeps } from './direct-message.ts'
import type { SlackFile } from './download.ts'
import { failureView } from './failure.ts'
import { importingView, importReportView } from './views/import-report.ts'
import { problemView } from './views/problem.ts'

/** What one person asked to have imported. */
export interface ImportOrder {
  /** Another one for every order. */
  readonly id: string
  /** A Slack user id. */
  readonly by: string
  readonly source: ImportSource
  readonly campaign: string | null
  readonly tags: readonly string[]
}

export type ImportSource =
  | { readonly kind: 'file'; readonly file: SlackFile }
  | { readonly kind: 'pasted'; readonly plan: ImportPlan }

export interface ImporterDeps extends DirectMessageDeps {
  readonly download: (file: SlackFile) => Promise<GivenFile>
  readonly importContacts: (
    contacts: readonly InterchangeContact[],
    options: Pick<ImportOrder, 'campaign' | 'tags'>,
  ) => Promise<ImportResult>
  /** Called when an import of this user is over. */
  readonly imported: (userId: string) => Promise<void>
}

export interface Importer {
  /** Imports in the background and tells the person in a direct message. Never throws. */
  start(order: ImportOrder): void
  /** Resolves when no import is under way any more. */
  settled(): Promise<void>
}

/** Together with a file of ten megabytes, what half a gigabyte of memory holds with room to spare. */
const MOST = 250_000

const STOPPED =
  'The database failed during the import. What came in until then stays; import the same list again later, and only the rest is added.'

export function createImporter(deps: ImporterDeps): Importer {
  const { download, importContacts, imported, log } = deps
  // Several large lists at once would not fit into memory.
  const oneAtATime = pLimit(1)
  const underWay = new Set<Promise<void>>()

  async function run(order: ImportOrder): Promise<void> {
    const message = createDirectMessage(deps, { to: order.by, key: `import:${order.id}`, about: 'an import' })
    await message.say('begin', importingView(whatOf(order.source)))
    await message.say('end', await oneAtATime(() => carryOut(order)))
    await imported(order.by)
  }

  async function carryOut({ source, campaign, tags }: ImportOrder): Promise<Message> {
    try {
      const plan = source.kind === 'pasted' ? source.plan : await readImportFile(await download(source.file), MOST)
      const result = plan.contacts.length > 0 ? await importContacts(plan.contacts, { campaign, tags }) : undefined
      return importReportView(nameOf(source), plan, result)
    } catch (error) {
      const said = failureView(error, 'an import failed', log)
      return error instanceof StorageError ? problemView(STOPPED) : said
    }
  }

  return {
    start(order) {
      const task = run(order).finally(() => underWay.delete(task))
      underWay.add(task)
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}

/** As in "Importing people.csv…". */
function whatOf(source: ImportSource): string {
  return source.kind === 'file' ? source.file.name : 'what you pasted'
}

function nameOf(source: ImportSource): string {
  return source.kind === 'file' ? source.file.name : 'Pasted addresses'
}
