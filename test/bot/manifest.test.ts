import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'

import { COMMANDS, EVENTS, SHORTCUTS } from '../../src/bot/listeners.ts'
import { SLACK_PATH } from '../../src/bot/receiver.ts'
import { SCOPES as GRANTED } from '../../src/bot/slack-scopes.ts'

const root = join(import.meta.dirname, '../..')
const raw: unknown = parse(readFileSync(join(root, 'manifest.yml'), 'utf8'))

const Manifest = z.object({
  display_information: z.object({ long_description: z.string().min(175).max(4000) }),
  features: z.object({
    slash_commands: z.array(z.object({ command: z.string(), url: z.string(), should_escape: z.boolean() })),
    shortcuts: z.array(z.object({ callback_id: z.string(), type: z.enum(['global', 'message']) })),
    app_home: z.object({
      home_tab_enabled: z.boolean(),
      messages_tab_enabled: z.boolean(),
      messages_tab_read_only_enabled: z.boolean(),
    }),
  }),
  oauth_config: z.object({
    scopes: z.object({ bot: z.array(z.string()), bot_optional: z.array(z.string()).default([]) }),
  }),
  settings: z.object({
    interactivity: z.object({
      is_enabled: z.literal(true),
      request_url: z.string(),
      message_menu_options_url: z.string(),
    }),
    event_subscriptions: z.object({ request_url: z.string(), bot_events: z.array(z.string()) }),
    socket_mode_enabled: z.boolean(),
  }),
})

const manifest = Manifest.parse(raw)

/** What the Web API methods of our source need, from the method reference. */
const SCOPES: Readonly<Record<string, string | null>> = {
  'auth.test': null,
  'chat.postMessage': 'chat:write',
  'chat.update': 'chat:write',
  'conversations.info': 'channels:read',
  'files.completeUploadExternal': 'files:write',
  'files.getUploadURLExternal': 'files:write',
  'files.info': 'files:read',
  'users.info': 'users:read',
  'views.open': null,
  'views.publish': null,
  'views.push': null,
  'views.update': null,
}

function validate(value: unknown): unknown {
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats.default(ajv)
  const check = ajv.compile(JSON.parse(readFileSync(join(root, 'test/slack-manifest.schema.2.0.0.json'), 'utf8')))
  return check(value) ? [] : check.errors
}

function sources(folder = 'src/bot'): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(root, folder, file), 'utf8'))
}

describe('manifest.yml', () => {
  test("is what Slack's own schema asks for", () => {
    expect(validate(raw)).toEqual([])
    expect(validate({ ...z.record(z.string(), z.unknown()).parse(raw), nonsense: true })).not.toEqual([])
  })

  test('has every command, shortcut and event that the bot listens to, and no other', () => {
    expect(manifest.features.slash_commands.map(({ command }) => command)).toEqual([...COMMANDS])
    expect(manifest.features.shortcuts.map(({ callback_id }) => callback_id)).toEqual([...SHORTCUTS])
    expect(manifest.settings.event_subscriptions.bot_events).toEqual([...EVENTS])
  })

  test('is complete: nothing is registered outside the lists', () => {
    const registered = sources().flatMap((source) =>
      [...source.matchAll(/\bapp\.(command|shortcut|event|message|view|options|action|function)\(([^,]*),/g)].map(
        ([, kind, what]) => `${kind} ${what}`,
      ),
    )
    expect(registered).toEqual([
      'command name',
      "action { type: 'block_actions' }",
      'options menu',
      'shortcut shortcut',
      'view id',
      'event name',
    ])
  })

  test('sends everything to the path at which the bot listens', () => {
    const urls = [
      ...manifest.features.slash_commands.map(({ url }) => url),
      manifest.settings.interactivity.request_url,
      manifest.settings.interactivity.message_menu_options_url,
      manifest.settings.event_subscriptions.request_url,
    ]
    for (const url of urls) expect(url).toBe(`https://touchpoint.example.com${SLACK_PATH}`)
  })

  test('lets addresses arrive as they were typed', () => {
    for (const { should_escape } of manifest.features.slash_commands) expect(should_escape).toBe(false)
  })

  test('asks for the scopes of the methods that are called, and for no other', () => {
    const named = sources().flatMap((source) => source.match(/'(?:[a-z]+\.)+[a-z][A-Za-z]+'(?=[,; )|])/g) ?? [])
    const called = sources().flatMap((source) => source.match(/(?<=\bclient\.)[a-z]+\.[a-z][A-Za-z]+/g) ?? [])
    const methods = new Set(
      [...named.map((method) => method.slice(1, -1)), ...called].filter((name) =>
        /^[a-z]+\.[a-z][A-Za-z]+$/.test(name),
      ),
    )
    expect([...methods].sort()).toEqual(Object.keys(SCOPES).sort())
    // The files of an import are fetched from the address in the form, without a method.
    const needed = new Set(['commands', 'files:read', ...Object.values(SCOPES).filter((scope) => scope !== null)])
    const { bot, bot_optional } = manifest.oauth_config.scopes
    // Private channels are asked about by the same method as public ones, and for addresses by that for profiles.
    expect([...bot, ...bot_optional].sort()).toEqual([...needed, 'groups:read', 'users:read.email'].sort())
  })

  test('asks for the scopes of which src/bot/slack-scopes.ts says what is lost without them', () => {
    const known = (isOptional: boolean) => GRANTED.filter((scope) => (scope.isOptional ?? false) === isOptional)
    const { bot, bot_optional } = manifest.oauth_config.scopes
    const names = (some: typeof GRANTED) => some.map(({ name }) => name).sort()
    expect(names(known(false))).toEqual([...bot].sort())
    expect(names(known(true))).toEqual([...bot_optional].sort())
  })

  test('lets the app have a Home tab, and write to people', () => {
    expect(manifest.features.app_home).toEqual({
      home_tab_enabled: true,
      messages_tab_enabled: true,
      messages_tab_read_only_enabled: false,
    })
  })

  test('reads no history', () => {
    expect(manifest.oauth_config.scopes.bot.join()).not.toMatch(/history/)
  })
})
