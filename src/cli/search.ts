import { Command } from 'commander'
import { parseQuery } from '../core/search/filter.ts'
import { type FoundContact, type SearchResult, searchContacts } from '../core/search/search.ts'
import { createDayOf } from '../core/time.ts'
import { failed, plain, positive, print, say, withDatabase } from './context.ts'

interface Options {
  readonly limit: number
  readonly json?: true
}

export function searchCommand(): Command {
  return new Command('search')
    .description('list the contacts that have all of the words and meet the filters, the warmest first')
    .argument(
      '<text...>',
      'beginnings of words of name, company, title, address or tags; filters: status: domain: tag: owner: campaign: since: added: opened: clicked: replied: score: suppressed: waiting:',
    )
    .option('--limit <n>', 'how many', positive, 50)
    .option('--json', 'print one JSON object a line')
    .action((text: readonly string[], { limit, json }: Options) =>
      withDatabase(async ({ config, database, now }) => {
        const query = parseQuery(text.join(' '), { now, dayOf: createDayOf(config.timeZone) })
        let left = limit
        let result: SearchResult | undefined
        while (left > 0) {
          const cursor = result?.next ? { cursor: result.next } : {}
          result = await searchContacts(database, query, { limit: Math.min(left, PAGE), now, ...cursor })
          if (result.isNear) break
          for (const contact of result.contacts) print((json ? foundJson : foundText)(contact))
          left -= result.contacts.length
          if (!result.next) break
        }
        if (result) tellRest(text.join(' '), result)
      }),
    )
}

const PAGE = 500

function tellRest(text: string, { contacts, isNear, next, total, isMore }: SearchResult): void {
  const close = isNear ? ` Did you mean\n${contacts.map(({ email }) => `  ${email}`).join('\n')}` : ''
  if (isNear || contacts.length === 0) failed(`No contact matches ${text}.${close}`)
  else if (next) say(`There are ${isMore ? 'more than ' : ''}${total}; --limit shows more.`)
}

function foundText({ email, firstName, lastName, title, company, status, score, suppressed }: FoundContact): string {
  const name = [firstName, lastName].filter(Boolean).join(' ')
  const work = [title, company].filter(Boolean).join(' at ')
  const warning = suppressed ? `DO NOT WRITE: ${suppressed}` : ''
  return [email, name, work, status, `score ${score}`, warning].map(plain).filter(Boolean).join('  ')
}

function foundJson({ firstName, lastName, ...contact }: FoundContact): string {
  return JSON.stringify({ ...contact, first_name: firstName, last_name: lastName })
}
