//! Published answers, through the C interface as SQLCipher uses it.

use data_encoding::HEXLOWER as HEX;

use super::*;

fn provider() -> Provider {
    let mut provider = std::mem::MaybeUninit::uninit();
    // SAFETY: there is room for one, and it is filled in when the call succeeds.
    unsafe {
        assert_eq!(kuager_cipher_provider(provider.as_mut_ptr()), SQLITE_OK);
        provider.assume_init()
    }
}

fn unhex(digits: &str) -> Vec<u8> {
    HEX.decode(digits.as_bytes()).expect("digits")
}

fn size(bytes: &[u8]) -> c_int {
    c_int::try_from(bytes.len()).expect("small")
}

/// NIST SP 800-38A, F.2.5 and F.2.6.
#[test]
fn aes_256_cbc() {
    let key = unhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    let iv = unhex("000102030405060708090a0b0c0d0e0f");
    let plain = unhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
    let encrypted = unhex("f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d");
    let provider = provider();
    let run = |mode, input: &[u8]| {
        let mut out = vec![0; input.len()];
        // SAFETY: all buffers have the sizes given.
        let code = unsafe {
            let (key, iv) = (key.as_ptr(), iv.as_ptr());
            (provider.cipher)(ptr::null_mut(), mode, key, KEY, iv, input.as_ptr(), size(input), out.as_mut_ptr())
        };
        (code, out)
    };
    assert_eq!(run(ENCRYPT, &plain), (SQLITE_OK, encrypted.clone()));
    assert_eq!(run(0, &encrypted), (SQLITE_OK, plain.clone()));
    assert_eq!(run(ENCRYPT, &plain[..17]).0, SQLITE_ERROR, "no whole blocks");

    let mut same = plain.clone();
    // SAFETY: input and output are the same buffer, which the interface allows.
    let code = unsafe {
        let data = same.as_mut_ptr();
        (provider.cipher)(ptr::null_mut(), ENCRYPT, key.as_ptr(), KEY, iv.as_ptr(), data, size(&plain), data)
    };
    assert_eq!((code, same), (SQLITE_OK, encrypted));
    // SAFETY: what is null is not used.
    let code = unsafe {
        let mut out = [0; 16];
        (provider.cipher)(ptr::null_mut(), 0, key.as_ptr(), 16, iv.as_ptr(), plain.as_ptr(), 16, out.as_mut_ptr())
    };
    assert_eq!(code, SQLITE_ERROR, "a key of another size");
}

/// RFC 4231 test case 2, and RFC 2202 test case 2 for SHA-1; the text in two parts, as SQLCipher gives page and number.
#[test]
fn hmac_in_two_parts() {
    let (first, second) = (b"what do ya want ", b"for nothing?");
    let cases = [
        (WITH_SHA1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (WITH_SHA256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (
            WITH_SHA512,
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ),
    ];
    let provider = provider();
    for (algorithm, expected) in cases {
        let mut out = vec![0; expected.len() / 2];
        assert_eq!((provider.get_hmac_sz)(ptr::null_mut(), algorithm), size(&out));
        // SAFETY: all buffers have the sizes given.
        let code = unsafe {
            (provider.hmac)(
                ptr::null_mut(),
                algorithm,
                b"Jefe".as_ptr(),
                4,
                first.as_ptr(),
                size(first),
                second.as_ptr(),
                size(second),
                out.as_mut_ptr(),
            )
        };
        assert_eq!((code, HEX.encode(&out).as_str()), (SQLITE_OK, expected));
    }
    let mut out = [0; 64];
    // SAFETY: null is what is tested.
    let code = unsafe {
        let null = ptr::null();
        (provider.hmac)(ptr::null_mut(), WITH_SHA512, null, 0, null, 0, null, 0, out.as_mut_ptr())
    };
    assert_eq!(code, SQLITE_ERROR);
}

/// RFC 6070 test case 2, and the same with the other hash functions as Python's hashlib answers it.
#[test]
fn pbkdf2() {
    let cases = [
        (WITH_SHA1, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"),
        (WITH_SHA256, "ae4d0c95af6b46d32d0adff928f06dd02a303f8e"),
        (WITH_SHA512, "e1d9c16aa681708a45f5c7c4e215ceb66e011a2e"),
    ];
    let provider = provider();
    let run = |algorithm, rounds, key: &mut [u8]| {
        // SAFETY: all buffers have the sizes given.
        unsafe {
            let (password, salt) = (b"password".as_ptr(), b"salt".as_ptr());
            (provider.kdf)(ptr::null_mut(), algorithm, password, 8, salt, 4, rounds, size(key), key.as_mut_ptr())
        }
    };
    for (algorithm, expected) in cases {
        let mut key = [0; 20];
        assert_eq!(run(algorithm, 2, &mut key), SQLITE_OK);
        assert_eq!(HEX.encode(&key), expected);
    }
    assert_eq!(run(WITH_SHA512, 0, &mut [0; 20]), SQLITE_ERROR);
    assert_eq!(run(7, 2, &mut [0; 20]), SQLITE_ERROR);
}

#[test]
fn randomness_fills_the_buffer() {
    let provider = provider();
    let mut buffer = [0_u8; 64];
    // SAFETY: the buffer has the size given.
    let code = unsafe { (provider.random)(ptr::null_mut(), buffer.as_mut_ptr().cast(), 64) };
    assert_eq!(code, SQLITE_OK);
    assert_ne!(buffer[..32], [0; 32]);
    assert_ne!(buffer[32..], [0; 32]);
}
