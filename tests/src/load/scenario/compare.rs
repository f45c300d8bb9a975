//! The same load on ours and on others, in turns, so that what the machine does besides meets all of them alike.

use super::{Setting, check_open_files};
use crate::load::percentiles::median;
use crate::load::phone::Acknowledge;
use crate::load::report::{Report, Table, megabytes, milliseconds};
use crate::load::server::Program;
use crate::load::steady::{Load, Measured};
use anyhow::Result;
use serde_json::json;

/// A program and how the phones treat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Contestant {
    program: Program,
    acknowledge: Acknowledge,
}

const OWN_CLIENTS: Contestant = Contestant {
    program: Program::Maillage,
    acknowledge: Acknowledge::Seldom,
};

const STOCK_CLIENTS: Contestant = Contestant {
    program: Program::Maillage,
    acknowledge: Acknowledge::Always,
};

impl Contestant {
    fn other(program: Program) -> Self {
        Self {
            program,
            acknowledge: Acknowledge::Always,
        }
    }

    fn name(self) -> String {
        let clients = match (self.program, self.acknowledge) {
            (Program::Maillage, Acknowledge::Seldom) => ", own clients",
            (Program::Maillage, Acknowledge::Always) => ", stock clients",
            _ => "",
        };
        format!("{}{clients}", self.program.name())
    }
}

/// Runs a load in rounds and prints medians.
pub(super) async fn run(name: &str, load: Load, setting: &Setting, report: &Report) -> Result<()> {
    check_open_files(load.rooms * load.phones)?;
    let order = order(&setting.others);
    let mut rounds: Vec<(Contestant, Option<Measured>)> = Vec::new();
    for round in 1..=setting.rounds {
        for contestant in &order {
            let server = contestant.name();
            report.progress(&format!(
                "{name}, round {round} of {}: {server}",
                setting.rounds
            ));
            let load = Load {
                acknowledge: contestant.acknowledge,
                ..load
            };
            let outcome = load.run(contestant.program, &setting.folder).await;
            match &outcome {
                Ok(measured) => report.line(&json!({
                    "scenario": name, "server": server, "round": round, "load": described(&load), "measured": figures(measured),
                })),
                Err(error) => {
                    report.progress(&format!("{server} failed: {error:#}"));
                    report.line(&json!({
                        "scenario": name, "server": server, "round": round, "error": format!("{error:#}"),
                    }));
                }
            }
            rounds.push((*contestant, outcome.ok()));
        }
    }
    report.table(&table(name, &load, setting, &rounds));
    Ok(())
}

/// One round: ours before each of the others, with our own clients and with stock clients by turns.
fn order(others: &[Program]) -> Vec<Contestant> {
    let mut order = Vec::new();
    for (number, other) in others.iter().enumerate() {
        order.push(if number % 2 == 0 {
            OWN_CLIENTS
        } else {
            STOCK_CLIENTS
        });
        order.push(Contestant::other(*other));
    }
    for ours in [OWN_CLIENTS, STOCK_CLIENTS] {
        if !order.contains(&ours) {
            order.push(ours);
        }
    }
    order
}

fn table(
    name: &str,
    load: &Load,
    setting: &Setting,
    rounds: &[(Contestant, Option<Measured>)],
) -> Table {
    let title = format!(
        "{name}: {} × {} phones, {} writers × {}/s in each room, {} characters, {} s, medians of {} rounds (latencies in ms)",
        load.rooms,
        load.phones,
        load.writers,
        load.per_second,
        load.characters,
        load.time.as_secs(),
        setting.rounds,
    );
    let columns = [
        "server",
        "CPU µs/delivery",
        "÷ ours",
        "p50",
        "÷ ours",
        "p95",
        "p99",
        "÷ ours",
        "max",
        "delivered",
        "rooms in step",
        "B/delivery",
        "memory MB",
        "phones' core",
    ];
    let mut table = Table::new(&title, columns);
    let mut contestants = vec![OWN_CLIENTS, STOCK_CLIENTS];
    contestants.extend(setting.others.iter().map(|other| Contestant::other(*other)));
    let measured = |wanted: Contestant| {
        let of_wanted = rounds
            .iter()
            .filter(move |(contestant, _)| *contestant == wanted);
        of_wanted.filter_map(|(_, measured)| measured.as_ref())
    };
    let figure =
        |contestant, figure: fn(&Measured) -> f64| median(measured(contestant).map(figure));
    for contestant in contestants {
        let compared = |read: fn(&Measured) -> f64| {
            let (ours, theirs) = (figure(OWN_CLIENTS, read), figure(contestant, read));
            if ours > 0.0 {
                format!("{:.2}", theirs / ours)
            } else {
                "–".to_owned()
            }
        };
        let latency = |read: fn(&Measured) -> f64| milliseconds(figure(contestant, read));
        if measured(contestant).next().is_none() {
            table.row([contestant.name(), "failed each time".to_owned()]);
            continue;
        }
        table.row([
            contestant.name(),
            format!(
                "{:.1}",
                figure(contestant, Measured::processor_per_delivery)
            ),
            compared(Measured::processor_per_delivery),
            latency(|measured| measured.latency.p50.into()),
            compared(|measured| measured.latency.p50.into()),
            latency(|measured| measured.latency.p95.into()),
            latency(|measured| measured.latency.p99.into()),
            compared(|measured| measured.latency.p99.into()),
            latency(|measured| measured.latency.max.into()),
            format!(
                "{:.2} %",
                100.0 * figure(contestant, Measured::delivered_share)
            ),
            format!(
                "{} of {}",
                figure(contestant, |measured| measured.converged as f64),
                load.rooms
            ),
            format!("{:.0}", figure(contestant, Measured::bytes_per_delivery)),
            megabytes(figure(contestant, |measured| measured.memory as f64)),
            format!(
                "{:.0} %",
                100.0 * figure(contestant, |measured| measured.phones_share)
            ),
        ]);
    }
    table
}

fn described(load: &Load) -> serde_json::Value {
    json!({
        "rooms": load.rooms, "phones": load.phones, "writers": load.writers, "per_second": load.per_second,
        "characters": load.characters, "seconds": load.time.as_secs_f64(),
        "acknowledge_after_ms": load.acknowledge.after().as_millis() as u64,
    })
}

/// All figures of a measurement, for programs; times in microseconds, sizes in bytes.
pub(super) fn figures(measured: &Measured) -> serde_json::Value {
    json!({
        "commits": measured.commits, "expected": measured.expected, "deliveries": measured.deliveries,
        "p50": measured.latency.p50, "p95": measured.latency.p95, "p99": measured.latency.p99, "max": measured.latency.max,
        "processor_per_delivery": measured.processor_per_delivery(),
        "bytes_per_delivery": measured.bytes_per_delivery(),
        "memory": measured.memory, "rooms_in_step": measured.converged, "phones_share": measured.phones_share,
        "lateness_p99": measured.lateness.p99,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_comes_before_each_of_the_others_and_in_both_ways() {
        let names = |others: &[Program]| {
            let names = order(others).into_iter().map(Contestant::name);
            names.collect::<Vec<_>>()
        };
        let both = ["maillage, own clients", "maillage, stock clients"];
        assert_eq!(names(&[]), both);
        assert_eq!(names(&[Program::Samod]), [both[0], "samod", both[1]]);
        let two = [Program::Samod, Program::YWebsocket];
        assert_eq!(names(&two), [both[0], "samod", both[1], "y-websocket"]);
    }
}
