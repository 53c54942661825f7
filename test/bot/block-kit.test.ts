import { expect, test } from 'vitest'

import { problemsOf, type Surface } from '../../practice/slack/block-kit.ts'

const plain = (text: string) => ({ type: 'plain_text', text })
const marked = (text: string) => ({ type: 'mrkdwn', text })
const button = (more: object = {}) => ({ type: 'button', action_id: 'a', text: plain('Go'), ...more })
const section = (text = 'x') => ({ type: 'section', text: marked(text) })
const actions = (...elements: object[]) => ({ type: 'actions', elements })
const input = (element: object, more: object = {}) => ({ type: 'input', label: plain('L'), element, ...more })
const option = (value = 'v') => ({ text: plain('o'), value })
const options = (count: number) => Array.from({ length: count }, (_, index) => option(String(index)))
const times = (count: number, one: object) => Array.from({ length: count }, () => one)
const cell = (text = 'c') => ({ type: 'raw_text', text })
const chart = (body: object) => ({ type: 'data_visualization', title: 'T', chart: body })
const rich = (element: object) => ({ type: 'rich_text', elements: [{ type: 'rich_text_quote', elements: [element] }] })

function payload(surface: Exclude<Surface, 'options'>, blocks: readonly object[]) {
  if (surface === 'message') return { text: 'x', blocks }
  if (surface === 'home') return { type: 'home', blocks }
  return { type: 'modal', title: plain('T'), submit: plain('S'), blocks }
}

test.each<[what: string, surface: Exclude<Surface, 'options'>, block: object]>([
  ['a section of 3,000 characters', 'message', section('x'.repeat(3000))],
  ['ten fields', 'home', { type: 'section', fields: times(10, marked('x'.repeat(2000))) }],
  ['a header of 150', 'modal', { type: 'header', text: plain('x'.repeat(150)) }],
  ['25 buttons', 'message', actions(...Array.from({ length: 25 }, (_, index) => button({ action_id: `a${index}` })))],
  ['a select of 100', 'modal', input({ type: 'static_select', options: options(100) })],
  ['a select in a section', 'home', { ...section(), accessory: { type: 'users_select', action_id: 'u' } }],
  [
    'a choice in a group at the beginning',
    'modal',
    input({
      type: 'static_select',
      option_groups: [{ label: plain('g'), options: [option('a')] }],
      initial_option: option('a'),
    }),
  ],
  ['a file input', 'modal', input({ type: 'file_input', filetypes: ['csv'], max_files: 1 })],
  ['an input that dispatches', 'home', input({ type: 'email_text_input' }, { dispatch_action: true })],
  ['an image', 'message', { type: 'image', image_url: 'https://x.example/a.png', alt_text: 'a' }],
  ['a slack file', 'message', { type: 'image', slack_file: { id: 'F1' }, alt_text: 'a' }],
  ['rich text', 'message', rich({ type: 'text', text: '<!channel>', style: { bold: true } })],
  ['markdown', 'message', { type: 'markdown', text: 'x'.repeat(12_000) }],
  ['a table', 'message', { type: 'table', rows: [[cell()], [cell()]] }],
  ['a data table', 'message', { type: 'data_table', caption: 'C', rows: [[cell()], [cell()]] }],
  ['a card', 'message', { type: 'card', title: marked('T'), actions: [button()] }],
  ['a carousel', 'message', { type: 'carousel', elements: [{ type: 'card', body: marked('B') }] }],
  ['a container', 'message', { type: 'container', title: plain('T'), child_blocks: [section()] }],
  ['an alert', 'modal', { type: 'alert', text: marked('T'), level: 'warning' }],
  ['a pie', 'message', chart({ type: 'pie', segments: [{ label: 'a', value: 1 }] })],
  [
    'bars',
    'message',
    chart({
      type: 'bar',
      series: [{ name: 's', data: [{ label: 'a', value: -1 }] }],
      axis_config: { categories: ['a'] },
    }),
  ],
  [
    'a plan',
    'message',
    { type: 'plan', title: 'P', tasks: [{ type: 'task_card', task_id: '1', title: 'T', status: 'pending' }] },
  ],
  ['our own mark-up', 'message', section('<!date^1^{date}|then> <@U1> <https://x.example/?a&amp;b|x> &lt;\n> quote')],
])('%s is fine in a %s', (_what, surface, block) => {
  expect(problemsOf(payload(surface, [block]), surface)).toEqual([])
})

