//! Importing `XLSForm` workbooks.
use std::path::Path;
use super::error::PackError;
/// x
pub struct Imported { /// r
 pub remarks: Vec<String> }
/// x
pub fn import(_p: &Path) -> Result<Imported, PackError> { Ok(Imported { remarks: vec![] }) }
impl Imported {
 /// w
 pub fn write(&self, _p: &Path) -> Result<Vec<String>, PackError> { Ok(vec![]) }
 /// n
 pub fn next_step(&self, _p: &Path) -> Option<String> { None }
}
