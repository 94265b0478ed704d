-- What the queue page lists beside the queue: what a supervisor decides, and what waits for its hour.
create index callbacks_escalated on callbacks (line_id, escalated_at, id, state)
    where state <> 'closed' and escalated_at is not null;
create index callbacks_later on callbacks (line_id, not_before, id, priority, state)
    where state <> 'closed' and priority > 0 and not_before > 0;
