//! Records of answers that are pages of one list: one that two pages have stands where another one is missing.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use csv::ByteRecord;

/// The page, by the number of its body, that each record stands on, by a hash of it.
#[derive(Debug, Default)]
pub struct Pages(HashMap<u64, usize>);

impl Pages {
    /// Whether an earlier page has a record too.
    pub fn again(&mut self, page: usize, record: &ByteRecord) -> bool {
        let mut hasher = DefaultHasher::new();
        record.iter().for_each(|cell| cell.hash(&mut hasher));
        *self.0.entry(hasher.finish()).or_insert(page) != page
    }
}
