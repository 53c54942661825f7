/**
 * Slack's limits on messages, modals and home tabs, as far as they are known (Slack sheet, section
 * 10). Nothing offline checks them, and Slack refuses a whole message for one field too long.
 * Stricter than Slack in places: where its sources disagree the lower limit counts, and a field
 * that no source knows is a problem, because it is usually a mistake in writing.
 */
export type Surface =
  | 'message'
  | 'modal'
  | 'home'
  /** The answer to an options load. */
  | 'options'

/** What Slack would refuse in `payload`, each with its place in it; empty when it would be shown. */
export function problemsOf(payload: unknown, surface: Surface): string[] {
  const found = new Findings(surface)
  SURFACES[surface](payload, '', found)
  return found.problems
}

class Findings {
  readonly surface: Surface
  readonly problems: string[] = []
  readonly blockIds = new Set<string>()
  /** How often something of which a payload may have only a few was seen. */
  readonly seen = new Map<string, number>()

  constructor(surface: Surface) {
    this.surface = surface
  }

  say(at: string, problem: string): void {
    this.problems.push(`${at || '/'}: ${problem}`)
  }

  /** Adds to a total of the whole payload and says so when it passes `most`. */
  total(at: string, what: string, amount: number, most: number): void {
    const before = this.seen.get(what) ?? 0
    this.seen.set(what, before + amount)
    if (before <= most && before + amount > most) this.say(at, `more than ${most} ${what}`)
  }
}

type Check = (value: unknown, at: string, found: Findings) => void
type Shape = Readonly<Record<string, Check>>
type Thing = Readonly<Record<string, unknown>>

function isThing(value: unknown): value is Thing {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

// --- values

function string(max: number, min = 1): Check {
  return (value, at, found) => {
    if (typeof value !== 'string') return found.say(at, 'not a string')
    if (value.length < min) found.say(at, value === '' ? 'empty' : `shorter than ${min}`)
    if (value.length > max) found.say(at, `${value.length} characters, at most ${max}`)
    if (!value.isWellFormed()) found.say(at, 'half of a surrogate pair')
    if (min > 0 && value !== '' && value.trim() === '') found.say(at, 'blank')
  }
}

function matching(pattern: RegExp, what: string, max = 3000): Check {
  return all(string(max), (value, at, found) => {
    if (typeof value === 'string' && !pattern.test(value)) found.say(at, `not ${what}`)
  })
}

function oneOf(...values: readonly unknown[]): Check {
  return (value, at, found) => {
    if (!values.includes(value)) found.say(at, `none of ${values.join(', ')}`)
  }
}

function number(min = -Infinity, max = Infinity): Check {
  return (value, at, found) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return found.say(at, 'not a number')
    if (value < min || value > max) found.say(at, `not between ${min} and ${max}`)
  }
}

function whole(min: number, max: number): Check {
  return all(number(min, max), (value, at, found) => {
    if (typeof value === 'number' && !Number.isInteger(value)) found.say(at, 'not a whole number')
  })
}

const flag: Check = oneOf(true, false)
const url = (max = 3000) => matching(/^https?:\/\/[^\s]+$/, 'a web address', max)

function list(each: Check, max: number, min = 1): Check {
  return (value, at, found) => {
    if (!Array.isArray(value)) return found.say(at, 'not a list')
    if (value.length < min) found.say(at, `${value.length} entries, at least ${min}`)
    if (value.length > max) found.say(at, `${value.length} entries, at most ${max}`)
    for (const [index, entry] of value.entries()) each(entry, `${at}/${index}`, found)
  }
}

function all(...checks: readonly Check[]): Check {
  return (value, at, found) => {
    for (const check of checks) check(value, at, found)
  }
}

/** An object with these fields and no others. */
function object(required: Shape, optional: Shape = {}, ...rules: readonly Check[]): Check {
  return (value, at, found) => {
    if (!isThing(value)) return found.say(at, 'not an object')
    for (const [key, check] of Object.entries(required)) {
      if (value[key] === undefined) found.say(at, `${key} is missing`)
      else check(value[key], `${at}/${key}`, found)
    }
    for (const [key, check] of Object.entries(optional))
      if (value[key] !== undefined) check(value[key], `${at}/${key}`, found)
    for (const key of Object.keys(value))
      if (!Object.hasOwn(required, key) && !Object.hasOwn(optional, key)) found.say(at, `${key} is not known here`)
    for (const rule of rules) rule(value, at, found)
  }
}

