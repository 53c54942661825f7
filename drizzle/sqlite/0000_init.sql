CREATE TABLE `contacts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`email` text NOT NULL,
	`email_key` text NOT NULL,
	`domain` text NOT NULL,
	`first_name` text,
	`last_name` text,
	`name_key` text,
	`surname_key` text,
	`company` text,
	`title` text,
	`status` text DEFAULT 'new' NOT NULL,
	`floor` text DEFAULT 'new' NOT NULL,
	`decision` text,
	`decided_at` integer,
	`enriched_at` integer,
	`verified_at` integer,
	`engaged_at` integer,
	`last_engaged_at` integer,
	`owner` text,
	`tags` text DEFAULT '[]' NOT NULL,
	`custom_fields` text DEFAULT '{}' NOT NULL,
	`source_campaign` text,
	`enrichment` text,
	`email_status` text DEFAULT 'unknown' NOT NULL,
	`email_status_source` text,
	`email_status_at` integer,
	`suppressed` text,
	`suppression` text DEFAULT '{}' NOT NULL,
	`asserted` text DEFAULT '{}' NOT NULL,
	`counters` text DEFAULT '{}' NOT NULL,
	`heat` real DEFAULT 0 NOT NULL,
	`revision` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `contacts_email_key` ON `contacts` (`email_key`);--> statement-breakpoint
CREATE INDEX `contacts_domain` ON `contacts` (`domain`);--> statement-breakpoint
CREATE INDEX `contacts_name_key` ON `contacts` (`name_key`);--> statement-breakpoint
CREATE INDEX `contacts_surname_key` ON `contacts` (`surname_key`);--> statement-breakpoint
CREATE TABLE `event_days` (
	`day` text NOT NULL,
	`provider` text NOT NULL,
	`campaign` text NOT NULL,
	`tally` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`day`, `provider`, `campaign`, `tally`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `events` (
	`seq` integer PRIMARY KEY NOT NULL,
	`provider` text NOT NULL,
	`id` text NOT NULL,
	`contact_id` integer NOT NULL,
	`type` text NOT NULL,
	`class` text,
	`occurred_at` integer NOT NULL,
	`received_at` integer NOT NULL,
	`message_id` text,
	`rfc_message_id` text,
	`campaign` text,
	`machine` integer,
	`answers` text,
	`detail` text,
	FOREIGN KEY (`contact_id`) REFERENCES `contacts`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `events_provider_id` ON `events` (`provider`,`id`);--> statement-breakpoint
CREATE INDEX `events_contact` ON `events` (`contact_id`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `events_message` ON `events` (`rfc_message_id`) WHERE rfc_message_id is not null;--> statement-breakpoint
CREATE INDEX `events_answers` ON `events` (`answers`) WHERE answers is not null;--> statement-breakpoint
CREATE TABLE `jobs` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`kind` text NOT NULL,
	`payload` text NOT NULL,
	`key` text,
	`state` text DEFAULT 'waiting' NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`run_at` integer NOT NULL,
	`lease_owner` text,
	`lease_until` integer,
	`last_error` text,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_id` ON `jobs` (`id`);--> statement-breakpoint
CREATE INDEX `jobs_due` ON `jobs` (`state`,`run_at`);--> statement-breakpoint
CREATE INDEX `jobs_key` ON `jobs` (`key`,`seq`) WHERE key is not null;--> statement-breakpoint
CREATE TABLE `quarantine` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`provider` text NOT NULL,
	`received_at` integer NOT NULL,
	`part` text NOT NULL,
	`headers` text NOT NULL,
	`raw` blob NOT NULL,
	`problem` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `source_days` (
	`provider` text NOT NULL,
	`day` text NOT NULL,
	`outcome` text NOT NULL,
	`count` integer NOT NULL,
	`last_at` integer NOT NULL,
	PRIMARY KEY(`provider`, `day`, `outcome`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `totals` (
	`day` text NOT NULL,
	`name` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`day`, `name`)
) STRICT, WITHOUT ROWID;
