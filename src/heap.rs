//! How much memory the allocator of the C library keeps: one heap a processor, in place of eight. What a thread gives
//! back stays in the heap that it came from, where threads of another heap do not find it, until it is given to the system.

/// Called before there is a second thread. `MALLOC_ARENA_MAX` in the environment goes first.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the one call for which no crate has a safe function")]
pub fn one_for_each_processor() {
    if std::env::var_os("MALLOC_ARENA_MAX").is_some() {
        return;
    }
    let processors = std::thread::available_parallelism().map_or(2, usize::from).max(2);
    // SAFETY: mallopt takes two numbers, sets a limit, and touches no memory of ours.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, i32::try_from(processors).unwrap_or(i32::MAX));
    }
}

/// Gives what is free in all heaps back to the system: between two parts of a night, since what one leaves behind in
/// pieces the next does not fit into.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the one call for which no crate has a safe function")]
pub fn give_back() {
    // SAFETY: malloc_trim takes a number, takes the locks of the heaps, and touches no memory that is in use.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Other systems have other allocators.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn one_for_each_processor() {}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back() {}
