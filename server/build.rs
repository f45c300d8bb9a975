//! Makes the folder of the built app if it is not there, so that the relay compiles without it, and has the relay compiled again when
//! the app changes.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let app = Path::new("../target/app");
    println!("cargo::rerun-if-changed={}", app.display());
    if let Err(error) = std::fs::create_dir_all(app) {
        println!("cargo::warning={} cannot be made: {error}", app.display());
    }
}
