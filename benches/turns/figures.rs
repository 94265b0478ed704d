//! What was measured, and the one table that says it.

use std::io::{Write, stdout};
use std::time::Duration;

/// The open loop: latencies in microseconds.
#[derive(Default)]
pub(crate) struct Open {
    from_send: Vec<u32>,
    from_schedule: Vec<u32>,
    /// Calls led to their end.
    pub(crate) calls: u64,
}

impl Open {
    /// One turn.
    pub(crate) fn note(&mut self, from_send: Duration, from_schedule: Duration) {
        self.from_send.push(micros(from_send));
        self.from_schedule.push(micros(from_schedule));
    }

    /// What another connection saw.
    pub(crate) fn add(&mut self, other: Self) {
        self.from_send.extend(other.from_send);
        self.from_schedule.extend(other.from_schedule);
        self.calls += other.calls;
    }
}

/// The closed loop: latencies in microseconds.
#[derive(Default)]
pub(crate) struct Closed {
    latencies: Vec<u32>,
    /// Calls led to their end.
    pub(crate) calls: u64,
    seconds: f64,
}

impl Closed {
    /// Nothing yet, of a phase of that length.
    pub(crate) fn lasting(length: Duration) -> Self {
        Self { seconds: length.as_secs_f64(), ..Self::default() }
    }

    /// One turn.
    pub(crate) fn note(&mut self, latency: Duration) {
        self.latencies.push(micros(latency));
    }

    /// What another connection saw.
    pub(crate) fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.calls += other.calls;
    }

    fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.seconds
    }
}

/// The bare route.
pub(crate) struct Bare {
    /// Answers.
    pub(crate) answered: u64,
    /// How long it lasted.
    pub(crate) seconds: f64,
}

impl Bare {
    /// Both times together: the machine is seldom as quiet after as before.
    pub(crate) fn merged(self, other: Self) -> Self {
        Self { answered: self.answered + other.answered, seconds: self.seconds + other.seconds }
    }

    fn per_second(&self) -> f64 {
        self.answered as f64 / self.seconds
    }
}

/// Everything about one database.
pub(crate) struct Report {
    pub(crate) database: String,
    pub(crate) open: Open,
    pub(crate) closed: Closed,
    pub(crate) bare: Bare,
    pub(crate) calls: u64,
    pub(crate) idle_kib: u64,
    pub(crate) resident_kib: u64,
    /// The load of the machine before and after.
    pub(crate) load: (String, String),
}

/// Statements of each turn on one database.
pub(crate) struct Statements {
    pub(crate) database: String,
    pub(crate) counted: Vec<(&'static str, u64)>,
}

/// The load averages of the machine, this benchmark included.
pub(crate) fn machine_load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("?").to_owned()
}

/// Prints the table.
pub(crate) fn print(reports: &[Report], statements: &[Statements]) {
    say(&format!("{:<34}{:>10}{:>10}{:>10}{:>10}{:>12}", "milliseconds", "p50", "p99", "p99.9", "max", "turns/s"));
    for report in reports {
        let seconds = report.open.from_send.len() as f64 / f64::from(super::RATE);
        let of = |what: &str| format!("{}, {what}", report.database);
        row(&of("open loop, from send"), &report.open.from_send, report.open.from_send.len() as f64 / seconds);
        row(&of("open loop, from schedule"), &report.open.from_schedule, f64::from(super::RATE));
        row(&of("64 saturated connections"), &report.closed.latencies, report.closed.per_second());
    }
    for report in reports {
        let (turns, bare) = (report.closed.per_second(), report.bare.per_second());
        say(&format!(
            "{}: {} calls; GET → \"ok\" {bare:.0}/s, ratio {:.3}; memory {} MiB idle, {} MiB after; load {} to {}",
            report.database,
            report.calls,
            turns / bare,
            report.idle_kib / 1024,
            report.resident_kib / 1024,
            report.load.0,
            report.load.1,
        ));
    }
    for counted in statements {
        let total: u64 = counted.counted.iter().map(|(_, count)| count).sum();
        say(&format!("{}: {total} statements a call, beside begin and commit", counted.database));
        let turns: Vec<_> = counted.counted.iter().map(|(name, count)| format!("{name} {count}")).collect();
        say(&format!("    {}", turns.join("; ")));
    }
}

fn row(name: &str, latencies: &[u32], per_second: f64) {
    let mut sorted = latencies.to_vec();
    sorted.sort_unstable();
    let at = |thousandths: usize| {
        let index = (sorted.len() * thousandths / 1000).min(sorted.len().saturating_sub(1));
        f64::from(sorted.get(index).copied().unwrap_or(0)) / 1000.0
    };
    let (p50, p99, p999, max) = (at(500), at(990), at(999), at(1000));
    say(&format!("{name:<34}{p50:>10.2}{p99:>10.2}{p999:>10.2}{max:>10.1}{per_second:>12.0}"));
}

/// A line on standard output.
pub(crate) fn say(line: &str) {
    writeln!(stdout(), "{line}").ok();
}

fn micros(duration: Duration) -> u32 {
    u32::try_from(duration.as_micros()).unwrap_or(u32::MAX)
}
