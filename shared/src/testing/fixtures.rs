//! Documents as phones of every schema so far have them on their disks. They were written by `examples/write_fixtures.rs` of the version that
//! introduced each schema, and stay as they are.

/// A territory of schema 1.
pub const TERRITORY_1: &[u8] = include_bytes!("../../fixtures/territory-1.automerge");

/// Needs of schema 1.
pub const NEEDS_1: &[u8] = include_bytes!("../../fixtures/needs-1.automerge");

/// A job sheet of schema 1.
pub const JOB_SHEET_1: &[u8] = include_bytes!("../../fixtures/job_sheet-1.automerge");

/// All of them.
pub const ALL: [&[u8]; 3] = [JOB_SHEET_1, NEEDS_1, TERRITORY_1];

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    #[test]
    fn no_file_is_left_out() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        let files = fs::read_dir(folder).unwrap();
        let mut there: Vec<Vec<u8>> = files
            .map(|file| fs::read(file.unwrap().path()).unwrap())
            .collect();
        let mut all = ALL.map(<[u8]>::to_vec);
        there.sort();
        all.sort();
        assert_eq!(there, all);
    }
}
