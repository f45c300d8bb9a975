//! How people look: from what the documents keep to what the screen draws.

use crate::ui::Icon;

/// The eight pictures, in the order in which they are offered.
pub(crate) const PICTURES: [Icon; 8] = [
    Icon::Bird,
    Icon::Bike,
    Icon::Sun,
    Icon::Tree,
    Icon::Cat,
    Icon::Key,
    Icon::Fish,
    Icon::Ship,
];
