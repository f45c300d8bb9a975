//! The signs of trades and states. One sign for one thing.

use crate::ui::Icon;
use maillage_shared::records::{SheetState, Trade};

/// The sign of a trade; the sheet's own when there is none.
pub(crate) fn icon_of(trade: Option<&Trade>) -> Icon {
    match trade {
        Some(Trade::BikeRepair) => Icon::Bike,
        Some(Trade::Deconstruction) => Icon::BrickWall,
        Some(Trade::ElectricalWaste) => Icon::Plug,
        Some(Trade::Woodwork) => Icon::Axe,
        Some(Trade::SocialConcierge) => Icon::Wrench,
        Some(Trade::Other(_)) | None => Icon::Toolbox,
    }
}

/// The shape of a state, beside its word.
pub(crate) fn state_icon(state: SheetState) -> Icon {
    match state {
        SheetState::Idea => Icon::Lightbulb,
        SheetState::Draft => Icon::Pencil,
        SheetState::Concertation => Icon::Send,
        SheetState::Accepted => Icon::CircleCheck,
        SheetState::Trial => Icon::Footprints,
        SheetState::Active => Icon::Briefcase,
        SheetState::Stopped => Icon::CircleStop,
    }
}

/// The large sign of a trade in the head of its sheet: the bicycle has a pictogram, the others are line icons.
pub(crate) fn picto_of(trade: Option<&Trade>) -> Icon {
    match trade {
        Some(Trade::BikeRepair) => Icon::PictoBike,
        trade => icon_of(trade),
    }
}

/// The size that fits [`picto_of`].
pub(crate) fn class_of(trade: Option<&Trade>) -> &'static str {
    match trade {
        Some(Trade::BikeRepair) => "picto",
        _ => "icon icon-head",
    }
}
