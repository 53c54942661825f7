CREATE TABLE `alert_targets` (
	`target` text PRIMARY KEY NOT NULL,
	`last_at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `alert_roll_ups` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`target` text NOT NULL,
	`channel` text,
	`ts` text,
	`opened_at` integer NOT NULL,
	`revision` integer NOT NULL,
	`shown_revision` integer DEFAULT 0 NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `alert_roll_ups_target` ON `alert_roll_ups` (`target`,`opened_at`);--> statement-breakpoint
CREATE TABLE `alert_conversations` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`contact_id` integer NOT NULL,
	`target` text NOT NULL,
	`roll_up_id` integer,
	`channel` text,
	`ts` text,
	`opened_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	`revision` integer NOT NULL,
	`shown_revision` integer DEFAULT 0 NOT NULL,
	`triage` text,
	FOREIGN KEY (`contact_id`) REFERENCES `contacts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`roll_up_id`) REFERENCES `alert_roll_ups`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `alert_conversations_contact` ON `alert_conversations` (`contact_id`,`last_at`);--> statement-breakpoint
CREATE INDEX `alert_conversations_target` ON `alert_conversations` (`target`,`opened_at`);--> statement-breakpoint
CREATE INDEX `alert_conversations_roll_up` ON `alert_conversations` (`roll_up_id`) WHERE roll_up_id is not null;--> statement-breakpoint
CREATE TABLE `alert_events` (
	`target` text NOT NULL,
	`kind` text NOT NULL,
	`provider` text NOT NULL,
	`event_id` text NOT NULL,
	`conversation_id` integer NOT NULL,
	`at` integer NOT NULL,
	`figure` real,
	`thread_ts` text,
	PRIMARY KEY(`target`, `kind`, `provider`, `event_id`),
	FOREIGN KEY (`conversation_id`) REFERENCES `alert_conversations`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `alert_events_conversation` ON `alert_events` (`conversation_id`);--> statement-breakpoint
-- What is queued to be told is told as a conversation.
UPDATE `jobs` SET `kind` = 'alert', `id` = 'alert:replied:' || substr(`id`, length('reply_alert:') + 1),
	`key` = 'alert:' || substr(`key`, length('reply_alert:') + 1),
	`payload` = json_set(`payload`, '$.kind', 'replied')
WHERE `kind` = 'reply_alert';--> statement-breakpoint
UPDATE `posts` SET `kind` = 'alert' WHERE `kind` = 'reply_alert';
