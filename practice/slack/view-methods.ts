import type { Manifest } from './manifest.ts'
import type { Screens } from './screens.ts'
import type { Triggers } from './triggers.ts'
import { refusal, type Views } from './views.ts'
import type { Methods } from './web-api.ts'
import { string, type Thing, thing } from './wire.ts'

interface Deps {
  readonly views: Views
  readonly screens: Screens
  readonly triggers: Triggers
  readonly manifest: Manifest
}

export function viewMethods({ views, screens, triggers, manifest }: Deps): Methods {
  function triggerOf({ trigger_id, interactivity_pointer }: Thing) {
    return triggers.exchange(string(trigger_id) || string(interactivity_pointer))
  }

  return {
    async 'views.open'(args) {
      const wrong = views.refused(args.view, 'modal', 'views.open')
      if (wrong) return wrong
      const trigger = triggerOf(args)
      return typeof trigger === 'string' ? refusal(trigger) : await views.open(thing(args.view), trigger)
    },

    async 'views.push'(args) {
      const wrong = views.refused(args.view, 'modal', 'views.push')
      if (wrong) return wrong
      const trigger = triggerOf(args)
      return typeof trigger === 'string' ? refusal(trigger) : await views.push(thing(args.view), trigger, trigger.view)
    },

    async 'views.update'(args) {
      const open = screens.view(string(args.view_id)) ?? named(string(args.external_id))
      if (!open) return refusal('not_found')
      const wrong = views.refused(args.view, open.wire.type === 'home' ? 'home' : 'modal', 'views.update')
      return wrong ?? (await views.update(thing(args.view), open, string(args.hash)))
    },

    async 'views.publish'(args) {
      if (!manifest.hasHome) return refusal('not_enabled')
      const wrong = views.refused(args.view, 'home', 'views.publish')
      return wrong ?? (await views.publish(thing(args.view), string(args.user_id), string(args.hash)))
    },
  }

  function named(externalId: string) {
    return externalId === '' ? undefined : screens.viewNamed(externalId)
  }
}