test.each<[what: string, surface: Exclude<Surface, 'options'>, block: object, problem: RegExp]>([
  ['an unknown block', 'message', { type: 'sectoin' }, /"sectoin" is not a block/],
  ['a block named after a property of objects', 'message', { type: 'constructor' }, /not a block/],
  ['no type', 'message', {}, /not a block/],
  ['an empty section', 'message', { type: 'section' }, /at least one of text, fields/],
  ['an empty text', 'message', section(''), /text: empty/],
  ['a blank text', 'message', section(' '), /blank/],
  ['a section too long', 'message', section('x'.repeat(3001)), /3001 characters/],
  ['eleven fields', 'message', { type: 'section', fields: times(11, marked('x')) }, /11 entries/],
  ['a field too long', 'message', { type: 'section', fields: [marked('x'.repeat(2001))] }, /fields\/0\/text/],
  ['a misspelt field', 'message', { ...section(), acessory: button() }, /acessory is not known/],
  ['a header in mrkdwn', 'message', { type: 'header', text: marked('x') }, /none of plain_text/],
  ['a header too long', 'message', { type: 'header', text: plain('x'.repeat(151)) }, /151 characters/],
  ['eleven elements of context', 'message', { type: 'context', elements: times(11, marked('x')) }, /11 entries/],
  ['a button in a context', 'message', { type: 'context', elements: [button()] }, /not allowed here/],
  ['no buttons', 'message', actions(), /0 entries/],
  [
    '26 buttons',
    'message',
    actions(...Array.from({ length: 26 }, (_, index) => button({ action_id: `${index}` }))),
    /26 entries/,
  ],
  ['two buttons of one action', 'message', actions(button(), button()), /action_id is not unique/],
  ['a label too long', 'message', actions(button({ text: plain('x'.repeat(76)) })), /76 characters/],
  ['a value too long', 'message', actions(button({ value: 'x'.repeat(2001) })), /2001 characters/],
  ['an empty value', 'message', actions(button({ value: '' })), /value: empty/],
  ['an unknown style', 'message', actions(button({ style: 'green' })), /none of primary/],
  ['a script as link', 'message', actions(button({ url: 'javascript:x' })), /not a link/],
  ['a confirmation too long', 'message', actions(button({ confirm: { text: plain('x'.repeat(301)) } })), /301/],
  ['six choices of an overflow', 'message', actions({ type: 'overflow', options: options(6) }), /6 entries/],
  ['101 options', 'message', actions({ type: 'static_select', options: options(101) }), /101 entries/],
  [
    'options and groups',
    'message',
    actions({
      type: 'static_select',
      options: options(1),
      option_groups: [{ label: plain('g'), options: options(1) }],
    }),
    /exactly one/,
  ],
  ['an option value above 75', 'message', actions({ type: 'static_select', options: [option('x'.repeat(76))] }), /76/],
  [
    'a choice at the beginning that cannot be made',
    'message',
    actions({ type: 'static_select', options: [option('a')], initial_option: option('b') }),
    /not among the options/,
  ],
  [
    'a box ticked at the beginning that is not there',
    'modal',
    input({ type: 'checkboxes', options: [option('a')], initial_options: [option('a'), option('b')] }),
    /not among the options/,
  ],
  ['eleven checkboxes', 'message', actions({ type: 'checkboxes', options: options(11) }), /11 entries/],
  ['an empty filter', 'message', actions({ type: 'conversations_select', filter: {} }), /at least one/],
  ['a text input among actions', 'message', actions({ type: 'plain_text_input' }), /not allowed/],
  ['a bad date', 'message', actions({ type: 'datepicker', initial_date: '1.2.2026' }), /YYYY-MM-DD/],
  ['a bad time', 'message', actions({ type: 'timepicker', initial_time: '24:00' }), /HH:mm/],
  ['a file input on the home tab', 'home', input({ type: 'file_input' }, { dispatch_action: true }), /modals only/],
  ['a silent input on the home tab', 'home', input({ type: 'plain_text_input' }), /needs dispatch_action/],
  ['an input too long', 'modal', input({ type: 'plain_text_input', max_length: 3001 }), /between/],
  ['a minimum above the maximum', 'modal', input({ type: 'plain_text_input', min_length: 9, max_length: 3 }), /above/],
  ['eleven files', 'modal', input({ type: 'file_input', max_files: 11 }), /between/],
  ['an image without words', 'message', { type: 'image', image_url: 'https://x.example/a' }, /alt_text is missing/],
  [
    'an image of two sources',
    'message',
    { type: 'image', image_url: 'https://x.example', slack_file: { id: 'F' }, alt_text: 'a' },
    /exactly one/,
  ],
  ['markdown in a modal', 'modal', { type: 'markdown', text: 'x' }, /not for a modal/],
  ['an alert in a message', 'message', { type: 'alert', text: plain('x') }, /not for a message/],
  ['an alert too long', 'modal', { type: 'alert', text: plain('x'.repeat(201)) }, /201/],
  ['an empty rich text', 'message', rich({ type: 'text', text: '' }), /empty/],
  ['an unknown rich element', 'message', rich({ type: 'script', text: 'x' }), /not a type/],
  [
    'a mention in preformatted text',
    'message',
    { type: 'rich_text', elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'user', user_id: 'U1' }] }] },
    /not allowed/,
  ],
  [
    'a list indented too far',
    'message',
    {
      type: 'rich_text',
      elements: [
        {
          type: 'rich_text_list',
          style: 'bullet',
          indent: 9,
          elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'x' }] }],
        },
      ],
    },
    /between/,
  ],
  ['101 rows', 'message', { type: 'table', rows: Array.from({ length: 101 }, () => [cell()]) }, /101 entries/],
  ['21 columns', 'message', { type: 'table', rows: [times(21, cell())] }, /21 entries/],
  [
    'a table with too much in it',
    'message',
    { type: 'table', rows: times(5, times(1, cell('x'.repeat(2100)))) },
    /in all cells/,
  ],
  ['a data table of a header alone', 'message', { type: 'data_table', caption: 'C', rows: [[cell()]] }, /at least 2/],
  [
    'a data table with rich headings',
    'message',
    { type: 'data_table', caption: 'C', rows: [[rich({ type: 'text', text: 'x' })], [cell()]] },
    /no rich_text/,
  ],
  [
    'unequal rows',
    'message',
    { type: 'data_table', caption: 'C', rows: [[cell()], [cell(), cell()]] },
    /different lengths/,
  ],
  ['a card with nothing', 'message', { type: 'card' }, /at least one of/],
  [
    'a card of four buttons',
    'message',
    { type: 'card', actions: ['a', 'b', 'c', 'd'].map((action_id) => button({ action_id })) },
    /4 entries/,
  ],
  [
    'eleven cards',
    'message',
    { type: 'carousel', elements: times(11, { type: 'card', body: marked('B') }) },
    /11 entries/,
  ],
  ['a section among cards', 'message', { type: 'carousel', elements: [section()] }, /not allowed/],
  [
    'a container in a container',
    'message',
    {
      type: 'container',
      title: plain('T'),
      child_blocks: [{ type: 'container', title: plain('T'), child_blocks: [section()] }],
    },
    /not allowed/,
  ],
  [
    'a chart of seven',
    'message',
    chart({ type: 'pie', segments: Array.from({ length: 7 }, (_, index) => ({ label: `${index}`, value: 1 })) }),
    /7 entries/,
  ],
  ['a pie with nothing in it', 'message', chart({ type: 'pie', segments: [{ label: 'a', value: 0 }] }), /between/],
  ['a long category', 'message', chart({ type: 'pie', segments: [{ label: 'x'.repeat(21), value: 1 }] }), /21/],
  [
    'a line with a gap',
    'message',
    chart({
      type: 'line',
      series: [{ name: 's', data: [{ label: 'a', value: 1 }] }],
      axis_config: { categories: ['a', 'b'] },
    }),
    /one point for each/,
  ],
  [
    'two series of one name',
    'message',
    chart({ type: 'bar', series: times(2, { name: 's', data: [{ label: 'a', value: 1 }] }) }),
    /not unique/,
  ],
  ['a shout', 'message', section('<!channel>'), /unescaped mark-up/],
  ['an open bracket', 'message', section('a < b'), /unescaped mark-up/],
  ['a closing bracket', 'message', section('a > b'), /unescaped >/],
  ['a bare ampersand', 'message', section('a & b'), /unescaped &/],
  ['half a character', 'message', section('\ud800'), /surrogate/],
])('%s is a problem in a %s', (_what, surface, block, problem) => {
  expect(problemsOf(payload(surface, [block]), surface).join('\n')).toMatch(problem)
})

