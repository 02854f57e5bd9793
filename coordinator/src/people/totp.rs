//! The six digits that an authenticator shows: TOTP (RFC 6238) with SHA-1 and steps of thirty seconds, which is what all of them
//! do, over HOTP (RFC 4226).
//!
//! Twenty lines of our own: the crate for it brings the generation of RustCrypto before ours for the HMAC that is here anyway.

use hmac::{Hmac, KeyInit, Mac};
use kuager_wire::ids::PersonId;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;
use zeroize::Zeroizing;

use crate::sign::PeopleKeys;

/// Bytes of a secret: as long as the hash, as RFC 4226 §4 recommends.
const SECRET: usize = 20;
/// Milliseconds of a step.
const STEP_MS: u64 = 30_000;
/// Steps before and after the present one whose code is taken, too: for clocks, and for who types slowly (RFC 6238 §5.2).
const AROUND: u64 = 1;
/// Digits of a code.
pub const DIGITS: usize = 6;
/// The first number that has more of them.
const END: u32 = 1_000_000;

/// What codes are made with: in the ledger, sealed, and in somebody's authenticator.
pub struct TotpSecret(Zeroizing<[u8; SECRET]>);

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("TotpSecret(..)")
    }
}

impl TotpSecret {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut secret = Zeroizing::new([0; SECRET]);
        getrandom::fill(secret.as_mut_slice())?;
        Ok(Self(secret))
    }

    /// As the ledger keeps it.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn seal(&self, keys: &PeopleKeys, person: PersonId) -> Result<Vec<u8>, getrandom::Error> {
        keys.seal(person, self.0.as_slice())
    }

    /// From what the ledger kept; nothing when it was sealed for another person or under another secret.
    #[must_use]
    pub fn open(keys: &PeopleKeys, person: PersonId, sealed: &[u8]) -> Option<Self> {
        let secret = keys.open_sealed(person, sealed)?;
        <[u8; SECRET]>::try_from(secret.as_slice()).ok().map(|secret| Self(Zeroizing::new(secret)))
    }

    /// As people type it into an authenticator.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(data_encoding::BASE32_NOPAD.encode(self.0.as_slice()))
    }

    /// As an authenticator reads it off a QR code: the key URI that Google Authenticator began with and all understand.
    #[must_use]
    pub fn uri(&self, name: &str, issuer: &str) -> Zeroizing<String> {
        let written = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let (name, issuer) = (written(name), written(issuer));
        let secret = self.text();
        Zeroizing::new(format!("otpauth://totp/{issuer}:{name}?secret={}&issuer={issuer}", *secret))
    }

    /// The code of a step.
    #[must_use]
    pub fn code(&self, step: u64) -> u32 {
        let mut code =
            <Hmac<Sha1> as KeyInit>::new_from_slice(self.0.as_slice()).expect("HMAC takes keys of any length");
        code.update(&step.to_be_bytes());
        let code: [u8; 20] = code.finalize().into_bytes().into();
        // RFC 4226 §5.3: the last four bits say where the number stands.
        let at = usize::from(code.last().copied().unwrap_or_default() & 15);
        let number = code.get(at..).and_then(<[u8]>::first_chunk).copied().map_or(0, u32::from_be_bytes);
        (number & 0x7fff_ffff) % END
    }

    /// The step whose code this is, of those around now, the latest first. Spaces between digits do not matter.
    #[must_use]
    pub fn step_of(&self, typed: &str, now_ms: u64) -> Option<u64> {
        let now = step(now_ms);
        let typed = digits(typed)?;
        let steps = now.saturating_sub(AROUND)..=now.saturating_add(AROUND);
        // All are compared, whichever it is.
        steps.fold(None, |found, step| if self.code(step) == typed { Some(step) } else { found })
    }
}

/// The step of a moment.
#[must_use]
pub const fn step(now_ms: u64) -> u64 {
    now_ms / STEP_MS
}

/// Six digits, and perhaps spaces.
fn digits(typed: &str) -> Option<u32> {
    let digits: String = typed.chars().take(32).filter(|char| !char.is_whitespace()).collect();
    let plain = typed.len() <= 32 && digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, Appendix B, its last six digits of eight.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = TotpSecret(Zeroizing::new(*b"12345678901234567890"));
        for (seconds, code) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000, 353_130),
        ] {
            let step = step(seconds * 1000);
            assert_eq!(secret.code(step), code, "{seconds}");
            assert_eq!(secret.step_of(&format!("{code:06}"), seconds * 1000), Some(step));
        }
    }

    #[test]
    fn a_code_is_good_around_its_time_and_only_as_six_digits() {
        let secret = TotpSecret(Zeroizing::new(*b"12345678901234567890"));
        let (now, step) = (59_000, 1);
        for (away, good) in [(0, true), (30_000, true), (30_999, true), (31_000, false)] {
            assert_eq!(secret.step_of("287 082", now + away), good.then_some(step), "{away}");
        }
        assert_eq!(secret.step_of("287082", 0), Some(step), "a clock that is a little behind");
        for wrong in ["", "28708", "2870820", "+87082", "287o82", "٢٨٧٠٨٢", "287082\0", &"1".repeat(100_000)] {
            assert_eq!(secret.step_of(wrong, now), None, "{wrong:.10}");
        }
    }

    #[test]
    fn an_authenticator_reads_the_secret() {
        let secret = TotpSecret(Zeroizing::new(*b"12345678901234567890"));
        assert_eq!(*secret.text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let uri = secret.uri("Айгүл & Co", "Kuager");
        let name = "%D0%90%D0%B9%D0%B3%D2%AF%D0%BB%20%26%20Co";
        assert_eq!(*uri, format!("otpauth://totp/Kuager:{name}?secret={}&issuer=Kuager", *secret.text()));
    }
}
