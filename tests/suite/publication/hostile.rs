//! Texts that would be markup, whoever wrote them: a provider in a note, a person in a title or a name.

use super::markup::read;
use super::site::faults;
use super::{Released, indicator, of_one_table};

const NOTE: &str = "</bdi><script>alert(1)</script> \u{202e}reversed & \u{200f}\u{2067} 'quoted'";
const NAME: &str = "Ke<b>nya \u{202e}&amp;";

#[test]
fn what_others_wrote_is_text() {
    let workspace =
        of_one_table(&format!("KEN,2020,40,\"{NOTE} \"\"two\"\"\"\nKEN,2023,50,\nUGA,2023,60,{NOTE}\nTZA,2023,61,\nRWA,2020,3,\n"));
    let file = "pipelines/reference/areas.csv";
    workspace.write(file, workspace.read(file).replacen("KEN,Kenya,", &format!("KEN,{NAME},"), 1));
    let more = "caveats = \"</dd></dl><img src=x onerror=alert(2)>\"\n\
                [[target]]\nid = \"a/../<u>\"\ntitle = \"All \\\"of\\\" <them> & more\"\narea = \"WLD\"\nyear = 2030\nvalue = 100.0\n\
                direction = \"up\"\nbaseline_year = 2020\nalso = [\"countries\", \"groups\"]\nnote = \"<!-- note\"";
    indicator(&workspace, "1", "own", "\"</title><script>alert(3)</script>\"", more, "");
    workspace.expect(0, &["run", "--from", "in"]);
    let released = Released::of(&workspace);
    assert_eq!(faults(&released), Vec::<String>::new());
    for (name, bytes) in released.files.iter().filter(|(name, _)| name.ends_with(".html") || name.ends_with(".svg")) {
        // Our own script is the one that a page may name.
        let text = ["", "../"].iter().fold(String::from_utf8(bytes.clone()).unwrap(), |text, root| {
            text.replacen(&format!("<script src=\"{root}site.js\" defer=\"defer\"></script>"), "", 1)
        });
        // The description of the data, which no browser runs, is looked at with the other formats.
        let text = text.replacen("<script type=\"application/ld+json\">", "", 1);
        for wrong in ["<script", "<img", "<b>nya", "<!--", "<u>", "\u{202e}", "\u{200f}", "\u{2067}"] {
            assert!(!text.contains(wrong), "{name} has {wrong:?}");
        }
    }
    // Escaped, not lost.
    let page = read(released.text("site/economy/KEN.html"));
    assert!(page.text.contains(NAME), "{}", page.text);
    let target = read(released.text("site/target/a~2f..~2f~3cu~3e.html"));
    for text in ["All \"of\" <them> & more", "</dd></dl><img src=x onerror=alert(2)>", "<!-- note"] {
        assert!(target.text.contains(text), "{text}");
    }
    let page = read(released.text("site/economy/UGA.html"));
    assert!(page.text.contains(NOTE), "{}", page.text);
    assert!(released.files.keys().all(|name| !name.contains("..") || name.contains("~2f")), "no file lies elsewhere");
    assert!(!read(released.text("web/own.svg")).elements.iter().any(|(element, _)| element == "script"));
}
