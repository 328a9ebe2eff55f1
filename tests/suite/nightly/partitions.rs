//! Results do not depend on how many partitions compute them.

use super::{different, files, small, small_bodies};

#[test]
fn partitions_do_not_change_the_bytes() {
    let [one, four] = ["1", "4"].map(|partitions| {
        let workspace = small();
        workspace.publish_all();
        workspace.expect(0, &["run", "--quiet", "--partitions", partitions, "--from", &small_bodies()]);
        files(&workspace.path("data/current"))
    });
    assert_eq!(different(&one, &four), Vec::<String>::new());
}
