CREATE TABLE "erased" (
	"hash" text PRIMARY KEY NOT NULL,
	"at" bigint NOT NULL,
	"reason" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "erasure" (
	"id" text PRIMARY KEY NOT NULL,
	"people" bigint NOT NULL,
	"key_mark" text
);
--> statement-breakpoint
INSERT INTO "erasure" ("id", "people") VALUES ('all', 0);--> statement-breakpoint
CREATE TABLE "posts" (
	"channel" text NOT NULL,
	"ts" text NOT NULL,
	"contact_id" bigint NOT NULL,
	"kind" text NOT NULL,
	CONSTRAINT "posts_channel_ts_pk" PRIMARY KEY("channel","ts")
);
--> statement-breakpoint
CREATE INDEX "posts_contact" ON "posts" USING btree ("contact_id");--> statement-breakpoint
-- The history is only added to. Of whoever is erased it keeps who did what and when, without the values.
CREATE FUNCTION "changes_stay"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'UPDATE' AND
		ROW(NEW."id", NEW."contact_id", NEW."at", NEW."actor", NEW."action", NEW."undoes")
			IS NOT DISTINCT FROM ROW(OLD."id", OLD."contact_id", OLD."at", OLD."actor", OLD."action", OLD."undoes")
		AND NEW."before" = '{}'::jsonb AND NEW."after" = '{}'::jsonb
	THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION 'changes are only added to';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "changes_stay" BEFORE UPDATE OR DELETE ON "changes" FOR EACH ROW EXECUTE FUNCTION "changes_stay"();--> statement-breakpoint
CREATE TRIGGER "changes_stay_whole" BEFORE TRUNCATE ON "changes" FOR EACH STATEMENT EXECUTE FUNCTION "changes_stay"();