test.each<[what: string, surface: Surface, value: unknown, problem: RegExp]>([
  ['no text', 'message', { blocks: [section()] }, /text is missing/],
  ['an empty text', 'message', { text: '' }, /empty/],
  ['a text too long', 'message', { text: 'x'.repeat(4001) }, /4001/],
  ['a shout in the text', 'message', { text: '<!here>' }, /unescaped/],
  ['no blocks at all', 'message', { text: 'x', blocks: [] }, /at least 1/],
  ['51 blocks', 'message', payload('message', times(51, section())), /51 entries/],
  ['101 blocks', 'home', payload('home', times(101, section())), /101 entries/],
  ['one block_id twice', 'message', payload('message', times(2, { ...section(), block_id: 'b' })), /used twice/],
  ['two tables', 'message', payload('message', times(2, { type: 'table', rows: [[cell()]] })), /more than 1 tables/],
  [
    'three charts',
    'message',
    payload('message', times(3, chart({ type: 'pie', segments: [{ label: 'a', value: 1 }] }))),
    /more than 2 charts/,
  ],
  ['much markdown', 'message', payload('message', times(2, { type: 'markdown', text: 'x'.repeat(7000) })), /markdown/],
  ['a long title', 'modal', { ...payload('modal', [section()]), title: plain('x'.repeat(25)) }, /25 characters/],
  [
    'no submit',
    'modal',
    { type: 'modal', title: plain('T'), blocks: [input({ type: 'plain_text_input' })] },
    /submit is missing/,
  ],
  ['a submit on the home tab', 'home', { ...payload('home', [section()]), submit: plain('S') }, /submit is not known/],
  ['private data too long', 'modal', { ...payload('modal', [section()]), private_metadata: 'x'.repeat(3001) }, /3001/],
  ['a callback_id too long', 'modal', { ...payload('modal', [section()]), callback_id: 'x'.repeat(256) }, /256/],
  ['an external_id too long', 'home', { ...payload('home', [section()]), external_id: 'x'.repeat(256) }, /256/],
  ['a close button too long', 'modal', { ...payload('modal', [section()]), close: plain('x'.repeat(25)) }, /25/],
  ['101 attachments', 'message', { text: 'x', attachments: times(101, {}) }, /101 entries/],
  ['neither options nor groups', 'options', {}, /exactly one/],
  ['101 options', 'options', { options: options(101) }, /101 entries/],
  ['an option without text', 'options', { options: [{ value: 'x' }] }, /text is missing/],
  ['a view too large', 'modal', payload('modal', times(90, section('x'.repeat(3000)))), /250 KB/],
  [
    'two focused inputs',
    'modal',
    payload('modal', times(2, input({ type: 'plain_text_input', focus_on_load: true }))),
    /focus_on_load/,
  ],
  ['nothing', 'message', null, /not an object/],
])('%s is a problem in a %s', (_what, surface, value, problem) => {
  expect(problemsOf(value, surface).join('\n')).toMatch(problem)
})

test('an options load may be answered with none', () => {
  expect(problemsOf({ options: [] }, 'options')).toEqual([])
  expect(problemsOf({ option_groups: [{ label: plain('g'), options: options(100) }] }, 'options')).toEqual([])
})
