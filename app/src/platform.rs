//! The only place that speaks to the browser: address, focus, voice, storage, network.

pub(crate) mod page;
pub(crate) mod speech;
