ALTER TABLE "contacts" ADD COLUMN "waiting_since" bigint;--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "answered_until" bigint;--> statement-breakpoint
-- Who waits for an answer already: `waitingSince` in src/core/waiting.ts, of the counters that are there.
UPDATE "contacts" SET "waiting_since" = "w"."written"
FROM (
	SELECT "id" AS "waiter",
		greatest(("counters" -> 'replied' ->> 'last')::bigint, ("counters" -> 'inbound' ->> 'last')::bigint, 0) AS "written",
		greatest(
			("counters" -> 'sent' ->> 'last')::bigint,
			("counters" -> 'call_completed' ->> 'last')::bigint,
			("counters" -> 'demo_attended' ->> 'last')::bigint,
			0
		) AS "answered"
	FROM "contacts"
	WHERE "suppressed" IS NULL AND "status" <> 'disqualified'
) AS "w"
WHERE "id" = "w"."waiter" AND "w"."written" > 0 AND "w"."answered" <= "w"."written";--> statement-breakpoint
CREATE INDEX "contacts_waiting" ON "contacts" USING btree ("waiting_since") WHERE waiting_since is not null;--> statement-breakpoint
CREATE INDEX "contacts_owner" ON "contacts" USING btree ("owner","heat") WHERE owner is not null;--> statement-breakpoint
CREATE INDEX "changes_answered" ON "changes" USING btree ("actor","id") WHERE action = 'answered';
