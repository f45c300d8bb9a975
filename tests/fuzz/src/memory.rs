//! An allocator that ends the program when something takes more memory than it may.

use cap::Cap;
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Does something that may take this many mebibytes more than are taken now.
pub fn within<T>(mebibytes: usize, act: impl FnOnce() -> T) -> T {
    let limit = ALLOCATOR.allocated() + mebibytes * 1024 * 1024;
    ALLOCATOR
        .set_limit(limit)
        .expect("the limit lies above what is taken");
    let done = act();
    ALLOCATOR
        .set_limit(usize::MAX)
        .expect("there is no higher limit");
    done
}
