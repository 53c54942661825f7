DROP INDEX `jobs_key`;--> statement-breakpoint
CREATE INDEX `jobs_key` ON `jobs` (`key`,`seq`) WHERE key is not null and state <> 'dead';
