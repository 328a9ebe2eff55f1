//! The key under which a collector remembers what an area code resolves to; it is asked for without a copy of the code.

/// Lets the cache be asked with borrowed bytes.
pub(super) trait CacheKey {
    fn parts(&self) -> (&'static str, &[u8]);
}

impl CacheKey for (&'static str, Box<[u8]>) {
    fn parts(&self) -> (&'static str, &[u8]) {
        (self.0, &self.1)
    }
}

impl CacheKey for (&'static str, &[u8]) {
    fn parts(&self) -> (&'static str, &[u8]) {
        (self.0, self.1)
    }
}

impl std::hash::Hash for dyn CacheKey + '_ {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl PartialEq for dyn CacheKey + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for dyn CacheKey + '_ {}

impl<'a> std::borrow::Borrow<dyn CacheKey + 'a> for (&'static str, Box<[u8]>) {
    fn borrow(&self) -> &(dyn CacheKey + 'a) {
        self
    }
}
