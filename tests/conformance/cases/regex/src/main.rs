//! Finding and replacing.

fn main() {
    let regex = regex::Regex::new(r"(?i)(\w+)@(\p{L}+)\.com").unwrap();
    let found = regex.captures("write to Ann@Exämple.com").unwrap();
    assert_eq!((&found[1], &found[2]), ("Ann", "Exämple"));
    assert_eq!(regex.replace_all("a@b.com c@d.com", "$2"), "b d");
    println!("ok");
}
