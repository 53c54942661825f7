import { z } from 'zod'

// Otherwise zod compiles checks at run time, which the page's security policy forbids.
z.config({ jitless: true })

/**
 * What the page must know of blocks and elements to draw them and to act with them (Slack sheet,
 * section 10). Lenient: what is missing or new here is drawn without it.
 */

export const Text = z.object({
  type: z.enum(['plain_text', 'mrkdwn']),
  text: z.string(),
  emoji: z.boolean().optional(),
  verbatim: z.boolean().optional(),
})
export type Text = z.infer<typeof Text>

const SlackOption = z.object({
  text: Text,
  value: z.string().default(''),
  description: Text.optional(),
  url: z.string().optional(),
})
export type SlackOption = z.infer<typeof SlackOption>

const Confirm = z.object({
  title: Text.optional(),
  text: Text,
  confirm: Text.optional(),
  deny: Text.optional(),
  style: z.string().optional(),
})
export type Confirm = z.infer<typeof Confirm>

const Dispatch = z.object({ trigger_actions_on: z.array(z.string()) })

const interactive = {
  action_id: z.string().default(''),
  confirm: Confirm.optional(),
  focus_on_load: z.boolean().optional(),
  placeholder: Text.optional(),
}

const Button = z.object({
  ...interactive,
  type: z.literal('button'),
  text: Text,
  value: z.string().optional(),
  url: z.string().optional(),
  style: z.string().optional(),
  accessibility_label: z.string().optional(),
})
export type ButtonElement = z.infer<typeof Button>

const Overflow = z.object({ ...interactive, type: z.literal('overflow'), options: z.array(SlackOption) })
export type OverflowElement = z.infer<typeof Overflow>

const Choices = z.object({
  ...interactive,
  type: z.enum(['checkboxes', 'radio_buttons']),
  options: z.array(SlackOption),
  initial_option: SlackOption.optional(),
  initial_options: z.array(SlackOption).optional(),
})
export type ChoicesElement = z.infer<typeof Choices>

export const SELECTS = ['static', 'external', 'users', 'conversations', 'channels'] as const
export type SelectSource = (typeof SELECTS)[number]

const Select = z.object({
  ...interactive,
  type: z.templateLiteral([z.enum(SELECTS), '_select']),
  options: z.array(SlackOption).optional(),
  option_groups: z.array(z.object({ label: Text, options: z.array(SlackOption) })).optional(),
  min_query_length: z.number().optional(),
  default_to_current_conversation: z.boolean().optional(),
  initial_option: SlackOption.optional(),
  initial_user: z.string().optional(),
  initial_conversation: z.string().optional(),
  initial_channel: z.string().optional(),
})
export type SelectElement = z.infer<typeof Select>

const MultiSelect = z.object({
  ...interactive,
  type: z.templateLiteral(['multi_', z.enum(SELECTS), '_select']),
  options: z.array(SlackOption).optional(),
  option_groups: z.array(z.object({ label: Text, options: z.array(SlackOption) })).optional(),
  min_query_length: z.number().optional(),
  default_to_current_conversation: z.boolean().optional(),
  max_selected_items: z.number().optional(),
  initial_options: z.array(SlackOption).optional(),
  initial_users: z.array(z.string()).optional(),
  initial_conversations: z.array(z.string()).optional(),
  initial_channels: z.array(z.string()).optional(),
})
export type MultiSelectElement = z.infer<typeof MultiSelect>

const Moment = z.object({
  ...interactive,
  type: z.enum(['datepicker', 'timepicker', 'datetimepicker']),
  initial_date: z.string().optional(),
  initial_time: z.string().optional(),
  /** Unix seconds. */
  initial_date_time: z.number().optional(),
})
export type MomentElement = z.infer<typeof Moment>

const TextInput = z.object({
  ...interactive,
  type: z.enum(['plain_text_input', 'email_text_input', 'url_text_input', 'number_input', 'rich_text_input']),
  initial_value: z.unknown().optional(),
  multiline: z.boolean().optional(),
  min_length: z.number().optional(),
  max_length: z.number().optional(),
  min_value: z.coerce.number().optional(),
  max_value: z.coerce.number().optional(),
  is_decimal_allowed: z.boolean().optional(),
  dispatch_action_config: Dispatch.optional(),
})
export type TextInputElement = z.infer<typeof TextInput>

const FileInput = z.object({
  ...interactive,
  type: z.literal('file_input'),
  filetypes: z.array(z.string()).optional(),
  max_files: z.number().optional(),
})
export type FileInputElement = z.infer<typeof FileInput>

