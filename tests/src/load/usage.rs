//! What processes use, as Linux tells in `/proc`.

use anyhow::{Context, Result};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::time::Duration;

/// `/proc` counts processor time in hundredths of a second, whatever the kernel counts in.
const TICK: Duration = Duration::from_millis(10);

/// What a process and its descendants use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Processor time since they started, in user and kernel mode, in steps of 10 ms. What a child used that has ended and was waited
    /// for counts as its parent's.
    pub processor: Duration,
    /// Resident memory, in bytes.
    pub memory: u64,
}

impl Usage {
    /// Reads what a process and its descendants use now.
    pub fn of_tree(root: u32) -> Result<Self> {
        let mut processes = HashMap::new();
        for entry in fs::read_dir("/proc").context("/proc cannot be read: this needs Linux")? {
            let name = entry?.file_name();
            // What ends meanwhile is left out.
            if let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok())
                && let Ok(text) = fs::read_to_string(format!("/proc/{id}/stat"))
                && let Some(stat) = Stat::parse(&text)
            {
                processes.insert(id, stat);
            }
        }
        processes.get(&root).context("the process has ended")?;
        let mut usage = Self::default();
        for id in tree(root, &processes) {
            if let Some(stat) = processes.get(&id) {
                usage.processor += TICK * u32::try_from(stat.ticks).unwrap_or(u32::MAX);
            }
            let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
            usage.memory += resident(&status).unwrap_or(0);
        }
        Ok(usage)
    }

    /// Reads what this very process uses now.
    pub fn of_this_process() -> Result<Self> {
        Self::of_tree(std::process::id())
    }
}

/// How many files, sockets included, this process may have open; the programs it starts inherit the limit.
pub fn open_files_limit() -> Result<u64> {
    let limits = fs::read_to_string("/proc/self/limits").context("/proc cannot be read")?;
    soft_limit(&limits, "Max open files").context("/proc/self/limits names no limit of open files")
}

/// The limit in force, which stands after the name; "unlimited" is no number.
fn soft_limit(limits: &str, name: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix(name))?;
    match line.split_whitespace().next()? {
        "unlimited" => Some(u64::MAX),
        number => number.parse().ok(),
    }
}

/// What is read of `/proc/<id>/stat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stat {
    parent: u32,
    ticks: u64,
}

impl Stat {
    /// The name in parentheses may hold anything, so fields are counted from the last parenthesis on.
    fn parse(text: &str) -> Option<Self> {
        let (_, fields) = text.rsplit_once(')')?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
        // User, system, and both of children that were waited for.
        let ticks = number(11)? + number(12)? + number(13)? + number(14)?;
        let parent = u32::try_from(number(1)?).ok()?;
        Some(Self { parent, ticks })
    }
}

/// A process and all that descend from it.
fn tree(root: u32, processes: &HashMap<u32, Stat>) -> HashSet<u32> {
    let mut found = HashSet::from([root]);
    loop {
        let before = found.len();
        let children = processes
            .iter()
            .filter(|(_, stat)| found.contains(&stat.parent))
            .map(|(id, _)| *id);
        let children: Vec<u32> = children.collect();
        found.extend(children);
        if found.len() == before {
            return found;
        }
    }
}

/// Resident bytes in the text of `/proc/<id>/status`.
fn resident(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_behind_any_name() {
        let text = "42 (a) 1 (b) S 7 42 42 0 -1 4194560 1 2 3 4 100 20 3 1 20 0 9 0 1 2 3";
        let expected = Stat {
            parent: 7,
            ticks: 124,
        };
        assert_eq!(Stat::parse(text), Some(expected));
        assert_eq!(Stat::parse("42 (short) S 7"), None);
    }

    #[test]
    fn a_tree_holds_grandchildren_and_no_strangers() {
        let processes = [(1, 0), (10, 1), (11, 10), (12, 11), (20, 1)];
        let processes = processes.map(|(id, parent)| (id, Stat { parent, ticks: 0 }));
        let found = tree(10, &HashMap::from(processes));
        assert_eq!(found, HashSet::from([10, 11, 12]));
    }

    #[test]
    fn memory_and_limits_are_read_from_their_lines() {
        assert_eq!(
            resident("VmHWM:\t 9 kB\nVmRSS:\t 2048 kB\n"),
            Some(2_097_152)
        );
        let limits = "Limit Soft Hard\nMax open files            1024    524288    files\n";
        assert_eq!(soft_limit(limits, "Max open files"), Some(1024));
        assert_eq!(soft_limit(limits, "Max processes"), None);
    }

    #[test]
    fn this_process_uses_memory() {
        assert!(Usage::of_this_process().unwrap().memory > 0);
        assert!(open_files_limit().unwrap() > 0);
    }
}
