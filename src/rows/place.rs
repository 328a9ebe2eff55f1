//! Area and year of a row in one number: half the room of two, and in the order in which observations are sorted.

/// How a place is made of the number of an area and a year: the years take as many bits as they need, the areas have
/// the rest. Up to today that is room for 33 million areas.
#[derive(Debug, Clone, Copy)]
pub struct Places {
    first_year: i32,
    year_bits: u32,
}

impl Places {
    /// Places of these years, and of how many areas at most.
    pub fn new(years: (i32, i32)) -> (Self, u64) {
        let span = u32::try_from(years.1 - years.0).unwrap_or(0);
        // One bit at least, so that the number of an area is also a dictionary code of Arrow, which has a sign.
        let year_bits = (u32::BITS - span.leading_zeros()).max(1);
        (Self { first_year: years.0, year_bits }, 1 << (u32::BITS - year_bits))
    }

    /// The year must be one of the years, the number of the area below the most.
    pub fn of(self, area: u32, year: i32) -> u32 {
        (area << self.year_bits) | year.wrapping_sub(self.first_year).cast_unsigned()
    }

    pub fn area(self, place: u32) -> u32 {
        place >> self.year_bits
    }

    pub fn year(self, place: u32) -> i32 {
        self.first_year + (place & !(u32::MAX << self.year_bits)).cast_signed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_area_and_year_has_a_place_of_its_own_in_order() {
        for years in [(1900, 1900), (1900, 2026), (1900, 2027), (1900, 2028), (1900, 9999)] {
            let (places, most) = Places::new(years);
            let most = u32::try_from(most - 1).unwrap();
            let mut before = None;
            for area in [0, 1, 4_095, 4_096, 65_535, 65_536, most - 1, most] {
                for year in [years.0, years.1] {
                    let place = places.of(area, year);
                    assert_eq!((places.area(place), places.year(place)), (area, year), "{years:?}");
                    assert!(before < Some(place) || years.0 == years.1, "{years:?} {area} {year}");
                    before = Some(place);
                }
            }
        }
        assert_eq!(Places::new((1900, 2026)).1, 33_554_432);
        assert_eq!(Places::new((1900, 9999)).1, 524_288);
    }

    /// A clock before the first year: no row has a place, and nothing is out of bounds.
    #[test]
    fn no_year_at_all() {
        assert_eq!(Places::new((1900, 1850)).1, 1 << 31);
    }
}