const Feedback = z.object({ text: Text, value: z.string().default(''), accessibility_label: z.string().optional() })
const FeedbackButtons = z.object({
  ...interactive,
  type: z.literal('feedback_buttons'),
  positive_button: Feedback,
  negative_button: Feedback,
})
export type FeedbackElement = z.infer<typeof FeedbackButtons>

const IconButton = z.object({
  ...interactive,
  type: z.literal('icon_button'),
  text: Text,
  value: z.string().optional(),
})
export type IconButtonElement = z.infer<typeof IconButton>

export const Image = z.object({
  type: z.literal('image'),
  alt_text: z.string().default(''),
  title: Text.optional(),
  image_url: z.string().optional(),
  slack_file: z.object({ id: z.string().optional(), url: z.string().optional() }).optional(),
})
export type Image = z.infer<typeof Image>

export const Element = z.union([
  Button,
  Overflow,
  Choices,
  Select,
  MultiSelect,
  Moment,
  TextInput,
  FileInput,
  FeedbackButtons,
  IconButton,
])
export type Element = z.infer<typeof Element>

/** Elements that hold something, and so have a place among the values of a view. */
export type Input = Exclude<Element, ButtonElement | OverflowElement | FeedbackElement | IconButtonElement>

const shown = { block_id: z.string().default('') }
const Accessory = z.union([Element, Image])
const CardImage = z.object({ ...Image.shape, type: z.literal('image').optional() })

const Card = z.object({
  ...shown,
  type: z.literal('card'),
  hero_image: CardImage.optional(),
  icon: CardImage.optional(),
  title: Text.optional(),
  subtitle: Text.optional(),
  body: Text.optional(),
  subtext: Text.optional(),
  actions: z.array(Element).optional(),
})
export type CardBlock = z.infer<typeof Card>

const Cell = z.looseObject({ type: z.string() })
export type Cell = z.infer<typeof Cell>

const Table = z.object({
  ...shown,
  type: z.literal('table'),
  rows: z.array(z.array(Cell)),
  column_settings: z
    .array(z.object({ align: z.string().optional(), is_wrapped: z.boolean().optional() }).nullable())
    .optional(),
})
export type TableBlock = z.infer<typeof Table>

const DataTable = z.object({
  ...shown,
  type: z.literal('data_table'),
  caption: z.string(),
  rows: z.array(z.array(Cell)).min(1),
  page_size: z.number().min(1).default(5),
  row_header_column_index: z.number().optional(),
})
export type DataTableBlock = z.infer<typeof DataTable>

const Input = z.object({
  ...shown,
  type: z.literal('input'),
  label: Text,
  hint: Text.optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
  element: Element,
})
export type InputBlock = z.infer<typeof Input>

const Container = z.object({
  ...shown,
  type: z.literal('container'),
  title: Text.optional(),
  subtitle: Text.optional(),
  icon: CardImage.optional(),
  child_blocks: z.array(z.looseObject({ type: z.string(), block_id: z.string().default('') })),
  width: z.string().optional(),
  is_collapsible: z.boolean().optional(),
  default_collapsed: z.boolean().optional(),
})
export type ContainerBlock = z.infer<typeof Container>

const Section = z.object({
  ...shown,
  type: z.literal('section'),
  text: Text.optional(),
  fields: z.array(Text).optional(),
  accessory: Accessory.optional(),
})
export type SectionBlock = z.infer<typeof Section>

/** The blocks that the page draws itself; the others are left to slack-blocks-to-jsx. */
export const OwnBlock = z.discriminatedUnion('type', [
  Section,
  z.object({ ...shown, type: z.literal('header'), text: Text, level: z.number().optional() }),
  z.object({ ...shown, type: z.literal('context'), elements: z.array(z.union([Text, Image])) }),
  z.object({ ...shown, type: z.literal('context_actions'), elements: z.array(Element) }),
  z.object({ ...shown, type: z.literal('actions'), elements: z.array(Element) }),
  z.object({ ...shown, type: z.literal('divider') }),
  z.object({ ...Image.shape, ...shown }),
  z.object({ ...shown, type: z.literal('alert'), text: Text, level: z.string().default('default') }),
  z.object({ ...shown, type: z.literal('carousel'), elements: z.array(Card) }),
  Card,
  Table,
  DataTable,
  Input,
  Container,
])
export type OwnBlock = z.infer<typeof OwnBlock>
