//! What a picture says about itself, and what follows from it.

use std::io;

/// A picture's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JPEG, sequential or progressive.
    Jpeg,
    /// PNG.
    Png,
}

/// What a picture says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outline {
    /// Its format.
    pub format: Format,
    /// Pixels from left to right, as stored.
    pub width: u32,
    /// Pixels from top to bottom, as stored.
    pub height: u32,
    /// Values of a pixel once it is decoded: 1 for grey, 3 for colour, 4 with transparency or in CMYK.
    pub samples: u8,
    /// Bytes of each value once it is decoded.
    pub sample_bytes: u8,
    /// Times a decoder goes over the picture.
    pub scans: u32,
    /// Bytes a decoder has to keep besides the decoded picture until the last scan.
    pub kept: u64,
}

impl Outline {
    /// How many pixels it has.
    #[must_use]
    pub fn pixels(&self) -> u64 {
        u64::from(self.width).saturating_mul(u64::from(self.height))
    }

    /// Bytes of the decoded picture.
    #[must_use]
    pub fn decoded(&self) -> u64 {
        self.pixels().saturating_mul(u64::from(self.samples)).saturating_mul(u64::from(self.sample_bytes))
    }

    /// Bytes a decoder goes over, all scans together: what its time follows from.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.decoded().saturating_mul(u64::from(self.scans))
    }
}

/// Why a picture should not be given to a decoder.
#[derive(Debug, thiserror::Error)]
pub enum OutlineError {
    /// The file cannot be read.
    #[error("the picture cannot be read: {0}")]
    Read(#[from] io::Error),
    /// Neither JPEG nor PNG, or a kind of them that is in no use.
    #[error("this is no JPEG or PNG that is decoded here")]
    Format,
    /// It breaks a rule of its format.
    #[error("the picture is damaged: {0}")]
    Malformed(&'static str),
    /// It claims more pixels than its bytes can hold, or more scans than anybody makes.
    #[error("the picture claims more than its bytes can hold")]
    Impossible,
}
