use std::io::{Read, Write};

use zeroize::Zeroizing;

use super::*;
use crate::testing::noise;

/// The key of 32 bytes 66, so it opens nothing else.
const SECRET: &str = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
const PIECE: usize = 64 * 1024;

fn word(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

fn locked(lock: &Lock, plain: &[u8]) -> Vec<u8> {
    let (mut sealer, _) = seal(Vec::new(), lock).expect("begins");
    sealer.write_all(plain).expect("writes");
    sealer.finish().expect("ends")
}

fn opened(bytes: &[u8], key: &Key) -> Result<Vec<u8>, Fault> {
    let mut opener = open(bytes, key).map_err(|failed| match failed {
        Failed::Fault(fault) => fault,
        Failed::Io(error) => panic!("{error}"),
    })?;
    let mut plain = Vec::new();
    match opener.read_to_end(&mut plain) {
        Ok(_) => Ok(plain),
        Err(_) => Err(opener.fault().expect("has a fault")),
    }
}

#[test]
fn what_was_locked_is_opened_and_ends_with_zeros() {
    let key = Key::Passphrase(word("жұмбақ сөз"));
    let lock = Lock::Passphrase(word("жұмбақ сөз"));
    for size in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
        let plain = noise(size, 1);
        let back = opened(&locked(&lock, &plain), &key).expect("opens");
        assert_eq!(back.len(), size.div_ceil(PIECE).max(1) * PIECE);
        assert_eq!(back[..size], plain);
        assert!(back[size..].iter().all(|byte| *byte == 0));
    }
    let other = opened(&locked(&lock, b"x"), &Key::Passphrase(word("another")));
    assert_eq!(other, Err(Fault::WrongPassphrase));
}

/// Every kind of damage has its name, wherever it is.
#[test]
fn a_cut_file_and_an_altered_one_are_told_apart() {
    let (lock, key) = (Lock::Passphrase(word("a")), Key::Passphrase(word("a")));
    let good = locked(&lock, &noise(2 * PIECE + 5, 2));
    let header = good.len() - 3 * (PIECE + 16) - 16;
    for end in [1, 10, header - 1, header + 3, header + 16, header + 17, header + 16 + PIECE + 16, good.len() - 1] {
        let expected = if end < 22 { Fault::NotAge } else { Fault::Truncated };
        assert_eq!(opened(&good[..end], &key), Err(expected), "cut at {end}");
    }
    for at in [header - 5, header + 1, header + 20, header + PIECE + 40, good.len() - 1, good.len() - PIECE] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        assert_eq!(opened(&bad, &key), Err(Fault::Altered), "changed at {at} of {}", good.len());
    }
    let appended = [&good[..], b"more"].concat();
    assert_eq!(opened(&appended, &key), Err(Fault::Altered));
    // Pieces in another order.
    let mut swapped = good.clone();
    let (first, second) = swapped[header + 16..].split_at_mut(PIECE + 16);
    first.swap_with_slice(&mut second[..PIECE + 16]);
    assert_eq!(opened(&swapped, &key), Err(Fault::Altered));
    for other in [&b"not a backup"[..], b"", b"age-encryption.org/v2\n-> x\n", &[0; 100]] {
        assert_eq!(opened(other, &key), Err(Fault::NotAge));
    }
}

#[test]
fn each_recipient_opens_it_and_nobody_else() {
    let identity: Identity = SECRET.parse().expect("a key");
    let (mine, other) = (identity.recipient(), Recipient([9; 32]));
    let file = locked(&Lock::Recipients(vec![other, mine]), b"x");
    let key = Key::from_identity_file(&format!("# created today\n\n{SECRET}\n")).expect("a key");
    assert_eq!(opened(&file, &key).expect("opens")[..1], *b"x");
    assert_eq!(opened(&file, &Key::Passphrase(word("a"))), Err(Fault::NeedsIdentity));
    for lock in [Lock::Recipients(vec![other]), Lock::Passphrase(word("a"))] {
        assert_eq!(opened(&locked(&lock, b"x"), &key), Err(Fault::WrongIdentity));
    }
    assert!(!format!("{key:?} {identity:?}").contains("66"), "secrets do not show");
}

#[test]
fn keys_are_text_as_age_writes_it() {
    let recipient = bech32::encode::<bech32::Bech32>(bech32::Hrp::parse("age").expect("a prefix"), &[7; 32]);
    let recipient = recipient.expect("encodes");
    assert_eq!(recipient.parse(), Ok(Recipient([7; 32])));
    assert_eq!(SECRET.to_lowercase().parse::<Identity>().map(|identity| *identity.0), Ok([66; 32]));
    for wrong in ["", "age1", SECRET, &recipient[..recipient.len() - 1], "age1qqqqqqqq"] {
        assert_eq!(wrong.parse::<Recipient>(), Err(NotARecipient), "{wrong}");
    }
    assert!(Key::from_identity_file("# nothing\n").is_err() && Key::from_identity_file(&recipient).is_err());
}

/// A hostile header asks for the memory of a thousand machines.
#[test]
fn what_a_file_asks_for_is_bounded() {
    let key = Key::Passphrase(word("a"));
    let header = |work: &str| {
        format!(
            "age-encryption.org/v1\n-> scrypt {} {work}\n{}\n--- {}\n",
            "A".repeat(22),
            "A".repeat(43),
            "A".repeat(43)
        )
    };
    for work in ["23", "60", "255", "256", "010", "+1", "-1", ""] {
        assert_eq!(opened(header(work).as_bytes(), &key), Err(Fault::Altered), "{work}");
    }
    let endless = format!("age-encryption.org/v1\n-> {}", "x".repeat(1 << 20));
    assert_eq!(opened(endless.as_bytes(), &key), Err(Fault::Altered));
}
