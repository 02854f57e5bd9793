//! UniFFI's own generator for Swift, at the version the library was built with.

fn main() {
    uniffi::uniffi_bindgen_swift();
}
