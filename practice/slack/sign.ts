import { createHmac } from 'node:crypto'

/**
 * What Slack sends over HTTP, for `fetch`: a body with its signature (Slack sheet, section 2.1).
 * `at` is in UTC milliseconds.
 */
export function signed(signingSecret: string, body: string, contentType: string, at: number) {
  const timestamp = String(Math.floor(at / 1000))
  const signature = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')
  return {
    method: 'POST',
    headers: {
      'content-type': contentType,
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
    },
    body,
  } as const
}

/** A signed form. Bolt compares the content type exactly, so there is no charset in it. */
export function slackSigned(signingSecret: string, fields: Readonly<Record<string, string>>, at: number) {
  const body = new URLSearchParams(fields).toString()
  return signed(signingSecret, body, 'application/x-www-form-urlencoded', at)
}

/** The fields of a slash command outside any workspace: for measurements, and for what nobody would type. */
export function slashCommand(text: string, overrides: Readonly<Record<string, string>> = {}) {
  return {
    command: '/crm',
    text,
    team_id: 'T0EXAMPLE',
    team_domain: 'example',
    channel_id: 'C0GENERAL',
    channel_name: 'general',
    user_id: 'U0ADA',
    user_name: 'ada',
    api_app_id: 'A0APP',
    trigger_id: '1.2.3',
    ...overrides,
  }
}
