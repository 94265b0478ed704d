//! What was measured, and the tables that say it, in the words of docs/benchmark.md.

use std::io::{Write, stdout};
use std::time::Duration;

/// Latencies in microseconds, all of them kept: by the turn of the call.
#[derive(Default)]
pub(crate) struct Latencies(Vec<Vec<u32>>);

impl Latencies {
    /// One more.
    pub(crate) fn note(&mut self, turn: usize, latency: Duration) {
        if self.0.len() <= turn {
            self.0.resize_with(turn + 1, Vec::new);
        }
        self.0[turn].push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
    }

    /// What another connection saw.
    pub(crate) fn add(&mut self, other: Self) {
        self.0.resize_with(self.0.len().max(other.0.len()), Vec::new);
        for (own, others) in self.0.iter_mut().zip(other.0) {
            own.extend(others);
        }
    }

    /// All of them.
    pub(crate) fn all(&self) -> Sorted {
        Sorted::of(self.0.concat())
    }

    fn of_turn(&self, turn: usize) -> Sorted {
        Sorted::of(self.0.get(turn).cloned().unwrap_or_default())
    }

    fn count(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    fn per_second(&self, length: Duration) -> f64 {
        number(self.count()) / length.as_secs_f64()
    }
}

/// The same in order.
pub(crate) struct Sorted(Vec<u32>);

impl Sorted {
    fn of(mut latencies: Vec<u32>) -> Self {
        latencies.sort_unstable();
        Self(latencies)
    }

    /// In milliseconds: what so many of a thousand do not exceed.
    pub(crate) fn at(&self, thousandths: usize) -> f64 {
        let rank = (self.0.len() * thousandths).div_ceil(1_000).max(1);
        self.0.get(rank - 1).map_or(0.0, |micros| f64::from(*micros) / 1_000.0)
    }
}

/// One turn of the call, played alone.
pub(crate) struct Turn {
    /// Where the call stood.
    pub(crate) step: String,
    /// Statements, beside the beginning and the end of the transaction.
    pub(crate) statements: u64,
    /// Bytes of the document.
    pub(crate) bytes: usize,
}

/// Everything about one database.
pub(crate) struct Report {
    /// Its name and version.
    pub(crate) database: String,
    /// The turns of the call.
    pub(crate) turns: Vec<Turn>,
    /// The open loop.
    pub(crate) open: super::turns::Open,
    /// One connection without a pause.
    pub(crate) alone: Latencies,
    /// Many of them.
    pub(crate) closed: Latencies,
    /// The bare route under as many.
    pub(crate) bare: Latencies,
    /// Processor time of the service in the closed loop, in hundredths of a second.
    pub(crate) processor: u32,
    /// How long each phase lasted.
    pub(crate) phases: super::Phases,
    /// What p99 is wanted in the open loop, in milliseconds.
    pub(crate) wanted: f64,
    /// Resident memory of the service before and after, in mebibytes.
    pub(crate) resident: (u64, u64),
    /// The load of the machine before and after.
    pub(crate) load: (String, String),
}

impl Report {
    /// Prints it.
    pub(crate) fn print(&self) {
        let phases = &self.phases;
        say(&format!("\n{}", self.database));
        head("tours/s");
        row(&format!("{} tours/s, depuis l'instant voulu", phases.rate), &self.open.from_wanted, phases.open);
        row(&format!("{} tours/s, depuis l'envoi", phases.rate), &self.open.from_sent, phases.open);
        row("témoin : un fil qui ne fait que s'éveiller", &self.open.woken, phases.open);
        row("1 connexion sans pause", &self.alone, phases.alone);
        row(&format!("{} connexions sans pause", phases.connections), &self.closed, phases.closed);
        row("GET → « ok », autant de connexions", &self.bare, phases.bare * 2);
        if !phases.short {
            self.verdict();
        }
        self.print_turns();
    }

    fn verdict(&self) {
        let (p99, worst) = (self.open.from_wanted.all().at(990), self.closed.all().at(1_000));
        let (turns, bare) = (self.closed.per_second(self.phases.closed), self.bare.per_second(self.phases.bare * 2));
        let held = |held: bool| if held { "tenu" } else { "MANQUÉ" };
        say(&format!("visé p99 ≤ {} ms : {}", self.wanted, held(p99 <= self.wanted)));
        say(&format!("visé rien au-dessus de 1 s à saturation : {}", held(worst <= 1_000.0)));
        say(&format!("rapport à GET → « ok » : {:.3} ({turns:.0} / {bare:.0})", turns / bare));
        let each = f64::from(self.processor) * 10_000.0 / number(self.closed.count().max(1));
        say(&format!("processeur du service : {each:.0} µs par tour"));
        let (resident, load) = (self.resident, &self.load);
        say(&format!("mémoire du service : {} Mio au repos, {} Mio après la charge", resident.0, resident.1));
        say(&format!("charge de la machine : {} avant, {} après", load.0, load.1));
    }

    fn print_turns(&self) {
        say(&format!("{:<30}{:>14}{:>10}{:>8}{:>8}", "tour", "instructions", "octets", "p50", "p99"));
        for (index, turn) in self.turns.iter().enumerate() {
            let seen = self.open.from_wanted.of_turn(index);
            let (p50, p99) = (seen.at(500), seen.at(990));
            let Turn { step, statements, bytes } = turn;
            say(&format!("{index:>2} {step:<27}{statements:>14}{bytes:>10}{p50:>8.2}{p99:>8.2}"));
        }
        let total: u64 = self.turns.iter().map(|turn| turn.statements).sum();
        let mean = f64::from(u32::try_from(total).unwrap_or(u32::MAX)) / number(self.turns.len());
        say(&format!("{total} instructions par appel, {mean:.1} par tour, hors début et fin de transaction"));
    }
}

/// A row of the table, with how many there were each second.
pub(crate) fn row(name: &str, latencies: &Latencies, length: Duration) {
    let sorted = latencies.all();
    let [p50, p90, p99, p999, max] = [500, 900, 990, 999, 1_000].map(|at| format!("{:.2}", sorted.at(at)));
    say(&line(name, &[p50, p90, p99, p999, max, format!("{:.0}", latencies.per_second(length))]));
}

/// The head of such a table, whose last column counts these each second.
pub(crate) fn head(counted: &str) {
    say(&line("millisecondes", &["p50", "p90", "p99", "p99,9", "max", counted].map(str::to_owned)));
}

fn line(name: &str, cells: &[String; 6]) -> String {
    cells.iter().fold(format!("{name:<44}"), |line, cell| format!("{line}{cell:>9}"))
}

/// The load averages of the machine, this benchmark included.
pub(crate) fn machine_load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("?").to_owned()
}

/// A line on standard output.
pub(crate) fn say(line: &str) {
    writeln!(stdout(), "{line}").ok();
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
