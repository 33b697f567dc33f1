//! A folder into an archive and out of it.

fn main() {
    std::fs::create_dir_all("/data/from/sub").unwrap();
    std::fs::write("/data/from/sub/file", "hello").unwrap();
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_dir_all("inside", "/data/from").unwrap();
    let bytes = archive.into_inner().unwrap();
    let mut archive = tar::Archive::new(&bytes[..]);
    archive.set_preserve_permissions(false);
    archive.set_preserve_mtime(false);
    archive.unpack("/data/to").unwrap();
    assert_eq!(std::fs::read("/data/to/inside/sub/file").unwrap(), b"hello");
    println!("ok");
}
