//! Series whose total came later than they did.

use super::collector::Collector;

impl Collector<'_> {
    /// Says what a series is that was interned under another name, when a row that came later tells it.
    pub fn belongs_to(&mut self, index: u32, series: &str) {
        if let Some(key) = self.series.get_mut(index as usize) {
            self.series_index.remove(key);
            key.series = series.to_owned();
            // Where that one is there already, both stand for it; they are compared by what they say.
            self.series_index.entry(key.clone()).or_insert(index);
        }
    }
}
