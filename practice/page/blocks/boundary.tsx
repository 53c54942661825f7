import { Component, type ReactNode } from 'react'

import type { Block } from '../../contract.ts'

interface Props {
  readonly block: Block
  readonly children: ReactNode
}

interface State {
  readonly block: Block
  readonly hasFailed: boolean
}

/** One block that cannot be drawn costs only itself, until the app sends another in its place. */
export class BlockBoundary extends Component<Props, State> {
  override state: State = { block: this.props.block, hasFailed: false }

  static getDerivedStateFromProps({ block }: Props, state: State): State {
    return state.block === block ? state : { block, hasFailed: false }
  }

  static getDerivedStateFromError(): Partial<State> {
    return { hasFailed: true }
  }

  override render() {
    const { block, children } = this.props
    return this.state.hasFailed ? <Undrawable block={block} /> : children
  }
}

export function Undrawable({ block }: { readonly block: Block }) {
  return (
    <details className="undrawable">
      <summary>A block of type {block.type}, which this page cannot draw</summary>
      <pre>{JSON.stringify(block, null, 2)}</pre>
    </details>
  )
}
