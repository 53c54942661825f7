CREATE TABLE `contact_groups` (
	`campaign` text NOT NULL,
	`tag` text NOT NULL,
	`name` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`campaign`, `tag`, `name`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `tally_days` (
	`day` text NOT NULL,
	`tally` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`day`, `tally`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `tally_days` (`day`, `tally`, `count`)
SELECT `day`, `tally`, sum(`count`) FROM `event_days` GROUP BY `day`, `tally`;
--> statement-breakpoint
CREATE TABLE `refused_blocks` (
	`team` text NOT NULL,
	`block` text NOT NULL,
	`at` integer NOT NULL,
	`version` text NOT NULL,
	PRIMARY KEY(`team`, `block`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `contacts` ADD `campaigns` text DEFAULT '{}' NOT NULL;
--> statement-breakpoint
-- What happened to each person in each campaign: the bits of src/core/reach.ts, of the events that are there.
UPDATE `contacts` SET `campaigns` = `m`.`marks`
FROM (
	SELECT `contact_id`, json_group_object(`campaign`, `mark`) AS `marks`
	FROM (
		SELECT `contact_id`, `campaign`, sum(CASE `tally`
			WHEN 'sent' THEN 1
			WHEN 'delivered' THEN 2
			WHEN 'opened' THEN 4
			WHEN 'machine_opened' THEN 8
			WHEN 'clicked' THEN 16
			WHEN 'machine_clicked' THEN 32
			WHEN 'replied' THEN 64
			WHEN 'auto_replied' THEN 128
			WHEN 'bounced' THEN 256
			WHEN 'soft_bounced' THEN 512
			WHEN 'complained' THEN 1024
			WHEN 'unsubscribed' THEN 2048
			WHEN 'form_submission' THEN 4096
			WHEN 'website_visit' THEN 8192
			WHEN 'call_scheduled' THEN 16384
			WHEN 'call_completed' THEN 32768
			WHEN 'demo_attended' THEN 65536
			ELSE 0
		END) AS `mark`
		FROM (
			SELECT DISTINCT `contact_id`, `campaign`, CASE
				WHEN `type` = 'opened' AND coalesce(`machine`, `suspected` IS NOT NULL) THEN 'machine_opened'
				WHEN `type` = 'clicked' AND coalesce(`machine`, `suspected` IS NOT NULL) THEN 'machine_clicked'
				WHEN `type` = 'bounced' AND coalesce(`class`, '') <> 'hard' THEN 'soft_bounced'
				ELSE `type`
			END AS `tally`
			FROM `events` WHERE `campaign` <> ''
		) AS `happened`
		GROUP BY `contact_id`, `campaign`
	) AS `marked`
	GROUP BY `contact_id`
) AS `m`
WHERE `contacts`.`id` = `m`.`contact_id`;
--> statement-breakpoint
-- Who is in each campaign, has each tag, or both: `countStanding` in src/core/standing.ts.
WITH `reach` AS (
		SELECT `c`.`id`, '' AS `campaign`, (`c`.`counters` -> '$.sent' IS NOT NULL) * 1
			+ (`c`.`counters` -> '$.delivered' IS NOT NULL) * 2
			+ (`c`.`counters` -> '$.opened' IS NOT NULL) * 4
			+ (`c`.`counters` -> '$.machine_opened' IS NOT NULL) * 8
			+ (`c`.`counters` -> '$.clicked' IS NOT NULL) * 16
			+ (`c`.`counters` -> '$.machine_clicked' IS NOT NULL) * 32
			+ (`c`.`counters` -> '$.replied' IS NOT NULL) * 64
			+ (`c`.`counters` -> '$.auto_replied' IS NOT NULL) * 128
			+ (`c`.`counters` -> '$.bounced' IS NOT NULL) * 256
			+ (`c`.`counters` -> '$.soft_bounced' IS NOT NULL) * 512
			+ (`c`.`counters` -> '$.complained' IS NOT NULL) * 1024
			+ (`c`.`counters` -> '$.unsubscribed' IS NOT NULL) * 2048
			+ (`c`.`counters` -> '$.form_submission' IS NOT NULL) * 4096
			+ (`c`.`counters` -> '$.website_visit' IS NOT NULL) * 8192
			+ (`c`.`counters` -> '$.call_scheduled' IS NOT NULL) * 16384
			+ (`c`.`counters` -> '$.call_completed' IS NOT NULL) * 32768
			+ (`c`.`counters` -> '$.demo_attended' IS NOT NULL) * 65536 AS `mark` FROM `contacts` AS `c`
		UNION ALL
		SELECT `c`.`id`, `each`.`key`, `each`.`value` FROM `contacts` AS `c`, json_each(`c`.`campaigns`) AS `each`
	),
	`tagged` AS (
		SELECT `c`.`id`, '' AS `tag` FROM `contacts` AS `c`
		UNION
		SELECT `c`.`id`, `each`.`value` FROM `contacts` AS `c`, json_each(`c`.`tags`) AS `each`
	),
	`bits` (`bit`, `name`) AS (VALUES (1, 'sent'), (2, 'delivered'), (4, 'opened'), (8, 'machine_opened'), (16, 'clicked'), (32, 'machine_clicked'), (64, 'replied'), (128, 'auto_replied'), (256, 'bounced'), (512, 'soft_bounced'), (1024, 'complained'), (2048, 'unsubscribed'), (4096, 'form_submission'), (8192, 'website_visit'), (16384, 'call_scheduled'), (32768, 'call_completed'), (65536, 'demo_attended')),
	`grouped` AS (
		SELECT `reach`.`campaign`, `tagged`.`tag`, `reach`.`mark`, `c`.`status`, `c`.`suppressed`,
			`c`.`enriched_at`, `c`.`email_status`
		FROM `reach`
		JOIN `tagged` ON `tagged`.`id` = `reach`.`id`
		JOIN `contacts` AS `c` ON `c`.`id` = `reach`.`id`
		WHERE `reach`.`campaign` <> '' OR `tagged`.`tag` <> ''
	)
INSERT INTO `contact_groups` (`campaign`, `tag`, `name`, `count`)
SELECT `campaign`, `tag`, `name`, count(*) FROM (
	SELECT `campaign`, `tag`, `status` AS `name` FROM `grouped`
	UNION ALL SELECT `campaign`, `tag`, 'suppressed' FROM `grouped` WHERE `suppressed` IS NOT NULL
	UNION ALL SELECT `campaign`, `tag`, 'has_enrichment' FROM `grouped` WHERE `enriched_at` IS NOT NULL
	UNION ALL SELECT `campaign`, `tag`, 'has_valid_address' FROM `grouped` WHERE `email_status` = 'valid'
	UNION ALL SELECT `campaign`, `tag`, `bits`.`name` FROM `grouped` JOIN `bits` ON `grouped`.`mark` & `bits`.`bit` <> 0
) AS `counted`
GROUP BY `campaign`, `tag`, `name`;
