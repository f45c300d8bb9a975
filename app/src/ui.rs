//! The design system: components that know no domain type, no model and no page.
//!
//! Colours and sizes are tokens of `public/css`; words arrive as arguments, from the catalogue.

mod avatar;
mod chips;
mod cloth;
mod dialog;
mod editor;
mod field;
mod frame;
mod icon;
mod listen;
mod live;
mod message;
mod qr;
mod thread;

pub(crate) use avatar::{Avatar, AvatarSize, Hue, avatar, avatar_with_number};
pub(crate) use chips::{Chip, Chips, ChipsProps};
pub(crate) use cloth::cloth;
pub(crate) use dialog::Dialog;
pub(crate) use editor::{Editor, Piece};
pub(crate) use field::{DayField, TextArea, TextField};
pub(crate) use frame::{Corner, Entry, Frame, Status, Tone, status};
pub(crate) use icon::{Icon, icon, icon_small, icon_turn, icon_with, picto, picto_small};
pub(crate) use listen::{ListenTo, provide_listening, stop_listening};
pub(crate) use live::{Seen, follow, live, live_list, live_option, live_text};
pub(crate) use message::{banner, empty};
pub(crate) use qr::qr;
pub(crate) use thread::{Post, thread};
