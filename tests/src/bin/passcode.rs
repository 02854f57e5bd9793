//! A phone whose passcode is changed, as a process of its own that can be killed at any moment.
//!
//! `test-passcode DIR change` opens the phone in DIR, sets a passcode, changes it and removes it; each line it prints says what holds
//! from then on, whatever happens next. `test-passcode DIR lock` sets the first passcode and the duress passcode. `test-passcode DIR
//! duress` enters the duress passcode.

use std::error::Error;
use std::path::Path;

use kuager_testing::phone;
use kuager_tests::passcodes::{DURESS, FIRST, SECOND};
use kuager_tests::promises::promise;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dir, what] = arguments.as_slice() else { return Err("usage: test-passcode DIR change|lock|duress".into()) };
    let dir = Path::new(dir);
    match what.as_str() {
        "change" => {
            let observer = phone::open(dir)?;
            observer.set_passcode(None, FIRST, None)?;
            promise("first")?;
            observer.set_passcode(Some(FIRST), SECOND, Some(DURESS))?;
            promise("second")?;
            observer.remove_passcode(SECOND)?;
            promise("none")?;
            observer.close();
        }
        "lock" => {
            let observer = phone::open(dir)?;
            observer.set_passcode(None, FIRST, Some(DURESS))?;
            observer.close();
        }
        "duress" => {
            let observer = phone::unlock(dir, DURESS)?;
            promise("destroyed")?;
            observer.close();
        }
        _ => return Err("change, lock or duress".into()),
    }
    Ok(())
}
