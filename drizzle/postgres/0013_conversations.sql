CREATE TABLE "alert_targets" (
	"target" text PRIMARY KEY NOT NULL,
	"last_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "alert_roll_ups" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"target" text NOT NULL,
	"channel" text,
	"ts" text,
	"opened_at" bigint NOT NULL,
	"revision" bigint NOT NULL,
	"shown_revision" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE INDEX "alert_roll_ups_target" ON "alert_roll_ups" USING btree ("target","opened_at");--> statement-breakpoint
CREATE TABLE "alert_conversations" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"contact_id" bigint NOT NULL,
	"target" text NOT NULL,
	"roll_up_id" bigint,
	"channel" text,
	"ts" text,
	"opened_at" bigint NOT NULL,
	"last_at" bigint NOT NULL,
	"revision" bigint NOT NULL,
	"shown_revision" bigint DEFAULT 0 NOT NULL,
	"triage" jsonb
);
--> statement-breakpoint
ALTER TABLE "alert_conversations" ADD CONSTRAINT "alert_conversations_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_conversations" ADD CONSTRAINT "alert_conversations_roll_up_id_alert_roll_ups_id_fk" FOREIGN KEY ("roll_up_id") REFERENCES "public"."alert_roll_ups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "alert_conversations_contact" ON "alert_conversations" USING btree ("contact_id","last_at");--> statement-breakpoint
CREATE INDEX "alert_conversations_target" ON "alert_conversations" USING btree ("target","opened_at");--> statement-breakpoint
CREATE INDEX "alert_conversations_roll_up" ON "alert_conversations" USING btree ("roll_up_id") WHERE roll_up_id is not null;--> statement-breakpoint
CREATE TABLE "alert_events" (
	"target" text NOT NULL,
	"kind" text NOT NULL,
	"provider" text NOT NULL,
	"event_id" text NOT NULL,
	"conversation_id" bigint NOT NULL,
	"at" bigint NOT NULL,
	"figure" double precision,
	"thread_ts" text,
	CONSTRAINT "alert_events_target_kind_provider_event_id_pk" PRIMARY KEY("target","kind","provider","event_id")
);
--> statement-breakpoint
ALTER TABLE "alert_events" ADD CONSTRAINT "alert_events_conversation_id_alert_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."alert_conversations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "alert_events_conversation" ON "alert_events" USING btree ("conversation_id");--> statement-breakpoint
-- What is queued to be told is told as a conversation.
UPDATE "jobs" SET "kind" = 'alert', "id" = 'alert:replied:' || substr("id", length('reply_alert:') + 1),
	"key" = 'alert:' || substr("key", length('reply_alert:') + 1),
	"payload" = jsonb_set("payload", '{kind}', '"replied"')
WHERE "kind" = 'reply_alert';--> statement-breakpoint
UPDATE "posts" SET "kind" = 'alert' WHERE "kind" = 'reply_alert';
