//! How much of one data set is kept, and what is said of what is beyond: memory ends somewhere, and rows, series and
//! texts are numbered in 32 bits.

use crate::error::{Code, Error};
use crate::memory::{Memory, RAISE};

/// What there was too much of.
pub(super) enum Overflow {
    /// No real body has that.
    Ever(&'static str),
    /// The memory that may be used has no room for it.
    Memory(String),
}

impl Overflow {
    pub(super) fn error(&self) -> Error {
        match self {
            Self::Ever(what) => Error::provider_hint(Code::TooLarge, format!("{what}: no real body has that"), "do not trust this body"),
            Self::Memory(what) => Error::provider_hint(Code::BeyondMemory, format!("no room in memory for {what}"), RAISE),
        }
    }
}

/// The limits of one data set.
pub(super) struct Most {
    /// Bytes of distinct texts together; real ones have a few MB, and Arrow can hold 2 GiB.
    pub texts: usize,
    pub rows: usize,
    pub series: usize,
    pub set_aside: usize,
    /// Defective rows, unless more are good.
    pub defects: usize,
}

/// Whatever the memory has room for.
pub(super) const MOST: Most =
    Most { texts: 256 << 20, rows: u32::MAX as usize - 1, series: 1 << 20, set_aside: 10_000_000, defects: 1_000_000 };
/// Bytes of a row that is set aside, with a short detail.
const SET_ASIDE: usize = 96;
/// One note or answer.
const MAX_TEXT: usize = 1 << 20;

/// Numbers of rows have 32 bits; those of series and texts, none of which is without a byte, are dictionary codes of
/// Arrow too, which have a sign.
const _: () = assert!(MOST.rows < u32::MAX as usize && MOST.series < i32::MAX as usize && MOST.texts < i32::MAX as usize);

/// The number of a row, a series or a detail as it is kept: all have room, by `MOST`.
pub(super) fn kept(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Most {
    pub(super) fn within(memory: Memory) -> Self {
        Self { texts: MOST.texts.min(memory.texts()), set_aside: MOST.set_aside.min(memory.set_aside() / SET_ASIDE), ..MOST }
    }

    /// A text of a length, of so many bytes of texts with it.
    pub(super) fn text(&self, length: usize, bytes: usize) -> Option<Overflow> {
        if length > MAX_TEXT {
            Some(Overflow::Ever("a note or code of more than 1,048,576 bytes"))
        } else if bytes > MOST.texts {
            Some(Overflow::Ever("more than 268,435,456 bytes of different notes and codes"))
        } else {
            (bytes > self.texts).then(|| Overflow::Memory(format!("{bytes} bytes of different notes and codes")))
        }
    }

    /// One more series, or row, or row that is set aside than these.
    pub(super) fn one_more_series(&self, series: usize) -> Option<Overflow> {
        (series >= self.series).then_some(Overflow::Ever("more than 1,048,576 series and breakdowns"))
    }

    pub(super) fn one_more_row(&self, rows: usize) -> Option<Overflow> {
        (rows >= self.rows).then_some(Overflow::Ever("more than 4,294,967,294 rows"))
    }

    pub(super) fn one_more_aside(&self, rows: usize) -> Option<Overflow> {
        if rows >= MOST.set_aside {
            return Some(Overflow::Ever("more than 10,000,000 rows that were set aside"));
        }
        (rows >= self.set_aside).then(|| Overflow::Memory(format!("more than {} rows that are set aside", self.set_aside)))
    }
}
