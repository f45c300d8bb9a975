//! Stories in a real Chromium: people with phones write together, lose the network and the relay, and lose no word.

mod accessibility;
mod attacks;
mod drafts;
mod entrance;
mod erasing;
mod files;
mod journal;
mod life_of_a_sheet;
mod listening;
mod meetings;
mod members;
mod network;
mod phones;
mod power_cuts;
mod screens;
mod screenshots;
mod signing;
mod stage;
mod statements;
mod storage;
mod tabs;
mod troubles;
mod users;
mod versions;
mod visits;
mod writing;
