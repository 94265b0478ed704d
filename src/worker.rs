//! Claims a job, runs it, settles it: the table from job to function, and the schedule.
