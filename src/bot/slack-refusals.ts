import { CrmError, UpstreamError } from '../core/errors.ts'

/** Slack's refusals that are about what a call says, not about who or where. */
const FINAL: ReadonlySet<string> = new Set([
  'cant_update_message',
  'edit_window_closed',
  'invalid_arg_name',
  'invalid_arguments',
  'invalid_array_arg',
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_text',
])

/** Slack understood the call and refuses it; only a person can change that. The message says how. */
export class SlackRefusedError extends CrmError {
  override name = 'SlackRefusedError'
  /** Slack's own word for the reason. */
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  override get isFinal(): boolean {
    return FINAL.has(this.code)
  }
}

/** Slack's refusals that pass by themselves. */
const PASSING: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  'org_login_required',
  'rate_limited',
  'ratelimited',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
])

const NEW_TOKEN = 'Slack does not accept the bot token. Copy the Bot User OAuth Token again into SLACK_BOT_TOKEN.'
const INVITE = 'The app is not in the channel. Invite it there: /invite @Touchpoint'
const BUG = 'Slack refused the form of a message, which is a mistake of this program. Please report it.'
const NOBODY = 'They have left the workspace, or cannot be written to. Choose somebody else.'
const NO_FILES =
  'The workspace does not allow files. A workspace admin can allow them in the settings of the workspace.'

const REMEDIES: Readonly<Record<string, string>> = {
  account_inactive: NEW_TOKEN,
  channel_not_found:
    'Slack does not know the channel, or it is private. Check its id (C…), and invite the app there: /invite @Touchpoint',
  file_type_not_allowed:
    'The workspace does not take files of this kind. A workspace admin can allow them in the settings of the workspace.',
  file_uploads_disabled: NO_FILES,
  file_uploads_except_images_disabled: NO_FILES,
  invalid_auth: NEW_TOKEN,
  invalid_blocks: BUG,
  is_archived: 'The channel is archived. Choose another one, or bring it back.',
  messages_tab_disabled: 'Turn the Messages tab on under App Home in the settings of the Slack app.',
  missing_scope: 'The app lacks a permission. Install it again with the current manifest.yml.',
  msg_blocks_too_long: BUG,
  msg_too_long: BUG,
  no_text: BUG,
  not_authed: NEW_TOKEN,
  not_enabled: 'Turn the Home tab on under App Home in the settings of the Slack app.',
  not_in_channel: INVITE,
  storage_limit_reached: 'The workspace has no room for files any more. A workspace admin can delete old ones.',
  token_expired: NEW_TOKEN,
  token_revoked: NEW_TOKEN,
  user_disabled: NOBODY,
  user_is_restricted: 'They are a guest, and guests read nothing of the CRM. Choose somebody else.',
  user_not_found: NOBODY,
}

interface RefusalOptions {
  /** The scope that was lacking, as Slack names it. */
  readonly needed?: unknown
  readonly cause?: unknown
}

/** What to do about a call that Slack answered with `ok: false` and this word. */
export function refusalOf(code: string, { needed, cause }: RefusalOptions = {}): UpstreamError | SlackRefusedError {
  if (PASSING.has(code)) return new UpstreamError(`Slack cannot do this now (${code})`, { cause })
  return new SlackRefusedError(code, remedyFor(code, needed), { cause })
}

function remedyFor(code: string, needed: unknown): string {
  const remedy = Object.hasOwn(REMEDIES, code) ? REMEDIES[code] : undefined
  if (!remedy) return `Slack refused: ${code}. Look the word up at docs.slack.dev, or ask a workspace admin.`
  return typeof needed === 'string' ? `${remedy} It needs ${needed}.` : remedy
}
