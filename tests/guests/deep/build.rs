//! The main thread's stack in the plugin's memory is as large as the linker is told.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Natively there is no such stack.
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo:rustc-link-arg=-zstack-size={}", 16 << 20);
    }
}
