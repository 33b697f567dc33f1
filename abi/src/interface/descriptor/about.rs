//! Who a plugin says it is, in a section of its own: the metadata's words, for those who run nothing of the plugin.

use super::super::schema::Writer;
use super::DescriptorError;
use super::decode::Reader;
use super::encode::start;
use alloc::string::String;

/// Who a plugin says it is. Plugins whose SDK is older say nothing here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The plugin's name.
    pub name: String,
    /// The plugin's own version.
    pub version: String,
    /// One line for people.
    pub description: String,
}

/// Writes the record of a plugin's name, version and description.
pub const fn write_about<const N: usize>(name: &str, version: &str, description: &str) -> Writer<N> {
    let mut measure = Writer::<0>::new();
    about(&mut measure, name, version, description);
    let mut writer = Writer::new();
    writer.all(&(measure.len() as u32).to_le_bytes());
    about(&mut writer, name, version, description);
    writer
}

const fn about<const N: usize>(writer: &mut Writer<N>, name: &str, version: &str, description: &str) {
    start(writer);
    writer.text(name);
    writer.text(version);
    writer.text(description);
}

/// Reads the section [`ABOUT`](super::section::ABOUT).
///
/// # Errors
/// When the section is not what this crate writes.
pub fn read_about(section: &[u8]) -> Result<About, DescriptorError> {
    let mut reader = Reader::new(section)?;
    let about = reader
        .record(|reader, _| Ok(About { name: reader.text()?, version: reader.text()?, description: reader.text()? }))?;
    reader.end()?;
    Ok(about)
}
