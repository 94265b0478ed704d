-- What the queue page lists beside the queue: what a supervisor decides, and what waits for its hour.
create index callbacks_escalated on callbacks (line_id, escalated_at, id, state)
    where state <> 'closed' and escalated_at is not null;
create index callbacks_later on callbacks (line_id, not_before, id, priority, state)
    where state <> 'closed' and priority > 0 and not_before > 0;

-- By when it had to be done at first, once another hour took its place: what « Dans les temps » counts. Null: due_at is the
-- first one still, as in every row from before.
alter table callbacks add column first_due_at integer;
