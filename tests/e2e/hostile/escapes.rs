//! Leaving the mounted folders: by links that are there, by links that the plugin makes, by `..` and by `/proc`.

use super::attack;
use super::stage::{Attacker, House};
use anyhow::{Result, ensure};

/// Neither reads nor writes the target. A link that leads out is reported if the plugin follows it.
fn closed(house: &House, paths: &[&str], followed: Option<&str>) -> Result<()> {
    for policy in [house.policy(), house.writable()] {
        let attacker = Attacker::new(policy)?;
        for path in paths {
            let path = path.replace("HOUSE", &house.path().display().to_string());
            for verb in ["read", "write", "append", "create", "list", "make-folder", "remove-tree"] {
                let outcome = attacker.attack(&format!("{verb} {path}"))?;
                ensure!(outcome.is_err(), "{verb} {path}: {outcome:?}");
                house.check()?;
            }
        }
        if let Some(link) = followed {
            attacker.seen.saw_denied("follow the link", link)?;
        }
    }
    Ok(())
}

macro_rules! closed {
    ($($test:ident $($path:literal)+ $(=> $followed:literal)?;)*) => { $(
        #[test]
        fn $test() -> Result<()> {
            attack!(|house| closed(house, &[$($path),+], [$($followed)?].first().copied()))
        }
    )* };
}

closed! {
    by_going_up "/data/../secret" "/../secret" "data/../../secret" "/data/folder/../../secret/file";
    by_going_up_to_the_root "/data/../../../../../../../../HOUSE/secret/file" "/data/../../../etc/passwd/file";
    by_the_hosts_path "HOUSE/secret/file" "/etc/passwd/file" "/dev/null/file" "/scratch/../etc/passwd/file";
    by_a_relative_link "/data/relative/file" "data/relative/file" => "/data/relative";
    by_an_absolute_link "/data/absolute/file" "data/absolute/file" => "/data/absolute";
    by_a_link_to_its_own_house "/data/to-secret/file" => "/data/to-secret";
    by_a_chain_of_links "/data/chain/file" => "/data/relative";
    by_a_link_to_the_parent "/data/parent/secret" "/data/parent/data/file/new" => "/data/parent";
    by_a_link_to_the_root "/data/root/etc/passwd" "/data/root/HOUSE/secret" => "/data/root";
    by_a_link_to_the_process "/data/process/etc/passwd" "/data/process/HOUSE/secret" => "/data/process";
    by_a_link_to_the_working_directory "/data/directory/Cargo.toml" => "/data/directory";
    by_a_link_to_descriptors "/data/descriptors/0" "/data/descriptors/3" "/data/descriptors/4" => "/data/descriptors";
    by_a_link_to_itself "/data/loop/file";
    by_the_process "/proc/self/root/etc/passwd" "/proc/self/environ/file" "/proc/self/fd/0" "/proc/1/root/etc";
}

/// Nor does the link itself show the content of its target.
#[test]
fn by_the_link_itself() -> Result<()> {
    attack!(|house| {
        for policy in [house.policy(), house.writable()] {
            let attacker = Attacker::new(policy)?;
            for link in ["relative", "chain", "absolute", "to-secret", "loop"] {
                for verb in ["read", "append", "open-for-writing", "overwrite", "resize", "touch"] {
                    let outcome = attacker.attack(&format!("{verb} /data/{link}"))?;
                    ensure!(outcome.is_err(), "{verb} {link}: {outcome:?}");
                    house.check()?;
                }
            }
        }
        Ok(())
    })
}

#[test]
fn by_a_link_of_its_own() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.writable())?;
        let secret = house.path().join("secret").display().to_string();
        for target in ["../secret", "..", "/", "/etc/passwd", "/data/file", "folder/../../secret", &secret] {
            attacker.refused(&format!("symlink {target} /data/mine"), "PermissionDenied")?;
            house.check()?;
        }
        attacker.seen.saw_denied("create the link", "/data/mine")
    })
}

/// A link leads down. Moved, it leads nowhere else, and not into another mount.
#[test]
fn by_moving_a_link() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        for words in ["make-folder /scratch/a", "symlink secret /scratch/a/link", "rename /scratch/a /scratch/b"] {
            let outcome = attacker.once("attack", words)?;
            ensure!(outcome.is_ok(), "{words}: {outcome:?}");
        }
        attacker.refused("read /scratch/b/link", "NotFound")?;
        attacker.refused("rename /scratch/b /data/folder/b", "PermissionDenied")?;
        attacker.seen.saw_denied("rename to", "/data/folder/b")
    })
}

/// Programs of the host's see what a plugin made as well.
#[test]
fn by_a_name_that_is_none() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.writable())?;
        for name in ["", ".", "..", "/", "folder/", "folder/.", "folder/.."] {
            for verb in ["write", "create", "remove", "append"] {
                let outcome = attacker.attack(&format!("{verb} /data/{name}"))?;
                ensure!(outcome.is_err(), "{verb} {name:?}: {outcome:?}");
                house.check()?;
            }
        }
        Ok(())
    })
}
