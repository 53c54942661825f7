CREATE TABLE `campaign_links` (
	`campaign` text NOT NULL,
	`link` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`campaign`, `link`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `campaign_steps` (
	`campaign` text NOT NULL,
	`step` text NOT NULL,
	`tally` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`campaign`, `step`, `tally`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `event_days_campaign` ON `event_days` (`campaign`,`day`);--> statement-breakpoint
-- What happened before is counted once more, now by step. Links are counted from here on: no SQL reads URLs.
INSERT INTO `campaign_steps` (`campaign`, `step`, `tally`, `count`)
SELECT `campaign`, substr(coalesce(`detail` ->> 'step', ''), 1, 100),
	CASE
		WHEN `type` = 'opened' AND coalesce(`machine`, `suspected` IS NOT NULL) THEN 'machine_opened'
		WHEN `type` = 'clicked' AND coalesce(`machine`, `suspected` IS NOT NULL) THEN 'machine_clicked'
		WHEN `type` = 'bounced' AND coalesce(`class`, '') <> 'hard' THEN 'soft_bounced'
		ELSE `type`
	END, count(*)
FROM `events` WHERE `campaign` <> '' GROUP BY 1, 2, 3;
