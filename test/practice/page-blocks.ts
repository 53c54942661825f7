import type { Block, Modal } from '../../practice/contract.ts'

/** As a stand-in would number them. */
export function blocksOf(blocks: readonly object[]): Block[] {
  return blocks.map((block, index) => {
    if (!('type' in block) || typeof block.type !== 'string') throw new Error('a block has a type')
    return { block_id: `b${index}`, ...block, type: block.type }
  })
}

const plain = (text: string) => ({ type: 'plain_text', text })
const marked = (text: string) => ({ type: 'mrkdwn', text })
const option = (text: string, value = text.toLowerCase(), description?: string) => ({
  text: plain(text),
  value,
  ...(description ? { description: plain(description) } : {}),
})
const button = (text: string, action_id: string, more: object = {}) => ({
  type: 'button',
  text: plain(text),
  action_id,
  value: text,
  ...more,
})
const input = (block_id: string, label: string, element: object, more: object = {}) => ({
  type: 'input',
  block_id,
  label: plain(label),
  element: { action_id: 'value', ...element },
  ...more,
})
const SIZES = [option('Small'), option('Medium'), option('Large')]

/** A modal with one input of each kind; the block is named after its element. */
export function everyInput(): Partial<Modal> {
  return {
    title: 'Every input',
    submit: 'Save',
    blocks: blocksOf([
      input('name', 'Name', { type: 'plain_text_input', placeholder: plain('Ada Lovelace'), max_length: 40 }),
      input(
        'note',
        'Note',
        { type: 'plain_text_input', multiline: true },
        { optional: true, hint: plain('Anything worth knowing') },
      ),
      input('email', 'E-mail', { type: 'email_text_input', initial_value: 'ada@example.com' }),
      input('site', 'Website', { type: 'url_text_input' }, { optional: true }),
      input('seats', 'Seats', { type: 'number_input', is_decimal_allowed: false, min_value: '1' }, { optional: true }),
      input('size', 'Size', { type: 'static_select', options: SIZES }, { optional: true }),
      input(
        'tags',
        'Tags',
        {
          type: 'multi_static_select',
          option_groups: [
            { label: plain('Warmth'), options: [option('Hot'), option('Cold')] },
            { label: plain('Source'), options: [option('Conference'), option('Referral')] },
          ],
        },
        { optional: true },
      ),
      input(
        'contact',
        'Contact',
        { type: 'external_select', min_query_length: 2, placeholder: plain('Search contacts') },
        { optional: true },
      ),
      input('owner', 'Owner', { type: 'users_select', initial_user: 'U0GRACE' }, { optional: true }),
      input('channel', 'Channel', { type: 'channels_select' }, { optional: true }),
      input(
        'wants',
        'Wants',
        { type: 'checkboxes', options: [option('Prices'), option('Demo', 'demo', 'Thirty minutes')] },
        { optional: true },
      ),
      input(
        'mood',
        'Mood',
        { type: 'radio_buttons', options: [option('Interested'), option('Later')] },
        { optional: true },
      ),
      input('day', 'Day', { type: 'datepicker' }, { optional: true }),
      input('hour', 'Hour', { type: 'timepicker', initial_time: '09:30' }, { optional: true }),
      input('moment', 'Moment', { type: 'datetimepicker' }, { optional: true }),
      input('story', 'Story', { type: 'rich_text_input' }, { optional: true }),
      input('file', 'File', { type: 'file_input', filetypes: ['csv'], max_files: 1 }, { optional: true }),
      { type: 'actions', block_id: 'more', elements: [button('Next step', 'next_step')] },
    ]),
  }
}

export function secondStep(): Partial<Modal> {
  return {
    title: 'Second step',
    submit: 'Done',
    blocks: blocksOf([input('second', 'Second', { type: 'plain_text_input' }, { optional: true })]),
  }
}

export function homeBlocks(): object[] {
  return [
    { type: 'header', text: plain('Good morning, Grace') },
    { type: 'section', text: marked('*3* replies wait for an answer · *12* new contacts this week') },
    {
      type: 'actions',
      block_id: 'home',
      elements: [button('Look up', 'home_lookup', { style: 'primary' }), button('Import', 'home_import')],
    },
    { type: 'divider' },
    {
      type: 'section',
      text: marked('*Jane Doe*\nHead of Sales, Northwind · score 41'),
      accessory: button('Open', 'contact_open'),
    },
    {
      type: 'section',
      text: marked('*Li Wei*\nFounder, Lumen Labs · score 33'),
      accessory: button('Open', 'contact_open_2'),
    },
  ]
}

