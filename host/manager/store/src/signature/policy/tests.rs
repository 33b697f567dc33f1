//! Signatures of this file and of others, by these keys and by others.

use super::*;
use minisign::KeyPair;
use proptest::prelude::*;

const MODULE: &[u8] = b"the bytes of a module";

fn key(pair: &KeyPair) -> Key {
    pair.pk.to_base64().parse().unwrap()
}

fn sign(pair: &KeyPair, bytes: &[u8]) -> String {
    minisign::sign(None, &pair.sk, bytes, None, None).unwrap().into_string()
}

fn pairs() -> [KeyPair; 3] {
    std::array::from_fn(|_| KeyPair::generate_unencrypted_keypair().unwrap())
}

fn source() -> Source {
    "oci://registry.example/tools/words:1".parse().unwrap()
}

fn check(rule: Result<Rule, PolicyError>, signatures: &[String]) -> Result<Vec<Key>, SignatureError> {
    let signatures = Signatures::parse(&signatures.concat()).unwrap();
    SignaturePolicy::new().rule(rule.unwrap()).check(&source(), MODULE, &signatures)
}

#[test]
fn rules_count_the_keys_that_signed() {
    let pairs = pairs();
    let keys: Vec<_> = pairs.iter().map(key).collect();
    let signed: Vec<_> = pairs.iter().map(|pair| sign(pair, MODULE)).collect();
    let all = || Rule::all_of("oci://*", keys.clone());
    let two = || Rule::at_least(2, "oci://*", keys.clone());
    let any = || Rule::any_of("oci://*", keys.clone());
    assert_eq!(check(all(), &signed), Ok(keys.clone()));
    assert!(check(all(), &signed[..2]).is_err());
    assert_eq!(check(two(), &signed[1..]), Ok(keys[1..].to_vec()));
    assert!(check(two(), &[signed[0].clone(), signed[0].clone()]).is_err(), "one key counts once");
    assert_eq!(check(any(), &signed[2..]), Ok(keys[2..].to_vec()));
    assert!(check(any(), &[]).is_err());
}

#[test]
fn a_signature_of_another_file_is_told_apart_from_none() {
    let [pair, other, _] = pairs();
    let rule = || Rule::any_of("*", [key(&pair)]);
    let error = check(rule(), &[sign(&pair, b"another file")]).unwrap_err();
    assert!(matches!(&error, SignatureError::Missing { verdicts, .. } if verdicts[0].1 == Verdict::OtherFile));
    assert!(error.to_string().contains("another file"), "{error}");
    let error = check(rule(), &[sign(&other, MODULE)]).unwrap_err();
    assert!(matches!(&error, SignatureError::Missing { verdicts, .. } if verdicts[0].1 == Verdict::NotSigned));
}

#[test]
fn sources_without_a_rule_are_accepted_or_refused() {
    let [pair, ..] = pairs();
    let policy = SignaturePolicy::new().rule(Rule::any_of("file:*", [key(&pair)]).unwrap());
    let check = |policy: &SignaturePolicy| policy.check(&source(), MODULE, &Signatures::default());
    assert_eq!(check(&policy), Ok(Vec::new()));
    assert_eq!(check(&policy.refuse_unnamed()), Err(SignatureError::Unnamed));
}

#[test]
fn a_policy_is_read_from_text() {
    let [one, two, _] = pairs();
    let (one, two) = (key(&one), key(&two));
    let rule = format!("[[rule]]\nsource = \"*\"\nat-least = 2\nof = [\"{one}\", \"{two}\"]\n");
    assert_eq!(SignaturePolicy::parse(&rule).unwrap().rules[0].need, 2);
    for wrong in [
        "x = 1".to_owned(),
        "[[rule]]\nsource = \"*\"".to_owned(),
        format!("[[rule]]\nsource = \"*\"\nall-of = []\nany-of = [\"{one}\"]"),
        "[[rule]]\nsource = \"*\"\nany-of = [\"RW\"]".to_owned(),
        "[[rule]]\nsource = \"*\"\nall-of = []".to_owned(),
        format!("[[rule]]\nsource = \"*\"\nat-least = 2\nof = [\"{one}\", \"{one}\"]"),
    ] {
        assert!(SignaturePolicy::parse(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn patterns_match_as_a_whole() {
    for (pattern, text, expected) in [
        ("a", "a", true),
        ("a", "ab", false),
        ("a*", "ab", true),
        ("*b", "ab", true),
        ("a*b*c", "axbxc", true),
        ("a*a", "a", false),
        ("*", "", true),
        ("a**b", "ab", true),
        ("*b*", "abc", true),
        ("a*bc", "abcbc", true),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in any::<String>(), bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Signatures::parse(&text);
        let _ = SignaturePolicy::parse(&text);
        let _ = text.parse::<Key>();
        let _ = Signatures::parse(&String::from_utf8_lossy(&bytes));
    }
}
