//! Wants more memory than there is.

use std::hint::black_box;

plugix_guest::metadata!("Uses memory");

plugix_guest::export! {
    /// Asks politely for more than there is.
    fn try_reserve(mib: &[u8]) -> String {
        let mib: usize = std::str::from_utf8(mib).unwrap().parse().unwrap();
        let mut bytes: Vec<u8> = Vec::new();
        format!("{:?}", bytes.try_reserve_exact(mib << 20).is_ok())
    }

    /// Asks for memory as most programs do. They end when there is none.
    fn allocate(mib: &[u8]) -> String {
        let mib: usize = std::str::from_utf8(mib).unwrap().parse().unwrap();
        black_box(vec![1_u8; mib << 20]).len().to_string()
    }
}
