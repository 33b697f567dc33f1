//! Permissions that the host has given, and that a plugin can't change.

use super::{Place, places, shared_places, told};
use anyhow::Result;
use plugix_e2e_programs::files::permissions;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

#[test]
fn of_the_host() -> Result<()> {
    for (Place { name, policy, .. }, folder) in shared_places()? {
        for mode in [0o400, 0o444, 0o600, 0o644, 0o755] {
            let path = folder.path().join(format!("{mode:o}"));
            fs::write(&path, "")?;
            fs::set_permissions(path, Permissions::from_mode(mode))?;
        }
        let expected = format!("read-only: Ok({:?})\n", permissions::of(folder.path())?);
        assert_eq!(told(&policy, "files::permissions::told", "/data"), expected, "{name}");
    }
    Ok(())
}

#[test]
fn arent_changed() -> Result<()> {
    for Place { name, policy, folder: _folder } in &places()? {
        let expected = "by its path: Err(Unsupported)\nby its descriptor: Err(Unsupported)\n\
            read-only: Ok([(\"file\", false)])\n";
        assert_eq!(told(policy, "files::permissions::changed", "/data"), expected, "{name}");
    }
    Ok(())
}
