//! What the browser runs: see the library.

fn main() {
    maillage_app::start();
}
