CREATE TABLE `enrichment_calls` (
	`id` text PRIMARY KEY NOT NULL,
	`provider` text NOT NULL,
	`task` text NOT NULL,
	`contact_ids` text NOT NULL,
	`credits` real NOT NULL,
	`day` text NOT NULL,
	`started_at` integer NOT NULL,
	`request_id` text,
	`deadline_at` integer,
	`callback_hash` text
) STRICT;
--> statement-breakpoint
CREATE TABLE `enrichment_days` (
	`day` text NOT NULL,
	`provider` text NOT NULL,
	`calls` integer NOT NULL,
	`hits` integer NOT NULL,
	`misses` integer NOT NULL,
	`mismatches` integer NOT NULL,
	`failed` integer NOT NULL,
	`uncertain` integer NOT NULL,
	`credits` real NOT NULL,
	PRIMARY KEY(`day`, `provider`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `enrichment_lookups` (
	`contact_id` integer NOT NULL,
	`provider` text NOT NULL,
	`task` text NOT NULL,
	`outcome` text NOT NULL,
	`clue` text NOT NULL,
	`at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`call_id` text,
	PRIMARY KEY(`contact_id`, `provider`, `task`),
	FOREIGN KEY (`contact_id`) REFERENCES `contacts`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `enrichment_lookups_call` ON `enrichment_lookups` (`call_id`) WHERE call_id is not null;--> statement-breakpoint
CREATE TABLE `enrichment_providers` (
	`provider` text PRIMARY KEY NOT NULL,
	`key_hash` text NOT NULL,
	`trouble` text,
	`message` text,
	`since` integer NOT NULL,
	`until` integer,
	`credits_left` real
) STRICT;
--> statement-breakpoint
ALTER TABLE `contacts` ADD `claims` text DEFAULT '{}' NOT NULL;