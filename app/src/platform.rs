//! The only place that speaks to the browser: address, focus, voice, storage, network.

pub(crate) mod calendar;
pub(crate) mod camera;
pub(crate) mod clock;
pub(crate) mod code;
pub(crate) mod entropy;
pub(crate) mod files;
pub(crate) mod kept;
pub(crate) mod log;
pub(crate) mod network;
pub(crate) mod page;
pub(crate) mod panic;
pub(crate) mod share;
pub(crate) mod signing;
pub(crate) mod socket;
pub(crate) mod speech;
pub(crate) mod storage;
pub(crate) mod tabs;
pub(crate) mod text_area;
pub(crate) mod timer;
pub(crate) mod version;
