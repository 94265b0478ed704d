-- A caller has one plan at a time (F-23): a new one ends the one before it.
drop index caller_plans_caller;
create unique index caller_plans_one on caller_plans (line_id, caller_id) where ended_at is null;
