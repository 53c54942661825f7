CREATE TABLE "digest_posts" (
	"id" text PRIMARY KEY NOT NULL,
	"day" text NOT NULL,
	"content" jsonb NOT NULL,
	"at" bigint NOT NULL,
	"channel" text,
	"ts" text,
	"replies" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE INDEX "digest_posts_at" ON "digest_posts" USING btree ("at");--> statement-breakpoint
-- A message may be about several people.
ALTER TABLE "posts" DROP CONSTRAINT "posts_channel_ts_pk";--> statement-breakpoint
ALTER TABLE "posts" ADD CONSTRAINT "posts_channel_ts_contact_id_pk" PRIMARY KEY("channel","ts","contact_id");
