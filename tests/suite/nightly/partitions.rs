//! Results do not depend on how many partitions compute them.

use yardstick::tables::cells::Table;

use super::{different, files, small, small_bodies};

#[test]
fn partitions_do_not_change_the_bytes() {
    let [one, four] = ["1", "4"].map(|partitions| {
        let workspace = small();
        workspace.expect(0, &["run", "--quiet", "--partitions", partitions, "--from", &small_bodies()]);
        files(&workspace.path("data/current"))
    });
    assert_eq!(different(&one, &four), Vec::<String>::new());
}

/// Whatever the partitions are, the numbers are the same to all digits that count.
#[test]
fn partitions_do_not_change_the_numbers() {
    let [one, four] = ["1", "4"].map(|partitions| {
        let workspace = small();
        workspace.expect(0, &["run", "--quiet", "--partitions", partitions, "--from", &small_bodies()]);
        workspace.release("values.parquet")
    });
    assert_eq!(one.num_rows(), four.num_rows());
    for field in one.schema_ref().fields() {
        let name = field.name().as_str();
        for row in 0..one.num_rows() {
            let (a, b) = (Table(&one), Table(&four));
            assert_eq!(a.text(name, row), b.text(name, row), "{name} of row {row}");
            match (a.float(name, row), b.float(name, row)) {
                (Some(a), Some(b)) => assert!((a - b).abs() <= 1e-12 * a.abs().max(1.0), "{name} of row {row}: {a} {b}"),
                (a, b) => assert_eq!(a, b, "{name} of row {row}"),
            }
        }
    }
}
