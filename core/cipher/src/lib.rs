//! The cryptography SQLCipher asks for, by RustCrypto instead of OpenSSL.
//!
//! SQLCipher leaves its primitives to a *provider*: a table of C functions for randomness, HMAC, PBKDF2 and AES-256-CBC. It comes
//! with providers for OpenSSL, CommonCrypto and libtomcrypt, and takes another one at compile time (`SQLCIPHER_CRYPTO_CUSTOM`, see
//! `crypto_openssl.c`: "you are welcome and encouraged to write one"). The workspace's `.cargo/config.toml` names
//! [`kuager_cipher_provider`], so every program of this workspace that links SQLite links this crate.
//!
//! Why: four functions out of OpenSSL cost an app 4.4 MB on every phone. The file format is SQLCipher's and does not change; a
//! store written with either is read with either. See `docs/adr/0014-a-profile-for-apps.md`.
//!
//! This is the only crate of the workspace with `unsafe` written by hand. It is all here: `bytes` and `bytes_mut` make slices of
//! what SQLCipher passes, and the rest is safe code. No function panics; whatever does not fit is answered with `SQLITE_ERROR`.

use std::ffi::{c_char, c_int, c_uchar, c_void};
use std::ptr;

use aes::Aes256;
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

const SQLITE_OK: c_int = 0;
const SQLITE_ERROR: c_int = 1;

/// SQLCipher's numbers for hash functions (`SQLCIPHER_HMAC_*`, `SQLCIPHER_PBKDF2_HMAC_*`).
const WITH_SHA1: c_int = 0;
const WITH_SHA256: c_int = 1;
const WITH_SHA512: c_int = 2;

/// `SQLCIPHER_ENCRYPT`; the other mode is 0.
const ENCRYPT: c_int = 1;

const KEY: c_int = 32;
const BLOCK: c_int = 16;

/// `sqlcipher_provider` of SQLCipher 4.19 (`sqlcipher.h`).
#[repr(C)]
#[derive(Debug)]
pub struct Provider {
    init: Option<extern "C" fn() -> c_int>,
    shutdown: Option<extern "C" fn()>,
    get_provider_name: extern "C" fn(*mut c_void) -> *const c_char,
    add_random: extern "C" fn(*mut c_void, *const c_void, c_int) -> c_int,
    random: unsafe extern "C" fn(*mut c_void, *mut c_void, c_int) -> c_int,
    hmac: unsafe extern "C" fn(
        *mut c_void,
        c_int,
        *const c_uchar,
        c_int,
        *const c_uchar,
        c_int,
        *const c_uchar,
        c_int,
        *mut c_uchar,
    ) -> c_int,
    kdf: unsafe extern "C" fn(
        *mut c_void,
        c_int,
        *const c_uchar,
        c_int,
        *const c_uchar,
        c_int,
        c_int,
        c_int,
        *mut c_uchar,
    ) -> c_int,
    cipher: unsafe extern "C" fn(
        *mut c_void,
        c_int,
        *const c_uchar,
        c_int,
        *const c_uchar,
        *const c_uchar,
        c_int,
        *mut c_uchar,
    ) -> c_int,
    get_cipher: extern "C" fn(*mut c_void) -> *const c_char,
    get_key_sz: extern "C" fn(*mut c_void) -> c_int,
    get_iv_sz: extern "C" fn(*mut c_void) -> c_int,
    get_block_sz: extern "C" fn(*mut c_void) -> c_int,
    get_hmac_sz: extern "C" fn(*mut c_void, c_int) -> c_int,
    ctx_init: extern "C" fn(*mut *mut c_void) -> c_int,
    ctx_free: extern "C" fn(*mut *mut c_void) -> c_int,
    fips_status: extern "C" fn(*mut c_void) -> c_int,
    get_provider_version: extern "C" fn(*mut c_void) -> *const c_char,
    next: *mut Self,
}

