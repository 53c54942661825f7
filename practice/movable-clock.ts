import process from 'node:process'

// Loaded into the program's process before the program itself, whose clock is then moved from outside: whoever
// started it says how far ahead of the computer it is. The program reads the time as ever.
const real = { Date, setTimeout, clearTimeout }
let aheadMs = 0

function now(): number {
  return real.Date.now() + aheadMs
}

globalThis.Date = new Proxy(real.Date, {
  construct: (target, args) => Reflect.construct(target, args.length === 0 ? [now()] : args),
  apply: () => new real.Date(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
})

/** What waits for its time, by the number of its timer. */
const waiting = new Map<number, { readonly dueAt: number; readonly wake: () => void }>()

globalThis.setTimeout = new Proxy(real.setTimeout, {
  apply(target, self, [callback, ms = 0, ...args]) {
    const wake = () => {
      waiting.delete(id)
      Reflect.apply(callback, timer, args)
    }
    const timer: NodeJS.Timeout = Reflect.apply(target, self, [wake, ms])
    const id = Number(timer)
    const early = () => {
      real.clearTimeout(timer)
      wake()
    }
    waiting.set(id, { dueAt: now() + ms, wake: early })
    return timer
  },
})

globalThis.clearTimeout = new Proxy(real.clearTimeout, {
  apply(target, self, [timer]) {
    waiting.delete(Number(timer))
    Reflect.apply(target, self, [timer])
  },
})

/** Wakes what became due, in its order, as a computer does that was asleep. */
function move(toMs: number): void {
  aheadMs = toMs
  const due = [...waiting].filter(([, { dueAt }]) => dueAt <= now())
  for (const [id, { wake }] of due.toSorted(([, one], [, other]) => one.dueAt - other.dueAt))
    setImmediate(() => waiting.has(id) && wake())
}

process.on('message', (message: { readonly aheadMs: number }) => {
  move(message.aheadMs)
  process.send?.(message)
})
// Listening does not keep a program alive that has nothing left to do.
process.channel?.unref()