/** What a message may hold, for one look at how it is drawn. */
export function kitchenSink(): object[] {
  const cell = (text: string) => ({ type: 'raw_text', text })
  const number = (value: number) => ({ type: 'raw_number', value, text: String(value) })
  const rich = (text: string) => ({
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text, style: { bold: true } }] }],
  })
  return [
    { type: 'header', text: plain('Spring launch :rocket:') },
    {
      type: 'section',
      text: marked(
        '*Bold*, _italic_, ~gone~, `code` and <https://example.com/?a=1&amp;b=2|a link>. snake_case_stays, 2 * 3 * 4 too. <@U0GRACE> in <#C0SALES> <!here>\n&gt; Quoted by somebody\nand after it :tada:',
      ),
      accessory: {
        type: 'overflow',
        action_id: 'more',
        options: [option('Archive'), option('Delete', 'delete', 'For good')],
      },
    },
    {
      type: 'actions',
      block_id: 'pick',
      elements: [
        button('Interested', 'yes', { style: 'primary' }),
        button('Unsubscribe', 'no', {
          style: 'danger',
          confirm: {
            title: plain('Unsubscribe Jane?'),
            text: marked('Nobody will write to *her* again.'),
            confirm: plain('Unsubscribe'),
            deny: plain('Keep'),
            style: 'danger',
          },
        }),
        { type: 'static_select', action_id: 'size', placeholder: plain('Size'), options: SIZES },
        { type: 'datepicker', action_id: 'day', initial_date: '2026-11-22' },
      ],
    },
    {
      type: 'context',
      elements: [
        { type: 'image', image_url: 'https://elsewhere.example/x.png', alt_text: 'a picture' },
        marked('Campaign Spring launch · <!date^1790000000^{date_long} {time}|then>'),
      ],
    },
    { type: 'divider' },
    {
      type: 'table',
      rows: [
        [cell('Step'), cell('Sent'), cell('Replies')],
        [cell('*First* mail'), number(420), number(12)],
        [rich('Second mail'), number(390), number(7)],
      ],
      column_settings: [null, { align: 'right' }, { align: 'right' }],
    },
    {
      type: 'data_table',
      caption: 'Hottest contacts',
      page_size: 3,
      row_header_column_index: 0,
      rows: [
        [cell('Name'), cell('Company'), cell('Score')],
        ...[
          ['Jane Doe', 'Northwind', 41],
          ['Li Wei', 'Lumen Labs', 33],
          ['Ada Lovelace', 'Analytical Engines', 27],
          ['Omar Haddad', 'Harbor', 9],
          ['Zoë Quinn', 'Northwind', 102],
        ].map(([name, company, score]) => [cell(String(name)), cell(String(company)), number(Number(score))]),
      ],
    },
    {
      type: 'data_visualization',
      title: 'Replies by week',
      chart: {
        type: 'bar',
        series: [
          {
            name: 'Replies',
            data: [
              { label: 'W1', value: 4 },
              { label: 'W2', value: 9 },
              { label: 'W3', value: 6 },
            ],
          },
        ],
        axis_config: { categories: ['W1', 'W2', 'W3'] },
      },
    },
    {
      type: 'carousel',
      elements: [
        {
          type: 'card',
          title: plain('Jane Doe'),
          subtitle: plain('Northwind'),
          body: marked('Replied *today*'),
          actions: [button('Open', 'card_1')],
        },
        {
          type: 'card',
          title: plain('Li Wei'),
          subtitle: plain('Lumen Labs'),
          body: marked('Clicked the prices'),
          actions: [button('Open', 'card_2')],
        },
      ],
    },
    {
      type: 'container',
      title: plain('History'),
      is_collapsible: true,
      child_blocks: [{ type: 'section', text: marked('Sent, opened, clicked') }],
    },
    { type: 'hologram', text: 'from the future' },
  ]
}
