//! Each constant and structure of libc against the C library's headers.

/// What C says of a name that is no macro.
const UNKNOWN: i64 = -0x7ed_cba9_8765_4321;

include!(concat!(env!("OUT_DIR"), "/asked.rs"));

fn main() {
    let mut wrong = 0;
    let mut unknown = Vec::new();
    for (name, in_c, in_rust) in ASKED {
        // SAFETY: the functions only return a number.
        match unsafe { in_c() } {
            UNKNOWN => unknown.push(*name),
            // Numbers are as wide as in C, but for their sign.
            value if value as u32 != *in_rust as u32 => {
                println!("{name}: {in_rust:#x} in Rust, {value:#x} in C");
                wrong += 1;
            }
            _ => {}
        }
    }
    println!("{} compared, not in the headers: {}", ASKED.len() - unknown.len(), unknown.join(" "));
    assert_eq!(wrong, 0);
    assert!(ASKED.len() - unknown.len() > 600);
    println!("ok");
}
