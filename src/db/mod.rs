//! The only place that knows two databases: pool, the one door for writing, migrations.