/** An object whose `type` names its shape, one of those allowed in this place. */
function typed(table: Readonly<Record<string, Check>>, allowed: readonly string[] = Object.keys(table)): Check {
  return (value, at, found) => {
    if (!isThing(value)) return found.say(at, 'not an object')
    const { type } = value
    const check = typeof type === 'string' && Object.hasOwn(table, type) ? table[type] : undefined
    if (!check) return found.say(at, `${JSON.stringify(type)} is not a type`)
    if (!allowed.includes(String(type))) found.say(at, `${type} is not allowed here`)
    check(value, at, found)
  }
}

/** Exactly one of the fields; each of the two forms is legal and both together are not. */
function eitherOf(...keys: readonly string[]): Check {
  return (value, at, found) => {
    if (isThing(value) && keys.filter((key) => value[key] !== undefined).length !== 1)
      found.say(at, `exactly one of ${keys.join(', ')}`)
  }
}

function atLeastOneOf(...keys: readonly string[]): Check {
  return (value, at, found) => {
    if (isThing(value) && keys.every((key) => value[key] === undefined))
      found.say(at, `at least one of ${keys.join(', ')}`)
  }
}

function notMoreThan(what: string, most: number): Check {
  return (_value, at, found) => found.total(at, what, 1, most)
}

function distinct(key: string): Check {
  return (value, at, found) => {
    if (!Array.isArray(value)) return
    const values = value.map((entry) => (isThing(entry) ? entry[key] : undefined)).filter((one) => one !== undefined)
    if (new Set(values).size !== values.length) found.say(at, `${key} is not unique`)
  }
}

// --- composition objects

const ACTIVE =
  /<(?!(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+|!date\^-?\d+\^[^<>|^]+(?:\^[^<>|]+)?\|[^<>|]+|(?:https?:\/\/|mailto:)[^<>|\s]+(?:\|[^<>]+)?)>)/

/** Mark-up that Slack would show wrongly, or that shouts at a channel. */
const markup: Check = (value, at, found) => {
  if (typeof value !== 'string') return
  const active = ACTIVE.exec(value)
  if (active) found.say(at, `unescaped mark-up: ${value.slice(active.index, active.index + 24)}`)
  if (/&(?!amp;|lt;|gt;)/.test(value)) found.say(at, 'unescaped &')
  // At the beginning of a line it is a quotation of our own.
  if (/[^\n]>/.test(value.replace(/<[^<>]*>/g, ''))) found.say(at, 'unescaped >')
}

function plainText(max: number): Check {
  return object({ type: oneOf('plain_text'), text: string(max) }, { emoji: flag })
}

function mrkdwnText(max: number): Check {
  return object({ type: oneOf('mrkdwn'), text: all(string(max), markup) }, { verbatim: flag })
}

function anyText(max: number): Check {
  return typed({ plain_text: plainText(max), mrkdwn: mrkdwnText(max) })
}

const slackFile = object({}, { id: string(255), url: url() }, eitherOf('id', 'url'))

function option(text: Check, extra: Shape = {}): Check {
  return object({ text, value: string(75) }, { description: anyText(75), ...extra })
}

const selectOption = option(plainText(75))
const markedOption = option(anyText(75))

const optionGroup = object({ label: plainText(75), options: list(selectOption, 100) })

const confirm = object(
  { text: anyText(300) },
  { title: plainText(100), confirm: plainText(30), deny: plainText(30), style: oneOf('primary', 'danger') },
)

const dispatchConfig = object({
  trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), 2),
})

const conversationFilter = object(
  {},
  {
    include: list(oneOf('im', 'mpim', 'private', 'public'), 4),
    exclude_external_shared_channels: flag,
    exclude_bot_users: flag,
  },
  atLeastOneOf('include', 'exclude_external_shared_channels', 'exclude_bot_users'),
)

// --- rich text

const style = object({}, Object.fromEntries(STYLES().map((name) => [name, flag])))

