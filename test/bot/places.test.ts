import { expect, test } from 'vitest'

import { carriedBy, carrying, createPlaces, openedFrom } from '../../src/bot/places.ts'
import { modal } from '../../src/bot/surfaces.ts'

const MINUTE = 60_000
const place = { url: 'https://hooks.slack.com/actions/1', replaces: true }

test('a place is known by a name that does not give it away, as long as Slack takes answers there', () => {
  let now = 0
  const places = createPlaces(() => now)
  const name = places.remember(place)
  expect(name).not.toContain('hooks')
  now = 24 * MINUTE
  expect(places.recall(name)).toMatchObject(place)
  now = 25 * MINUTE
  expect(places.recall(name)).toBeUndefined()
  expect(places.recall('another')).toBeUndefined()
  expect(places.recall(undefined)).toBeUndefined()
})

test('the oldest of more than a thousand places is forgotten', () => {
  const places = createPlaces(() => 0)
  const [first, second] = [places.remember(place), places.remember(place)]
  for (let index = 0; index < 999; index += 1) places.remember(place)
  expect(places.recall(first)).toBeUndefined()
  expect(places.recall(second)).toMatchObject(place)
})

test('a form that is about something carries the place along, and any other stays as it is', () => {
  const form = modal({ title: 'x', blocks: [], about: { contact: 42 } })
  const opened = openedFrom(form, () => 'here')
  expect(carriedBy(opened.private_metadata)).toEqual({ about: { contact: 42 }, place: 'here' })
  const blank = modal({ title: 'x', blocks: [] })
  expect(openedFrom(blank, () => 'here')).toBe(blank)
})

test.each([undefined, '', '{', '[]', '7', 'null', '{"place":7}'])('of %j nothing was carried along', (metadata) => {
  expect(carriedBy(metadata).place).toBeUndefined()
  expect(carriedBy(carrying({ about: 1 }).private_metadata)).toEqual({ about: 1 })
})
