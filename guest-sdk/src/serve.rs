//! Threads that run the host's calls. With them several calls run at the same time.

use std::thread::Builder;

// As the linker knows it; see `plugix_abi::import`.
#[link(wasm_import_module = "plugix")]
unsafe extern "C" {
    safe fn serve();
}

/// [`plugix_abi::export::SERVE`]. Each thread is left to the host as it stands there: with its stack, its name and its
/// thread-local values. The destructors of these values don't run.
#[unsafe(no_mangle)]
extern "C" fn plugix_serve(count: u32) -> u32 {
    let start = |number: &u32| Builder::new().name(format!("worker-{number}")).spawn(|| serve()).is_ok();
    (1..=count).take_while(start).count() as u32
}
