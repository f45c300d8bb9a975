//! The keys of scanning a square code.

/// The camera at the door.
pub(crate) struct Scan {
    pub(crate) title: &'static str,
    pub(crate) how: &'static str,
    /// The camera's picture, for screen readers.
    pub(crate) camera: &'static str,
    pub(crate) close: &'static str,
    pub(crate) nothing_kept: &'static str,
    pub(crate) refused: &'static str,
    pub(crate) missing: &'static str,
    /// The code is no invitation to this app.
    pub(crate) elsewhere: &'static str,
}
