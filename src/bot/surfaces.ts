import type { types } from '@slack/bolt'

import type { Message } from './blocks.ts'
import { plain } from './mrkdwn.ts'
import { carrying } from './places.ts'

export interface ModalOptions {
  readonly title: string
  readonly blocks: readonly types.KnownBlock[]
  /** What the button says that sends the form off; without it there is nothing to send. */
  readonly submit?: string
  readonly close?: string
  readonly callbackId?: string
  /** What the form carries along; it goes to people's devices. */
  readonly about?: object
}

/** Limits are Slack's own, section 10.1 of the Slack sheet. */
export function modal({ title, blocks, submit, close = 'Done', callbackId, about }: ModalOptions): types.ModalView {
  return {
    type: 'modal',
    ...(callbackId ? { callback_id: callbackId } : {}),
    ...(about ? carrying({ about }) : {}),
    title: label(title),
    ...(submit ? { submit: label(submit) } : {}),
    close: label(close),
    blocks: blocks.slice(0, 100),
  }
}

/** A message where there is no conversation to put it into. */
export function messageModal(title: string, { blocks }: Message): types.ModalView {
  return modal({ title, blocks })
}

export function homeTab(blocks: readonly types.KnownBlock[]): types.HomeView {
  return { type: 'home', blocks: blocks.slice(0, 100) }
}

function label(text: string): types.PlainTextElement {
  return { type: 'plain_text', text: plain(text, 24), emoji: false }
}
