//! Changing a read-only folder, by each way to write the path of something in it.

use super::attack;
use super::stage::{Attacker, House};
use anyhow::{Result, ensure};

/// Paths that lead to the mounted folder.
const DATA: [&str; 4] = ["/data", "data", "/data/folder/..", "/scratch/../data"];

/// Tries to change something in the folder. On each thread the plugin must see this error, and the host must see the
/// operation and the path.
fn refused(house: &House, words: &str, error: &str, denied: Option<(&'static str, &str)>) -> Result<()> {
    let attacker = Attacker::new(house.policy())?;
    ensure!(attacker.once("attack", "create /scratch/mine")?.is_ok(), "nothing can be created in the scratch folder");
    for data in DATA {
        attacker.refused(&words.replace("DATA", data), error)?;
        house.check()?;
    }
    ensure!(attacker.once("attack", "read /data/file")? == Ok("as it was".into()), "the file can't be read");
    match denied {
        Some((operation, path)) => attacker.seen.saw_denied(operation, path),
        None => Ok(()),
    }
}

/// What is tried, the error, and what is reported.
macro_rules! refused {
    ($($test:ident $words:literal $error:literal $($operation:literal $path:literal)?;)*) => { $(
        #[test]
        fn $test() -> Result<()> {
            attack!(|house| refused(house, $words, $error, [$(($operation, $path))?].first().copied()))
        }
    )* };
}

refused! {
    write "write DATA/file" "PermissionDenied" "create or write" "/data/file";
    write_a_new_file "write DATA/new" "PermissionDenied" "create or write" "/data/new";
    write_through_a_link "write DATA/link" "PermissionDenied" "create or write" "/data/file";
    create "create DATA/new" "PermissionDenied" "create or write" "/data/new";
    append "append DATA/file" "PermissionDenied" "write" "/data/file";
    open_for_writing "open-for-writing DATA/file" "PermissionDenied" "write" "/data/file";
    open_for_reading_and_writing "overwrite DATA/file" "PermissionDenied" "write" "/data/file";
    truncate "truncate DATA/file" "PermissionDenied" "create or write" "/data/file";
    // The descriptor is for reading. What `std` asks of it never reaches the file.
    resize "resize DATA/file" "PermissionDenied";
    set_times "touch DATA/file" "PermissionDenied";
    set_times_by_path "touch-by-path DATA/file" "errno 2" "change the times of" "/data/file";
    create_a_folder "make-folder DATA/new" "PermissionDenied" "create the folder" "/data/new";
    remove "remove DATA/file" "PermissionDenied" "remove" "/data/file";
    remove_a_link "remove DATA/link" "PermissionDenied" "remove" "/data/link";
    remove_a_folder "remove-folder DATA/folder/empty" "PermissionDenied" "remove the folder" "/data/folder/empty";
    remove_a_tree "remove-tree DATA/folder" "PermissionDenied" "remove the folder" "/data/folder/empty";
    rename "rename DATA/file DATA/other" "PermissionDenied" "rename" "/data/file";
    rename_a_folder "rename DATA/folder DATA/other" "PermissionDenied" "rename" "/data/folder";
    rename_out_of_it "rename DATA/file /scratch/stolen" "PermissionDenied" "rename" "/data/file";
    rename_into_it "rename /scratch/mine DATA/new" "PermissionDenied" "rename to" "/data/new";
    replace_by_a_rename "rename /scratch/mine DATA/file" "PermissionDenied" "rename to" "/data/file";
    hard_link "hard-link DATA/file DATA/linked" "PermissionDenied" "link" "/data/file";
    hard_link_out_of_it "hard-link DATA/file /scratch/linked" "PermissionDenied" "link" "/data/file";
    hard_link_into_it "hard-link /scratch/mine DATA/linked" "PermissionDenied" "create the link" "/data/linked";
    symbolic_link "symlink file DATA/linked" "PermissionDenied" "create the link" "/data/linked";
}

/// By its own name; a path that ends in `..` has none.
#[test]
fn the_mount_itself() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        for words in ["remove-folder /data", "remove-folder data", "rename /data /scratch/data"] {
            attacker.refused(words, "PermissionDenied")?;
        }
        attacker.seen.saw_denied("remove the folder", "/data")?;
        attacker.seen.saw_denied("rename", "/data")
    })
}

/// WASI has no call for it.
#[test]
fn change_permissions() -> Result<()> {
    attack!(|house| Attacker::new(house.policy())?.refused("chmod /data/file", "Unsupported"))
}

/// The tests above can fail: the same attempts succeed where they may. Some succeed nowhere.
#[test]
fn what_is_refused_is_possible_in_a_folder_that_may_be_changed() -> Result<()> {
    let words = [
        "create /scratch/file",
        "write /scratch/file",
        "append /scratch/file",
        "open-for-writing /scratch/file",
        "overwrite /scratch/file",
        "truncate /scratch/file",
        "make-folder /scratch/folder",
        "symlink file /scratch/link",
        "list /scratch",
        "rename /scratch/file /scratch/other",
        "remove /scratch/other",
        "remove /scratch/link",
        "remove-folder /scratch/folder",
        "make-folder /scratch/folder",
        "remove-tree /scratch/folder",
    ];
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        words.iter().try_for_each(|words| {
            let outcome = attacker.once("attack", words)?;
            ensure!(outcome.is_ok(), "{words}: {outcome:?}");
            Ok(())
        })
    })
}
