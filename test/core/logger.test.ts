import { DrizzleQueryError } from 'drizzle-orm'
import { expect, test } from 'vitest'

import { createLogger, type LogLevel } from '../../src/core/logger.ts'

function aLog(level: LogLevel = 'debug') {
  const lines: string[] = []
  return { log: createLogger(level, (line) => lines.push(line)), lines, entry: () => JSON.parse(lines.at(-1) ?? '{}') }
}

test('writes one JSON object a line, whatever the values hold', () => {
  const { log, lines, entry } = aLog()
  log.info('delivery\ningested', { provider: 'sendgrid', count: 2, text: 'a\r\nb' })
  expect(lines).toHaveLength(1)
  expect(lines[0]?.trimEnd()).not.toContain('\n')
  expect(entry()).toMatchObject({ level: 'info', message: 'delivery\ningested', provider: 'sendgrid', count: 2 })
})

test('keeps to its level', () => {
  const { log, lines } = aLog('warn')
  log.info('no')
  log.warn('yes')
  expect(lines).toHaveLength(1)
})

test.each([
  ['ada@example.com'],
  ['"o\'brien+x@sub.example.co.uk"'],
  ['jürgen@bücher.example'],
  ['xoxb-123-abc'],
  ['xapp-1-A0-123-abc'],
  ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  ['Bearer abc.def-ghi'],
  ['Basic dXNlcjpwYXNz'],
  ['445e75aab3d8ea9169d134189a2814f06858977bd9cdc69324264e39f47bda2e'],
  ['postgres://touchpoint:hunter2@db.example/crm'],
])('masks %s wherever it stands', (secret) => {
  const { log, lines } = aLog()
  log.error(`about ${secret} here`, {
    nested: { list: [secret] },
    error: new Error(`failed for ${secret}`, { cause: new Error(secret) }),
  })
  const bare = secret
    .replace(/^"|"$/g, '')
    .replace(/^(Bearer|Basic) /, '')
    .replace(/^postgres:\/\/touchpoint:/, '')
    .replace(/@db.*$/, '')
  expect(lines.join()).not.toContain(bare)
})

test('tells an error whole, with its causes, and without the parameters of a query', () => {
  const { log, entry, lines } = aLog()
  const driver = Object.assign(new Error('UNIQUE constraint failed'), { code: 'SQLITE_CONSTRAINT' })
  log.error('storing failed', {
    error: new DrizzleQueryError('insert into contacts values (?)', ['Ada Lovelace'], driver),
  })
  expect(entry().error).toMatchObject({ cause: { message: 'UNIQUE constraint failed', code: 'SQLITE_CONSTRAINT' } })
  expect(lines.join()).toContain('insert into contacts')
  expect(lines.join()).not.toContain('Lovelace')
})