/// Fills in the table; SQLCipher calls it once, when SQLite starts.
///
/// # Safety
/// `provider` points to memory for one [`Provider`], as SQLCipher allocates it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kuager_cipher_provider(provider: *mut Provider) -> c_int {
    if provider.is_null() {
        return SQLITE_ERROR;
    }
    let table = Provider {
        init: None,
        shutdown: None,
        get_provider_name,
        add_random,
        random,
        hmac,
        kdf,
        cipher,
        get_cipher,
        get_key_sz,
        get_iv_sz,
        get_block_sz,
        get_hmac_sz,
        ctx_init: nothing_to_do,
        ctx_free: nothing_to_do,
        fips_status,
        get_provider_version,
        next: ptr::null_mut(),
    };
    // SAFETY: the caller gives memory for one, not yet in use by anybody.
    unsafe { provider.write(table) };
    SQLITE_OK
}

/// What SQLCipher passes as pointer and length; nothing where there is none.
///
/// # Safety
/// `data` points to `size` bytes that nobody changes while the slice is used, or is null.
unsafe fn bytes<'a>(data: *const c_uchar, size: c_int) -> Option<&'a [u8]> {
    let size = usize::try_from(size).ok()?;
    if data.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    Some(unsafe { std::slice::from_raw_parts(data, size) })
}

/// As [`bytes`], to be written to.
///
/// # Safety
/// `data` points to `size` bytes that nobody else uses while the slice is used, or is null.
unsafe fn bytes_mut<'a>(data: *mut c_uchar, size: c_int) -> Option<&'a mut [u8]> {
    let size = usize::try_from(size).ok()?;
    if data.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    Some(unsafe { std::slice::from_raw_parts_mut(data, size) })
}

const fn answer(done: Option<()>) -> c_int {
    if done.is_some() { SQLITE_OK } else { SQLITE_ERROR }
}

extern "C" fn get_provider_name(_: *mut c_void) -> *const c_char {
    c"rustcrypto".as_ptr()
}

extern "C" fn get_provider_version(_: *mut c_void) -> *const c_char {
    c"aes 0.9, hmac 0.13, sha2 0.11".as_ptr()
}

extern "C" fn get_cipher(_: *mut c_void) -> *const c_char {
    c"AES-256-CBC".as_ptr()
}

extern "C" fn get_key_sz(_: *mut c_void) -> c_int {
    KEY
}

extern "C" fn get_iv_sz(_: *mut c_void) -> c_int {
    BLOCK
}

extern "C" fn get_block_sz(_: *mut c_void) -> c_int {
    BLOCK
}

extern "C" fn get_hmac_sz(_: *mut c_void, algorithm: c_int) -> c_int {
    match algorithm {
        WITH_SHA1 => 20,
        WITH_SHA256 => 32,
        WITH_SHA512 => 64,
        _ => 0,
    }
}

extern "C" fn fips_status(_: *mut c_void) -> c_int {
    0
}

/// There is no state between calls.
extern "C" fn nothing_to_do(_: *mut *mut c_void) -> c_int {
    SQLITE_OK
}

/// The operating system's randomness needs no help.
extern "C" fn add_random(_: *mut c_void, _: *const c_void, _: c_int) -> c_int {
    SQLITE_OK
}

unsafe extern "C" fn random(_: *mut c_void, buffer: *mut c_void, size: c_int) -> c_int {
    // SAFETY: SQLCipher gives a buffer of its own with its size.
    let buffer = unsafe { bytes_mut(buffer.cast(), size) };
    answer(buffer.and_then(|buffer| getrandom::fill(buffer).ok()))
}

fn mac<M: Mac + KeyInit>(key: &[u8], first: &[u8], second: Option<&[u8]>, out: &mut [u8]) -> Option<()> {
    let mut mac = <M as KeyInit>::new_from_slice(key).ok()?;
    mac.update(first);
    mac.update(second.unwrap_or_default());
    out.copy_from_slice(&mac.finalize().into_bytes());
    Some(())
}

