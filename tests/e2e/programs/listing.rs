//! Folders that the host has filled.

use super::{Place, shared_places};
use anyhow::Result;
use plugix_e2e::{call, plugin};
use plugix_e2e_programs::files::listing;

const MANY: usize = 70_000;

#[test]
fn of_many_entries() -> Result<()> {
    for (Place { name, policy, .. }, folder) in shared_places()? {
        listing::fill(folder.path(), MANY)?;
        let expected = listing::counted(folder.path(), MANY)?;
        assert_eq!(call(&plugin("programs", &policy), "list", format!("{MANY} /data"))?, expected, "{name}");
    }
    Ok(())
}
