import { expect, test } from 'vitest'
import { inspect, readRows } from '../../../src/core/import/read.ts'
import { sourceOf } from '../../../src/core/import/source.ts'
import { meantAddress } from '../../../src/core/import/typos.ts'

test.each([
  ['ada@gmial.com', 'ada@gmail.com'],
  ['ada@gmail.con', 'ada@gmail.com'],
  ['Ada@GMAIL.CO', 'Ada@gmail.com'],
  ['ada@hotmial.com', 'ada@hotmail.com'],
  ['ada@hotmaul.com', 'ada@hotmail.com'],
  ['ada@outlokk.com', 'ada@outlook.com'],
  ['ada@otulook.com', 'ada@outlook.com'],
  ['ada@googlemial.com', 'ada@googlemail.com'],
  ['ada@protonmial.com', 'ada@protonmail.com'],
  ['ada@t-onlin.de', 'ada@t-online.de'],
])('%s was meant to be %s', (written, meant) => {
  expect(meantAddress(written)).toBe(meant)
})

test.each([
  'ada@gmail.com',
  'ada@ymail.com',
  'ada@mail.com',
  'ada@email.com',
  'ada@cloud.com',
  'ada@life.com',
  'ada@gmx.at',
  'ada@hotmail.de',
  'ada@example.com',
  'ada@web.com',
  'ada@gmail.com.example',
  'ada@x',
])('%s may be meant as it is', (written) => {
  expect(meantAddress(written)).toBeUndefined()
})

test('a slip is asked about and never changed', async () => {
  const source = sourceOf('people.csv', 'email\nada@gmial.com\n')
  const [row] = await Array.fromAsync(readRows(source, { inspection: await inspect(source) }))
  expect(row).toMatchObject({ contact: { email: 'ada@gmial.com' }, suggestion: 'Did you mean ada@gmail.com?' })
})