function STYLES() {
  return ['bold', 'italic', 'strike', 'code', 'underline', 'highlight', 'client_highlight', 'unlink']
}

const RICH_ELEMENTS: Readonly<Record<string, Check>> = {
  text: rich({ text: string(3000) }),
  link: rich({ url: matching(/^(?:https?|mailto|tel):/, 'a link') }, { text: string(3000), unsafe: flag }),
  user: rich({ user_id: matching(/^[UW][A-Z0-9]+$/, 'a user id') }),
  channel: rich({ channel_id: matching(/^[CGD][A-Z0-9]+$/, 'a channel id') }),
  usergroup: rich({ usergroup_id: string(255) }),
  team: rich({ team_id: string(255) }),
  emoji: rich({ name: string(255) }, { unicode: string(255), url: url() }),
  date: rich({ timestamp: whole(0, 99_999_999_999), format: string(255) }, { url: url(), fallback: string(255) }),
  broadcast: rich({ range: oneOf('here', 'channel', 'everyone') }),
  color: rich({ value: matching(/^#[0-9a-f]{6}$/i, 'a colour') }),
}

function rich(required: Shape, optional: Shape = {}): Check {
  return object({ type: string(20), ...required }, { style, ...optional })
}

const border = { border: whole(0, 1) }
const richSection = object({ type: oneOf('rich_text_section'), elements: list(typed(RICH_ELEMENTS), 1000) })

const RICH_BLOCKS: Readonly<Record<string, Check>> = {
  rich_text_section: richSection,
  rich_text_list: object(
    { type: string(20), style: oneOf('bullet', 'ordered'), elements: list(richSection, 500) },
    { ...border, indent: whole(0, 8), offset: whole(0, 10_000) },
  ),
  rich_text_quote: object({ type: string(20), elements: list(typed(RICH_ELEMENTS), 1000) }, border),
  rich_text_preformatted: object(
    { type: string(25), elements: list(typed(RICH_ELEMENTS, ['text', 'link']), 1000) },
    { ...border, language: string(50) },
  ),
}

const richText = object(
  { type: oneOf('rich_text'), elements: list(typed(RICH_BLOCKS), 500) },
  { block_id: string(255) },
)

// --- elements

const actionId = string(255)
const placeholder = { placeholder: plainText(150) }
const focus = {
  focus_on_load: all(flag, (value, at, found) => {
    if (value === true) found.total(at, 'elements with focus_on_load', 1, 1)
  }),
}
const confirmable = { confirm }
const acts = { action_id: actionId }
const many = { max_selected_items: whole(1, 1000) }
const picks = { ...acts, ...confirmable, ...focus, ...placeholder }
const writes = { ...acts, ...focus, ...placeholder, dispatch_action_config: dispatchConfig }

function element(required: Shape, optional: Shape = {}, ...rules: readonly Check[]): Check {
  return object({ type: string(50), ...required }, optional, ...rules)
}

const chooses = eitherOf('options', 'option_groups')

/** What is chosen at the beginning has to be one of the options, word for word. */
const beginsWithOptions: Check = (value, at, found) => {
  if (!isThing(value)) return
  const groups = Array.isArray(value.option_groups) ? value.option_groups : []
  const lists = [value.options, ...groups.map((group) => (isThing(group) ? group.options : undefined))]
  const options = new Set(lists.flat().map((one) => JSON.stringify(one)))
  const initial = [value.initial_option, ...(Array.isArray(value.initial_options) ? value.initial_options : [])]
  if (initial.some((one) => one !== undefined && !options.has(JSON.stringify(one))))
    found.say(at, 'begins with an option that is not among the options')
}
const optionLists = { options: list(selectOption, 100), option_groups: list(optionGroup, 100) }
const imageSource: Shape = { image_url: url(), slack_file: slackFile }
const hasImageSource = eitherOf('image_url', 'slack_file')
const image = element({ alt_text: string(2000) }, imageSource, hasImageSource)
const day = matching(/^\d{4}-\d{2}-\d{2}$/, 'YYYY-MM-DD')
const clock = matching(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'HH:mm')
const feedback = object({ text: plainText(75), value: string(2000) }, { accessibility_label: string(75) })

const ELEMENTS: Readonly<Record<string, Check>> = {
  button: element(
    { text: plainText(75) },
    {
      ...acts,
      ...confirmable,
      value: string(2000),
      url: matching(/^(?:https?|mailto|tel):/, 'a link'),
      style: oneOf('primary', 'danger'),
      accessibility_label: string(75),
    },
  ),
  workflow_button: element(
    {
      text: plainText(75),
      workflow: object({
        trigger: object(
          { url: url() },
          { customizable_input_parameters: list(object({ name: string(255), value: string(3000) }), 100) },
        ),
      }),
    },
    { ...acts, ...confirmable, style: oneOf('primary', 'danger'), accessibility_label: string(75) },
  ),
  overflow: element({ options: list(option(anyText(75), { url: url() }), 5) }, { ...acts, ...confirmable }),
  static_select: element({}, { ...picks, ...optionLists, initial_option: selectOption }, chooses, beginsWithOptions),
  multi_static_select: element(
    {},
    { ...picks, ...many, ...optionLists, initial_options: list(selectOption, 100) },
    chooses,
    beginsWithOptions,
  ),
  external_select: element({}, { ...picks, min_query_length: whole(0, 1000), initial_option: selectOption }),
  multi_external_select: element(
    {},
    { ...picks, ...many, min_query_length: whole(0, 1000), initial_options: list(selectOption, 100) },
  ),
  users_select: element({}, { ...picks, initial_user: string(255) }),
  multi_users_select: element({}, { ...picks, ...many, initial_users: list(string(255), 1000) }),
  conversations_select: element(
    {},
    {
      ...picks,
      initial_conversation: string(255),
      default_to_current_conversation: flag,
      response_url_enabled: flag,
      filter: conversationFilter,
    },
  ),
  multi_conversations_select: element(
    {},
    {
      ...picks,
      ...many,
      initial_conversations: list(string(255), 1000),
      default_to_current_conversation: flag,
      filter: conversationFilter,
    },
  ),
  channels_select: element({}, { ...picks, initial_channel: string(255), response_url_enabled: flag }),
  multi_channels_select: element({}, { ...picks, ...many, initial_channels: list(string(255), 1000) }),
  checkboxes: element(
    { options: list(markedOption, 10) },
    { ...acts, ...confirmable, ...focus, initial_options: list(markedOption, 10) },
    beginsWithOptions,
  ),
  radio_buttons: element(
    { options: list(markedOption, 10) },
    { ...acts, ...confirmable, ...focus, initial_option: markedOption },
    beginsWithOptions,
  ),
  datepicker: element({}, { ...picks, initial_date: day }),
  timepicker: element({}, { ...picks, initial_time: clock, timezone: string(100) }),
  datetimepicker: element({}, { ...acts, ...confirmable, ...focus, initial_date_time: whole(1e9, 9_999_999_999) }),
  plain_text_input: element(
    {},
    {
      ...writes,
      initial_value: string(3000),
      multiline: flag,
      min_length: whole(0, 3000),
      max_length: whole(1, 3000),
    },
    (value, at, found) => {
      if (isThing(value) && Number(value.min_length ?? 0) > Number(value.max_length ?? Infinity))
        found.say(at, 'min_length above max_length')
    },
  ),
  email_text_input: element({}, { ...writes, initial_value: string(3000) }),
  url_text_input: element({}, { ...writes, initial_value: string(3000) }),
  number_input: element(
    { is_decimal_allowed: flag },
    { ...writes, initial_value: string(255), min_value: string(255), max_value: string(255) },
  ),
  rich_text_input: element(
    {},
    { ...writes, initial_value: richText, min_lines: whole(1, 100), max_lines: whole(1, 100) },
  ),
  file_input: element({}, { ...acts, filetypes: list(string(20), 100), max_files: whole(1, 10) }),
  image,
  feedback_buttons: element({ positive_button: feedback, negative_button: feedback }, acts),
  icon_button: element(
    { icon: oneOf('trash'), text: plainText(75) },
    {
      ...acts,
      ...confirmable,
      value: string(2000),
      accessibility_label: string(75),
      visible_to_user_ids: list(string(255), 100),
    },
  ),
  plain_text: plainText(3000),
  mrkdwn: mrkdwnText(3000),
}

const SELECTS = ['static', 'external', 'users', 'conversations', 'channels'].flatMap((kind) => [
  `${kind}_select`,
  `multi_${kind}_select`,
])
const PICKERS = [...SELECTS, 'checkboxes', 'radio_buttons', 'datepicker', 'timepicker']
const IN_SECTION = [...PICKERS, 'button', 'workflow_button', 'overflow', 'image']
const IN_ACTIONS = [...PICKERS, 'button', 'workflow_button', 'overflow', 'datetimepicker', 'rich_text_input']
const IN_INPUT = [
  ...PICKERS,
  'datetimepicker',
  'plain_text_input',
  'email_text_input',
  'url_text_input',
  'number_input',
  'rich_text_input',
  'file_input',
]

/** Elements that Slack has only where there is a form to submit. */
const modalOnlyElement: Check = (value, at, found) => {
  if (isThing(value) && value.type === 'file_input' && found.surface !== 'modal')
    found.say(at, 'file_input is for modals only')
}

// --- charts (section 10.5): a native block that @slack/types does not know

const LABEL = string(20)
const point = object({ label: LABEL, value: number() })

const CHARTS: Readonly<Record<string, Check>> = {
  pie: object({
    type: string(10),
    segments: all(list(object({ label: LABEL, value: number(Number.MIN_VALUE) }), 6), distinct('label')),
  }),
  bar: series(),
  line: series(),
  area: series(),
}

function series(): Check {
  return object(
    { type: string(10), series: all(list(object({ name: LABEL, data: list(point, 20) }), 6), distinct('name')) },
    {
      axis_config: object({}, { categories: list(LABEL, 20), x_label: string(50), y_label: string(50) }),
    },
    (value, at, found) => {
      if (!isThing(value) || !Array.isArray(value.series)) return
      const axis = isThing(value.axis_config) ? value.axis_config.categories : undefined
      const points = value.series.map((one) => (isThing(one) && Array.isArray(one.data) ? one.data : []))
      const expected = Array.isArray(axis) ? axis : points[0]?.map(labelOf)
      for (const [index, data] of points.entries())
        if (JSON.stringify(data.map(labelOf)) !== JSON.stringify(expected))
          found.say(`${at}/series/${index}`, 'not exactly one point for each category')
    },
  )
}

function labelOf(value: unknown): unknown {
  return isThing(value) ? value.label : undefined
}

// --- tables

const rawText = object({ type: oneOf('raw_text'), text: string(3000) })
const rawNumber = object({ type: oneOf('raw_number'), value: number(), text: string(255) })
const anyCell = typed({ raw_text: rawText, raw_number: rawNumber, rich_text: richText })

/** Characters of all cells together; the figure is a third party's report. */
const CELL_CHARACTERS = 10_000

const cellsFit: Check = (value, at, found) => {
  const rows = isThing(value) && Array.isArray(value.rows) ? value.rows : []
  const characters = JSON.stringify(rows).match(/"text":"(?:[^"\\]|\\.)*"/g) ?? []
  const total = characters.reduce((sum, match) => sum + match.length - '"text":""'.length, 0)
  if (total > CELL_CHARACTERS) found.say(at, `${total} characters in all cells, at most ${CELL_CHARACTERS}`)
}

const sameLength: Check = (value, at, found) => {
  const rows = isThing(value) && Array.isArray(value.rows) ? value.rows : []
  if (new Set(rows.map((row) => (Array.isArray(row) ? row.length : -1))).size > 1)
    found.say(at, 'rows of different lengths')
}

const plainHeading: Check = (value, at, found) => {
  const rows = isThing(value) && Array.isArray(value.rows) ? value.rows : []
  if (Array.isArray(rows[0]) && rows[0].some((cell) => isThing(cell) && cell.type === 'rich_text'))
    found.say(`${at}/rows/0`, 'the header row takes no rich_text')
}

// --- blocks

interface BlockRule {
  readonly on: readonly Surface[]
  readonly required: Shape
  readonly optional?: Shape
  readonly rules?: readonly Check[]
}

const EVERYWHERE: readonly Surface[] = ['message', 'modal', 'home']
const MESSAGES: readonly Surface[] = ['message']

const CARD: BlockRule = {
  on: MESSAGES,
  required: {},
  optional: {
    hero_image: image,
    icon: image,
    slack_icon: object({}, { name: string(255) }),
    title: mrkdwnText(150),
    subtitle: mrkdwnText(150),
    body: mrkdwnText(200),
    subtext: mrkdwnText(200),
    actions: all(list(typed(ELEMENTS, ['button']), 3), distinct('action_id')),
  },
  rules: [atLeastOneOf('hero_image', 'title', 'actions', 'body'), eitherIcon],
}

function eitherIcon(value: unknown, at: string, found: Findings): void {
  if (isThing(value) && value.icon !== undefined && value.slack_icon !== undefined)
    found.say(at, 'icon and slack_icon together')
}

const TASK: BlockRule = {
  on: MESSAGES,
  required: {
    task_id: string(255),
    title: string(255),
    status: oneOf('pending', 'in_progress', 'complete', 'error'),
  },
  optional: {
    details: richText,
    output: richText,
    sources: list(object({ type: oneOf('url'), url: url(), text: string(255) }), 100),
  },
}

const BLOCKS: Readonly<Record<string, BlockRule>> = {
  section: {
    on: EVERYWHERE,
    required: {},
    optional: {
      text: anyText(3000),
      fields: list(anyText(2000), 10),
      accessory: typed(ELEMENTS, IN_SECTION),
      expand: flag,
    },
    rules: [atLeastOneOf('text', 'fields')],
  },
  header: { on: EVERYWHERE, required: { text: plainText(150) } },
  context: { on: EVERYWHERE, required: { elements: list(typed(ELEMENTS, ['image', 'plain_text', 'mrkdwn']), 10) } },
  context_actions: {
    on: MESSAGES,
    required: { elements: all(list(typed(ELEMENTS, ['feedback_buttons', 'icon_button']), 5), distinct('action_id')) },
  },
  actions: {
    on: EVERYWHERE,
    required: { elements: all(list(typed(ELEMENTS, IN_ACTIONS), 25), distinct('action_id')) },
  },
  divider: { on: EVERYWHERE, required: {} },
  image: {
    on: EVERYWHERE,
    required: { alt_text: string(2000) },
    optional: { ...imageSource, title: plainText(2000) },
    rules: [hasImageSource],
  },
  input: {
    on: EVERYWHERE,
    required: { label: plainText(2000), element: all(typed(ELEMENTS, IN_INPUT), modalOnlyElement) },
    optional: { hint: plainText(2000), optional: flag, dispatch_action: flag },
    rules: [
      (value, at, found) => {
        if (found.surface === 'home' && isThing(value) && value.dispatch_action !== true)
          found.say(at, 'an input of a home tab needs dispatch_action, there is nothing to submit')
      },
    ],
  },
  rich_text: { on: EVERYWHERE, required: { elements: list(typed(RICH_BLOCKS), 500) } },
  markdown: {
    on: MESSAGES,
    required: {
      text: all(string(12_000), (value, at, found) =>
        found.total(at, 'characters of markdown', typeof value === 'string' ? value.length : 0, 12_000),
      ),
    },
  },
  video: {
    on: EVERYWHERE,
    required: {
      video_url: url(),
      thumbnail_url: url(),
      alt_text: string(2000),
      title: plainText(199),
    },
    optional: {
      title_url: url(),
      author_name: string(49),
      provider_name: string(255),
      provider_icon_url: url(),
      description: plainText(200),
    },
  },
  file: { on: MESSAGES, required: { external_id: string(255), source: oneOf('remote') } },
  table: {
    on: MESSAGES,
    required: { rows: list(list(anyCell, 20), 100) },
    optional: {
      column_settings: list(object({}, { align: oneOf('left', 'center', 'right'), is_wrapped: flag }), 20),
    },
    rules: [cellsFit, notMoreThan('tables', 1)],
  },
  data_table: {
    on: MESSAGES,
    required: { caption: string(3000), rows: list(list(anyCell, 20), 101, 2) },
    optional: { page_size: whole(1, 100), row_header_column_index: whole(0, 19) },
    rules: [sameLength, plainHeading, cellsFit],
  },
  card: CARD,
  carousel: {
    on: MESSAGES,
    required: {
      elements: list((value, at, found) => block(value, at, found, ['card']), 10),
    },
  },
  container: {
    on: MESSAGES,
    required: { child_blocks: list((value, at, found) => block(value, at, found, IN_CONTAINER()), 10) },
    optional: {
      title: plainText(150),
      rich_text_title: richText,
      subtitle: anyText(150),
      icon: image,
      width: oneOf('narrow', 'standard', 'wide', 'full'),
      is_collapsible: flag,
      default_collapsed: flag,
      has_header_divider: flag,
    },
    rules: [eitherOf('title', 'rich_text_title')],
  },
  alert: {
    on: ['modal'],
    required: { text: anyText(200) },
    optional: { level: oneOf('default', 'info', 'warning', 'error', 'success') },
  },
  data_visualization: {
    on: MESSAGES,
    required: { title: string(50), chart: typed(CHARTS) },
    rules: [notMoreThan('charts', 2)],
  },
  task_card: TASK,
  plan: {
    on: MESSAGES,
    required: { title: string(255) },
    optional: { tasks: list((value, at, found) => block(value, at, found, ['task_card']), 50) },
  },
}

/** The live validator is reported to refuse rich_text and input, so they are left out. */
function IN_CONTAINER() {
  return ['actions', 'context', 'divider', 'file', 'header', 'image', 'section', 'table', 'video']
}

function block(value: unknown, at: string, found: Findings, allowed?: readonly string[]) {
  if (!isThing(value)) return found.say(at, 'not an object')
  const { type, block_id } = value
  const rule = typeof type === 'string' && Object.hasOwn(BLOCKS, type) ? BLOCKS[type] : undefined
  if (!rule) return found.say(at, `${JSON.stringify(type)} is not a block`)
  if (!rule.on.includes(found.surface)) found.say(at, `${type} is not for a ${found.surface}`)
  if (allowed && !allowed.includes(String(type))) found.say(at, `${type} is not allowed here`)
  if (typeof block_id === 'string') {
    if (found.blockIds.has(block_id)) found.say(at, `block_id ${block_id} is used twice`)
    found.blockIds.add(block_id)
  }
  const optional = { block_id: string(255), ...rule.optional }
  object({ type: string(50), ...rule.required }, optional, ...(rule.rules ?? []))(value, at, found)
}

// --- surfaces

const anything: Check = () => {}

const MESSAGE_TEXT: Check = all(string(4000), markup)

const VIEW = {
  callback_id: string(255),
  external_id: string(255),
  private_metadata: string(3000, 0),
}

const viewFits: Check = (value, at, found) => {
  const bytes = Buffer.byteLength(JSON.stringify(value) ?? '')
  if (bytes > 250_000) found.say(at, `${bytes} bytes, at most 250 KB`)
}

const needsSubmit: Check = (value, at, found) => {
  if (!isThing(value) || !Array.isArray(value.blocks)) return
  const asks = value.blocks.some((one) => isThing(one) && one.type === 'input')
  if (asks && value.submit === undefined) found.say(at, 'submit is missing, and there are inputs')
}

const SURFACES: Readonly<Record<Surface, Check>> = {
  /** Other arguments of a post, such as the channel, are not looked at. */
  message: (value, at, found) => {
    if (!isThing(value)) return found.say(at, 'not an object')
    if (value.text === undefined) found.say(at, 'text is missing: it is what notifications show')
    else MESSAGE_TEXT(value.text, `${at}/text`, found)
    if (value.blocks !== undefined) list(block, 50)(value.blocks, `${at}/blocks`, found)
    if (value.attachments !== undefined) list(anything, 100)(value.attachments, `${at}/attachments`, found)
  },
  modal: object(
    { type: oneOf('modal'), title: plainText(24), blocks: list(block, 100) },
    {
      ...VIEW,
      submit: plainText(24),
      close: plainText(24),
      clear_on_close: flag,
      notify_on_close: flag,
      submit_disabled: flag,
    },
    viewFits,
    needsSubmit,
  ),
  home: object({ type: oneOf('home'), blocks: list(block, 100) }, VIEW, viewFits),
  options: object(
    {},
    { options: list(selectOption, 100, 0), option_groups: list(optionGroup, 100, 0) },
    eitherOf('options', 'option_groups'),
  ),
}
