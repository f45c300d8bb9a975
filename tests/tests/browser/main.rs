//! Stories in a real Chromium: people with phones write together, lose the network and the relay, and lose no word.

mod accessibility;
mod attacks;
mod entrance;
mod files;
mod life_of_a_sheet;
mod listening;
mod members;
mod network;
mod power_cuts;
mod screens;
mod screenshots;
mod stage;
mod statements;
mod storage;
mod tabs;
mod troubles;
mod versions;
mod visits;
mod writing;