unsafe extern "C" fn hmac(
    context: *mut c_void,
    algorithm: c_int,
    key: *const c_uchar,
    key_size: c_int,
    first: *const c_uchar,
    first_size: c_int,
    second: *const c_uchar,
    second_size: c_int,
    out: *mut c_uchar,
) -> c_int {
    // SAFETY: SQLCipher gives buffers with their sizes, `second` may be null, and `out` has room for the hash function's output.
    let (key, first, second, out) = unsafe {
        (
            bytes(key, key_size),
            bytes(first, first_size),
            bytes(second, second_size),
            bytes_mut(out, get_hmac_sz(context, algorithm)),
        )
    };
    let (Some(key), Some(first), Some(out)) = (key, first, out) else { return SQLITE_ERROR };
    answer(match algorithm {
        WITH_SHA1 => mac::<Hmac<Sha1>>(key, first, second, out),
        WITH_SHA256 => mac::<Hmac<Sha256>>(key, first, second, out),
        WITH_SHA512 => mac::<Hmac<Sha512>>(key, first, second, out),
        _ => None,
    })
}

unsafe extern "C" fn kdf(
    _: *mut c_void,
    algorithm: c_int,
    password: *const c_uchar,
    password_size: c_int,
    salt: *const c_uchar,
    salt_size: c_int,
    rounds: c_int,
    key_size: c_int,
    key: *mut c_uchar,
) -> c_int {
    // SAFETY: SQLCipher gives buffers with their sizes.
    let (password, salt, key) =
        unsafe { (bytes(password, password_size), bytes(salt, salt_size), bytes_mut(key, key_size)) };
    let (Some(password), Some(salt), Some(key), Ok(rounds)) = (password, salt, key, u32::try_from(rounds)) else {
        return SQLITE_ERROR;
    };
    if rounds == 0 {
        return SQLITE_ERROR;
    }
    match algorithm {
        WITH_SHA1 => pbkdf2_hmac::<Sha1>(password, salt, rounds, key),
        WITH_SHA256 => pbkdf2_hmac::<Sha256>(password, salt, rounds, key),
        WITH_SHA512 => pbkdf2_hmac::<Sha512>(password, salt, rounds, key),
        _ => return SQLITE_ERROR,
    }
    SQLITE_OK
}

/// AES-256-CBC without padding, in place. Whole blocks only, as pages are.
fn in_place(mode: c_int, key: &[u8], iv: &[u8], data: &mut [u8]) -> Option<()> {
    let size = data.len();
    if mode == ENCRYPT {
        let cipher = cbc::Encryptor::<Aes256>::new_from_slices(key, iv).ok()?;
        cipher.encrypt_padded::<NoPadding>(data, size).ok().map(drop)
    } else {
        let cipher = cbc::Decryptor::<Aes256>::new_from_slices(key, iv).ok()?;
        cipher.decrypt_padded::<NoPadding>(data).ok().map(drop)
    }
}

unsafe extern "C" fn cipher(
    _: *mut c_void,
    mode: c_int,
    key: *const c_uchar,
    key_size: c_int,
    iv: *const c_uchar,
    input: *const c_uchar,
    size: c_int,
    out: *mut c_uchar,
) -> c_int {
    let Ok(length) = usize::try_from(size) else { return SQLITE_ERROR };
    if input.is_null() || out.is_null() {
        return SQLITE_ERROR;
    }
    // SAFETY: SQLCipher gives buffers with their sizes; input and output may be the same, so they never are slices both at once.
    let (key, iv, data) = unsafe {
        if !ptr::eq(input, out) {
            ptr::copy(input, out, length);
        }
        (bytes(key, key_size), bytes(iv, BLOCK), bytes_mut(out, size))
    };
    let (Some(key), Some(iv), Some(data)) = (key, iv, data) else { return SQLITE_ERROR };
    answer(in_place(mode, key, iv, data))
}

#[cfg(test)]
mod tests;
