#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kuager_fuzz::kind(data));
