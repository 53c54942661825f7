import { useWorkspace } from '../workspace-context.ts'

export function Mention({ id }: { readonly id: string }) {
  const { screen } = useWorkspace()
  const person = screen.people.find((one) => one.id === id)
  return (
    <span className={id === screen.me.id ? 'mention mention-me' : 'mention'}>
      @{person?.realName || person?.name || id}
    </span>
  )
}

export function ChannelMention({ id }: { readonly id: string }) {
  const { screen, open } = useWorkspace()
  const conversation = screen.conversations.find((one) => one.id === id)
  if (!conversation) return <span className="mention">#{id}</span>
  return (
    <button type="button" className="mention" onClick={() => open({ kind: 'conversation', id })}>
      #{conversation.name}
    </button>
  )
}
