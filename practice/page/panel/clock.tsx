import { useState } from 'react'

import type { ClockMove } from '../../contract.ts'
import { api } from '../api.ts'
import { Icon } from '../icon.tsx'
import { dayAndTime } from '../text/date.ts'
import { useMinute } from '../use-minute.ts'

const MOVES: readonly (readonly [move: ClockMove, label: string])[] = [
  ['hour', '+1 hour'],
  ['morning', 'Next morning, 09:00'],
]

/** What time it is in the workspace, and how to make it later. */
export function Clock() {
  const at = useMinute()
  const [moving, setMoving] = useState<ClockMove>()
  const [problem, setProblem] = useState<string>()
  const move = async (how: ClockMove) => {
    if (moving) return
    setMoving(how)
    const outcome = await api.moveClock(how)
    setProblem(outcome.ok ? undefined : outcome.problem)
    setMoving(undefined)
  }
  return (
    <section className="clock" aria-label="Clock">
      <div className="clock-line">
        <time dateTime={new Date(at).toISOString()}>
          <Icon name="clock" />
          {dayAndTime(at)}
        </time>
        {MOVES.map(([how, label]) => (
          <button key={how} type="button" className="pill" aria-busy={moving === how} onClick={() => void move(how)}>
            {label}
          </button>
        ))}
      </div>
      <p>The time here. Move it forward to see the daily digest, or a reminder that is due.</p>
      {problem ? (
        <p className="field-error" role="alert">
          {problem}
        </p>
      ) : null}
    </section>
  )
}
