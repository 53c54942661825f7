import { expect, test } from 'vitest'
import { z } from 'zod'

import { aHome, crm, type Home, type RunningProgram, startProgram } from '../../practice/program.ts'
import { startSlack, textOf } from '../../practice/slack/index.ts'

const JANE = 'jane.doe@northwind.example'

async function reply(program: RunningProgram, id: string, text: string): Promise<void> {
  const said = { from: JANE, subject: 'Ask bob@northwind.example', text }
  const body = JSON.stringify({ type: 'replied', data: { id, email: JANE, reply: said } })
  expect((await program.deliver('generic', Buffer.from(body))).status).toBe(200)
}

test('an alert in a channel that others read too shows no address, and its button the whole card to one of us', async () => {
  await using slack = await startSlack()
  await using home = aHome({ SLACK_API_URL: slack.apiUrl, CRM_ALERT_CHANNEL: slack.channel('sales').id })
  await using program = await startProgram(home)
  slack.connect(program.slack)
  slack.share('#sales')
  const ada = slack.person('ada')

  await reply(program, 'r1', 'Better write to bob@northwind.example')
  await ada.sees('replied to “Ask b…@northwind.example”')
  const [alert] = ada.messages()
  expect(JSON.stringify(alert)).not.toMatch(/(?:bob|jane\.doe)@/)
  expect(alert && textOf(alert)).toContain('other organizations are in this channel')
  expect(JSON.stringify(slack.callsOf('chat.postMessage'))).not.toMatch(/(?:bob|jane\.doe)@/)

  await ada.press('Open card', alert ? { in: alert } : {})
  const card = await ada.sees('jane.doe@northwind.example')
  expect(card).toMatchObject({ isEphemeral: true })
  expect(slack.person('grace').text()).not.toContain('jane.doe@')
})

test('a channel of our own shows them, and one of which Slack does not tell does not', async () => {
  await using slack = await startSlack()
  await using home = aHome({ SLACK_API_URL: slack.apiUrl, CRM_ALERT_CHANNEL: slack.channel('sales').id })
  await using program = await startProgram(home)
  slack.connect(program.slack)
  slack.trouble({ kind: 'refuse', error: 'missing_scope', needed: 'channels:read' }, { method: 'conversations.info' })

  await reply(program, 'r1', 'first words')
  await slack.person('ada').sees('Slack does not say who reads this channel')
  expect(JSON.stringify(slack.callsOf('chat.postMessage'))).not.toMatch(/(?:bob|jane\.doe)@/)
  expect(program.lines.join('\n')).toContain('addresses are masked there')

  await using other = aHome({ SLACK_API_URL: slack.apiUrl, CRM_ALERT_CHANNEL: slack.channel('marketing').id })
  await using unshared = await startProgram(other)
  await reply(unshared, 'r1', 'second words')
  await slack.person('ada').sees('jane.doe@northwind.example* replied to “Ask bob@northwind.example”')
})

const Report = z.object({
  findings: z.array(z.object({ name: z.string(), state: z.string(), fixes: z.array(z.string()) })),
})

async function doctor(home: Home) {
  const { stdout, stderr, code } = await crm(home, ['doctor', '--json'])
  const { findings } = Report.parse(JSON.parse(stdout))
  return { code, stderr, findings, of: (name: string) => findings.find((finding) => finding.name === name) }
}

test('the doctor says beside the running program what its card in Slack says, and ends with 1 for a problem', async () => {
  await using slack = await startSlack()
  await using home = aHome({ SLACK_API_URL: slack.apiUrl, CRM_ALERT_CHANNEL: slack.channel('general').id })
  await using program = await startProgram(home)
  slack.connect(program.slack)

  const before = await doctor(home)
  expect([before.code, before.stderr]).toEqual([1, ''])
  expect(before.findings[0]).toMatchObject({ name: 'reply alerts', state: 'problem' })
  expect(before.of('reply alerts')?.fixes).toEqual(['type /invite @Touchpoint in #general'])
  expect(before.of('Slack')).toMatchObject({ state: 'ok' })
  const shown = await slack.person('ada').type('/crm health')
  expect(shown && textOf(shown)).toContain('/invite @Touchpoint in #general')

  await slack.invite('#general')
  const after = await doctor(home)
  expect(after.code).toBe(0)
  expect(after.of('reply alerts')).toMatchObject({ state: 'ok' })
  expect(after.of('lemlist')).toMatchObject({ state: 'quiet' })
})

test('the doctor writes a line for each finding, with what to do', async () => {
  await using slack = await startSlack()
  await using home = aHome({ SLACK_API_URL: slack.apiUrl, CRM_ALERT_CHANNEL: slack.channel('sales').id })
  const { stdout, code } = await crm(home, ['doctor'])
  expect(code).toBe(0)
  expect(stdout).toContain('ok       Slack: workspace Practice, HTTP\n')
  expect(stdout).toMatch(
    /^quiet {4}lemlist: nothing in 92 days; let lemlist post to .*<the value of LEMLIST_WEBHOOK_SECRET>/m,
  )
})

test('without Slack the doctor finds it off, and that is no problem', async () => {
  await using home = aHome({ SLACK_BOT_TOKEN: '', SLACK_SIGNING_SECRET: '' })
  const { code, of } = await doctor(home)
  expect([code, of('Slack')?.state, of('reply alerts')?.state]).toEqual([0, 'off', 'off'])
})
