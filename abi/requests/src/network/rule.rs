//! One rule: a name, an address or a network, and ports.

use super::AddressRange;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::ops::RangeInclusive;
use thiserror::Error;

/// Bytes of the longest name that DNS has.
const MAX_NAME: usize = 253;

/// Why a text is no rule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{rule}` is no network rule: {problem}")]
pub struct NetworkRuleError {
    /// The rule as it was written.
    pub rule: String,
    /// What is wrong, and what to write instead.
    pub problem: String,
}

/// What a plugin may talk to, and on which ports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Whom it is about.
    pub target: Target,
    ports: Vec<RangeInclusive<u16>>,
}

/// Whom a rule is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// `example.com`
    Name(String),
    /// `*.example.com`, kept as `.example.com`
    Below(String),
    /// `10.0.0.0/8`, or one address
    Range(AddressRange),
}

impl Rule {
    /// Reads `example.com:443`, `*.example.com:80,443`, `10.0.0.0/8:8000-8999`, `[::1]:*`.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(rule: &str) -> Result<Self, NetworkRuleError> {
        let wrong = |problem: String| NetworkRuleError { rule: rule.to_owned(), problem };
        let text = rule.trim();
        let unbracketed = || text.matches(':').count() > 1 && !text.starts_with('[');
        let (target, ports) = match text.rsplit_once(':') {
            _ if unbracketed() => return Err(wrong("write an IPv6 address as `[::1]:443`".into())),
            Some((target, ports)) if !ports.contains(']') => (target, ports),
            _ => return Err(wrong("say which ports: `:443`, `:80,443`, `:8000-8999` or `:*`".into())),
        };
        let ports = ports.split(',').map(|port| port_range(port.trim())).collect::<Result<_, _>>().map_err(wrong)?;
        Ok(Self { target: Target::parse(target).map_err(wrong)?, ports })
    }

    /// Whether it is about this port.
    pub fn has_port(&self, port: u16) -> bool {
        self.ports.iter().any(|ports| ports.contains(&port))
    }

    /// Whether it is about the address itself and not about a name.
    pub fn reaches(&self, address: IpAddr) -> bool {
        matches!(&self.target, Target::Range(range) if range.reaches(address))
    }

    /// Whether it is about a name, which is in its usual form.
    pub fn names(&self, name: &str) -> bool {
        match &self.target {
            Target::Name(own) => own == name,
            Target::Below(suffix) => name.len() > suffix.len() && name.ends_with(suffix.as_str()),
            Target::Range(_) => false,
        }
    }

    /// Whether it is about names.
    pub fn is_named(&self) -> bool {
        !matches!(self.target, Target::Range(_))
    }

    /// Its ports one by one, if they are `most` at most.
    pub fn few_ports(&self, most: usize) -> Option<Vec<u16>> {
        let joined = joined(&self.ports);
        let count: usize = joined.iter().map(|ports| usize::from(ports.end() - ports.start()) + 1).sum();
        (count <= most).then(|| joined.into_iter().flatten().collect())
    }

    /// Whether a plugin with this rule reaches all that it would reach with the other one.
    pub fn covers(&self, other: &Self) -> bool {
        let own = joined(&self.ports);
        let has = |ports: &RangeInclusive<u16>| {
            own.iter().any(|own| own.start() <= ports.start() && ports.end() <= own.end())
        };
        self.target.covers(&other.target) && joined(&other.ports).iter().all(has)
    }
}

impl Target {
    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Name(own), Self::Name(other)) => own == other,
            (Self::Below(suffix), Self::Name(name)) => name.len() > suffix.len() && name.ends_with(suffix.as_str()),
            (Self::Below(own), Self::Below(other)) => other.ends_with(own.as_str()),
            (Self::Range(own), Self::Range(other)) => own.covers(other),
            _ => false,
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Ok(Self::Range(AddressRange::of(address)));
        }
        if let Some((first, prefix)) = bare.split_once('/') {
            let first = first.parse::<IpAddr>().map_err(|_| format!("`{first}` is no address"))?;
            let prefix = prefix.parse::<u8>().map_err(|_| format!("`{prefix}` is no number of bits"))?;
            return AddressRange::network(first, prefix).map(Self::Range);
        }
        match text.strip_prefix("*.") {
            Some(parent) => Ok(Self::Below(format!(".{}", usual_form(parent)?))),
            None => usual_form(text).map(Self::Name),
        }
    }
}

