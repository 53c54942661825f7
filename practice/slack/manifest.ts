import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parse } from 'yaml'
import { z } from 'zod'

const FILE = join(import.meta.dirname, '../../manifest.yml')

const Command = z.object({ command: z.string(), description: z.string(), usage_hint: z.string().default('') })

const Shortcut = z.object({
  callback_id: z.string(),
  name: z.string(),
  description: z.string(),
  type: z.enum(['global', 'message']),
})

const File = z.object({
  display_information: z.object({ name: z.string() }),
  features: z.object({
    bot_user: z.object({ display_name: z.string() }),
    app_home: z
      .object({ home_tab_enabled: z.boolean().default(false), messages_tab_enabled: z.boolean().default(true) })
      .prefault({}),
    slash_commands: z.array(Command).default([]),
    shortcuts: z.array(Shortcut).default([]),
  }),
  oauth_config: z.object({
    scopes: z.object({ bot: z.array(z.string()), bot_optional: z.array(z.string()).default([]) }),
  }),
  settings: z.object({
    event_subscriptions: z.object({ bot_events: z.array(z.string()).default([]) }).prefault({}),
    interactivity: z.object({ message_menu_options_url: z.string().optional() }).prefault({}),
  }),
})

/** What Slack knows of the app from its manifest. */
export interface Manifest {
  readonly name: string
  readonly commands: readonly z.infer<typeof Command>[]
  readonly shortcuts: readonly z.infer<typeof Shortcut>[]
  readonly scopes: readonly string[]
  readonly events: readonly string[]
  readonly hasHome: boolean
  readonly hasMessagesTab: boolean
  /** Over HTTP, nobody is asked for options without an address for them. */
  readonly hasOptionsUrl: boolean
}

/** The manifest of the program; throws where it lacks what Slack asks for. */
export function readManifest(): Manifest {
  const { display_information, features, oauth_config, settings } = File.parse(parse(readFileSync(FILE, 'utf8')))
  return {
    name: display_information.name,
    commands: features.slash_commands,
    shortcuts: features.shortcuts,
    scopes: [...oauth_config.scopes.bot, ...oauth_config.scopes.bot_optional],
    events: settings.event_subscriptions.bot_events,
    hasHome: features.app_home.home_tab_enabled,
    hasMessagesTab: features.app_home.messages_tab_enabled,
    hasOptionsUrl: settings.interactivity.message_menu_options_url !== undefined,
  }
}
