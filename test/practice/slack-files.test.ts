import { describe, expect, test } from 'vitest'

import type { BoltApp } from './slack-app.ts'
import { aBoltApp, aManifest, input, modal } from './slack-app.ts'

const CSV = 'email\nada@example.com\n'

const fileInput = (more: object = {}) =>
  input('File', { type: 'file_input', action_id: 'file', filetypes: ['csv'], ...more }, { block_id: 'file' })

/** Somebody uploads into a form; gives the file as the app got it. */
async function uploaded(bolt: BoltApp, ...names: readonly string[]): Promise<Record<string, string>[]> {
  bolt.app.command('/crm', async ({ ack, client, body }) => {
    await client.views.open({ trigger_id: body.trigger_id, view: modal('Import', [fileInput()], { callback_id: 'f' }) })
    await ack()
  })
  const files: Record<string, string>[] = []
  bolt.app.view('f', async ({ view, ack }) => {
    files.push(...JSON.parse(JSON.stringify(view.state.values.file?.file?.files)))
    await ack()
  })
  const ada = bolt.slack.person()
  await ada.type('/crm')
  await ada.upload('File', ...names.map((name) => ({ name, text: CSV })))
  await ada.submit()
  return files
}

async function download(url: string | undefined, token?: string) {
  const response = await fetch(url ?? '', { headers: token ? { authorization: `Bearer ${token}` } : {} })
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
}

describe('a file in a form', () => {
  test('comes to the app as Slack describes it, and downloads with the token of the bot', async () => {
    await using bolt = await aBoltApp()
    const [file] = await uploaded(bolt, 'people.csv')
    expect(file).toMatchObject({
      id: expect.stringMatching(/^F/),
      name: 'people.csv',
      mimetype: 'text/csv',
      filetype: 'csv',
      size: CSV.length,
      url_private: expect.stringContaining(bolt.slack.apiUrl.replace('/api/', '/files-pri/')),
      url_private_download: expect.stringContaining(bolt.slack.apiUrl.replace('/api/', '/files-pri/')),
    })
    expect(await download(file?.url_private_download, bolt.slack.botToken)).toEqual({
      status: 200,
      type: 'text/csv',
      text: CSV,
    })
    expect(await bolt.app.client.files.info({ file: file?.id ?? '' })).toMatchObject({ file: { name: 'people.csv' } })
  })

  test('is a sign-in page without the token', async () => {
    await using bolt = await aBoltApp()
    const [file] = await uploaded(bolt, 'people.csv')
    for (const token of [undefined, 'xoxb-wrong', bolt.slack.appToken])
      expect(await download(file?.url_private_download, token)).toMatchObject({
        status: 200,
        type: 'text/html; charset=utf-8',
        text: expect.stringContaining('Sign in'),
      })
  })

  test('is a sign-in page without the scope', async () => {
    await using bolt = await aBoltApp({ manifest: aManifest({ scopes: ['commands', 'chat:write'] }) })
    const [file] = await uploaded(bolt, 'people.csv')
    expect(await download(file?.url_private_download, bolt.slack.botToken)).toMatchObject({
      status: 200,
      text: expect.stringContaining('Sign in'),
    })
  })

  test('that does not exist is not found', async () => {
    await using bolt = await aBoltApp()
    const url = bolt.slack.apiUrl.replace('/api/', '/files-pri/F0/people.csv')
    expect(await download(url, bolt.slack.botToken)).toMatchObject({ status: 404 })
  })

  test('is required like any other input, and there may be no more than the app wants', async () => {
    await using bolt = await aBoltApp()
    bolt.app.command('/crm', async ({ ack, client, body }) => {
      const view = modal('Import', [fileInput({ max_files: 1 })], { callback_id: 'f' })
      await client.views.open({ trigger_id: body.trigger_id, view })
      await ack()
    })
    const ada = bolt.slack.person()
    await ada.type('/crm')
    expect((await ada.submit())?.errors).toEqual({ file: 'Please complete this required field.' })
    await ada.upload('File', { name: 'a.csv', text: 'a' }, { name: 'b.csv', text: 'b' })
    expect((await ada.submit())?.errors).toEqual({ file: 'Please choose no more than 1.' })
  })

  test('is there for whoever looks at the screen', async () => {
    await using bolt = await aBoltApp()
    const file = await bolt.slack.addFile({ name: 'a.csv', mimetype: 'text/csv', bytes: Buffer.from(CSV) })
    expect(file).toMatchObject({ name: 'a.csv', size: CSV.length, url: `/practice/files/${file.id}` })
    expect(Buffer.from((await bolt.slack.file(file.id))?.bytes ?? []).toString()).toBe(CSV)
    expect(await bolt.slack.file('F0')).toBeUndefined()
  })
})

describe('a file of the app', () => {
  const file = { filename: 'export.csv', file: Buffer.from(CSV), title: 'Contacts' }

  test('is uploaded by the SDK into a direct message', async () => {
    await using bolt = await aBoltApp()
    const ada = bolt.slack.person()
    await bolt.app.client.filesUploadV2({ ...file, channel_id: ada.dm, initial_comment: 'Here they are' })
    expect(ada.messages('@touchpoint')).toMatchObject([
      { text: 'Here they are', files: [{ name: 'export.csv', mimetype: 'text/csv', size: CSV.length }] },
    ])
    const [message] = ada.messages('@touchpoint')
    expect(Buffer.from((await bolt.slack.file(message?.files[0]?.id ?? ''))?.bytes ?? []).toString()).toBe(CSV)
  })

  test.each([
    ['into a channel without the app', '#general', 'not_in_channel'],
    ['to a person instead of a conversation', '@ada', 'channel_not_found'],
  ])('%s is refused', async (_where, name, error) => {
    await using bolt = await aBoltApp()
    const channel_id = name.startsWith('@') ? bolt.slack.person().id : bolt.slack.channel(name).id
    await expect(bolt.app.client.filesUploadV2({ ...file, channel_id })).rejects.toMatchObject({ data: { error } })
  })

  test('without a byte in it is refused', async () => {
    await using bolt = await aBoltApp()
    const call = bolt.app.client.files.getUploadURLExternal({ filename: 'a.csv', length: 0 })
    await expect(call).rejects.toMatchObject({ data: { error: 'invalid_arguments' } })
  })
})