fn port_range(text: &str) -> Result<RangeInclusive<u16>, String> {
    let port = |text: &str| text.trim().parse::<u16>().map_err(|_| format!("`{text}` is no port: 0 to 65535, or `*`"));
    match text.split_once('-') {
        None if text == "*" => Ok(0..=u16::MAX),
        None => port(text).map(|port| port..=port),
        Some((first, last)) => match (port(first)?, port(last)?) {
            (first, last) if first <= last => Ok(first..=last),
            _ => Err(format!("the ports `{text}` are in the wrong order")),
        },
    }
}

/// The same ports as ranges with gaps between them.
fn joined(ports: &[RangeInclusive<u16>]) -> Vec<RangeInclusive<u16>> {
    let mut sorted = ports.to_vec();
    sorted.sort_by_key(|ports| (*ports.start(), *ports.end()));
    let mut joined: Vec<RangeInclusive<u16>> = Vec::new();
    for ports in sorted {
        match joined.last_mut() {
            Some(last) if u32::from(*ports.start()) <= u32::from(*last.end()) + 1 => {
                *last = *last.start()..=*last.end().max(ports.end());
            }
            _ => joined.push(ports),
        }
    }
    joined
}

/// A host name as rules and look-ups compare it: lower case, no dot at the end.
///
/// # Errors
/// What is wrong with the name, and what to write instead.
pub fn usual_form(name: &str) -> Result<String, String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    if !name.is_ascii() {
        return Err("write an international name in its ASCII form, which begins with `xn--`".into());
    }
    if name.len() > MAX_NAME || !name.split('.').all(label) {
        return Err("a host is a name, `*.` and a name, an address, or a network such as `10.0.0.0/8`".into());
    }
    Ok(name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::super::address::is_special;
    use super::*;
    use proptest::prelude::*;
    use std::net::Ipv4Addr;

    #[test]
    fn rules_are_read() {
        let rule = Rule::parse("*.Example.com:80,443,8000-8010").unwrap();
        assert!(rule.names("a.example.com") && rule.names("a.b.example.com"));
        assert!(!rule.names("example.com") && !rule.names("badexample.com"));
        assert!(rule.has_port(443) && rule.has_port(8005) && !rule.has_port(81));
        assert!(Rule::parse("[::1]:*").unwrap().reaches("::1".parse().unwrap()));
        assert!(Rule::parse("[fd00::/8]:80").unwrap().reaches("fd12::1".parse().unwrap()));
        assert!(Rule::parse("10.0.0.0/8:1").unwrap().reaches("10.2.3.4".parse().unwrap()));
        assert!(Rule::parse("EXAMPLE.com.:1").unwrap().names("example.com"));
    }

    proptest! {
        #[test]
        fn what_is_read_reaches_what_it_says(address: [u8; 4], prefix in 0u8..=32, low: u16, high: u16) {
            let (low, high) = (low.min(high), low.max(high));
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            let first = Ipv4Addr::from_bits(Ipv4Addr::from(address).to_bits() & mask);
            let rule = Rule::parse(&format!("{first}/{prefix}:{low}-{high}")).unwrap();
            prop_assert!(rule.has_port(low) && rule.has_port(high));
            prop_assert!(low == 0 || !rule.has_port(low - 1));
            // Special addresses aren't reached through a network that has others as well.
            prop_assert!(rule.reaches(first.into()) || is_special(first.into()));
            let other = Ipv4Addr::from_bits(!first.to_bits());
            prop_assert!(prefix == 0 || !rule.reaches(other.into()));
        }

        #[test]
        fn names_come_back_in_their_usual_form(name in "[a-zA-Z0-9_-]{1,20}(\\.[a-zA-Z0-9_-]{1,20}){0,3}", port: u16) {
            // What looks like an address is one.
            prop_assume!(name.parse::<IpAddr>().is_err());
            let rule = Rule::parse(&format!("{name}:{port}")).unwrap();
            prop_assert!(rule.names(&name.to_ascii_lowercase()));
            let longer = format!("x{name}");
            prop_assert!(rule.has_port(port) && !rule.names(&longer));
        }

        #[test]
        fn any_text_is_a_rule_or_a_mistake(text in ".{0,80}") {
            let _either = Rule::parse(&text);
        }

        #[test]
        fn almost_rules_are_rules_or_mistakes(text in "[*.\\[\\]a:0-9/,-]{0,30}") {
            if let Ok(rule) = Rule::parse(&text) {
                prop_assert!((0..=u16::MAX).any(|port| rule.has_port(port)));
            }
        }
    }

    #[test]
    fn a_rule_covers_narrower_ones() {
        let covers = |rule, other| Rule::parse(rule).unwrap().covers(&Rule::parse(other).unwrap());
        for (rule, narrower) in [
            ("example.com:443", "EXAMPLE.com.:443"),
            ("*.example.com:1-100", "a.example.com:1-50,51-100"),
            ("*.example.com:80,81-90,91", "*.b.example.com:80-91"),
            ("10.0.0.0/8:*", "10.1.2.3:80"),
            ("[::ffff:10.0.0.0]:1", "10.0.0.0:1"),
        ] {
            assert!(covers(rule, narrower), "{rule} {narrower}");
            assert!(covers(rule, rule) && covers(narrower, narrower));
        }
        for (rule, other) in [
            ("example.com:443", "example.com:443-444"),
            ("*.example.com:443", "example.com:443"),
            ("*.b.example.com:443", "*.example.com:443"),
            ("*.example.com:443", "badexample.com:443"),
            ("example.com:80,82", "example.com:80-82"),
            ("0.0.0.0/0:*", "10.0.0.1:80"),
            ("0.0.0.0/0:*", "example.com:80"),
            ("example.com:80", "1.2.3.4:80"),
        ] {
            assert!(!covers(rule, other), "{rule} {other}");
        }
    }

    proptest! {
        #[test]
        fn what_is_covered_is_reached(a: [u8; 4], b: [u8; 4], shared in 0usize..=4, p in 0u8..=32, q in 0u8..=32, low: u8) {
            let mut b = b;
            b[..shared].copy_from_slice(&a[..shared]);
            let rule = |address: [u8; 4], prefix: u8, ports: &str| {
                let first = Ipv4Addr::from_bits(
                    Ipv4Addr::from(address).to_bits() & u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0),
                );
                Rule::parse(&format!("{first}/{prefix}:{ports}")).unwrap()
            };
            let (wide, narrow) = (rule(a, p, "0-100"), rule(b, q, &low.to_string()));
            if wide.covers(&narrow) {
                prop_assert!(wide.has_port(low.into()));
                // The addresses at the ends of the narrower one, and one within.
                let host_bits = u32::MAX.checked_shr(q.into()).unwrap_or(0);
                let first = Ipv4Addr::from(b).to_bits() & !host_bits;
                for bits in [first, first | host_bits, Ipv4Addr::from(b).to_bits()] {
                    let address = Ipv4Addr::from_bits(bits).into();
                    prop_assert!(!narrow.reaches(address) || wide.reaches(address));
                }
            }
        }
    }

    #[test]
    fn mistakes_say_what_to_write() {
        let problem = |rule| Rule::parse(rule).unwrap_err().problem;
        assert!(problem("example.com").contains("say which ports"));
        assert!(problem("::1:80").contains("`[::1]:443`"));
        assert!(problem("10.0.0.1/8:80").contains("10.0.0.0/8"));
        assert!(problem("example.com:http").contains("no port"));
        assert!(problem("example.com:9-1").contains("wrong order"));
        assert!(problem("*:80").contains("a host is"));
        assert!(problem("exämple.com:80").contains("xn--"));
        for rule in ["", ":", ":80", "[", "]:80", "[]:80", "a..b:80", "*.:80", "10.0.0.0/x:1", "a:80:", "-:*,"] {
            assert!(Rule::parse(rule).is_err(), "{rule}");
        }
    }
}
